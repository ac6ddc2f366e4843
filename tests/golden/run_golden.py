#!/usr/bin/env python3
"""Runs the real program on one golden folder and compares all that comes out.

    run_golden.py PROGRAM FOLDER

FOLDER/command       lines of bash, run in a temporary folder that holds a copy of FOLDER/input/ (and
                     of samples/, if the command names it); csv-merger is on the PATH
FOLDER/expected/     every file that the run leaves, and `stdout`, `stderr` and `exit_code`; an empty
                     `stdout` or `stderr` and an exit code of 0 have no file
What differs from run to run (seconds, rates, moments) is replaced by "#" on both sides.
CSVM_UPDATE_GOLDEN=1 writes expected/ anew; the difference is to be read in review.
"""
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TIMEOUT_SECONDS = 600
# (pattern, replacement) for text that tells of this run's speed, day or version.
VOLATILE = [
    (rb'("[a-z_]*seconds[a-z_]*"\s*:\s*)[-+.0-9eE]+', rb"\1#"),
    (rb'("(?:created_at|started_at|finished_at|version|threads|program)"\s*:\s*)("[^"]*"|[0-9]+)', rb"\1#"),
    (rb'("timings_ms"\s*:\s*\{)[^}]*', rb"\1#"),
    (rb"\bin [0-9.]+ s\b", rb"in # s"),
    (rb"[0-9,.]+ rows/s", rb"# rows/s"),
]


def snapshot(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def without_volatile(data, work):
    data = data.replace(os.fsencode(work), b"<folder>")
    for pattern, replacement in VOLATILE:
        data = re.sub(pattern, replacement, data)
    return data


def run(program, folder):
    """What the command of `folder` leaves behind: name -> bytes."""
    command = (folder / "command").read_text("utf-8")
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary).resolve()
        if (folder / "input").is_dir():
            shutil.copytree(folder / "input", work, dirs_exist_ok=True)
        if "samples/" in command:
            shutil.copytree(folder.parents[2] / "samples", work / "samples")
        before = snapshot(work)
        environment = {
            "PATH": f"{program.parent}:/usr/local/bin:/usr/bin:/bin", "HOME": str(work), "TZ": "UTC",
            **{name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}}
        done = subprocess.run(["bash", "-c", command], cwd=work, env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_SECONDS)
        found = {name: data for name, data in snapshot(work).items() if before.get(name) != data}
        found |= {f"{name} (was deleted)": b"" for name in before if not (work / name).is_file()}
        found |= {"stdout": done.stdout, "stderr": done.stderr}
        if done.returncode != 0:
            found["exit_code"] = b"%d\n" % done.returncode
        return {name: without_volatile(data, work) for name, data in found.items()
                if data or name not in ("stdout", "stderr")}


def difference(name, expected, found):
    if expected is None:
        return f"{name}: not expected\n{found[:2000].decode('utf-8', 'replace')}"
    if found is None:
        return f"{name}: is missing"
    lines = difflib.unified_diff(expected.decode("utf-8", "replace").splitlines(),
                                 found.decode("utf-8", "replace").splitlines(),
                                 f"{name} (expected)", f"{name} (found)", lineterm="", n=1)
    return "\n".join(list(lines)[:60]) or f"{name}: differs in its line ends or in bytes that are no text"


def main():
    program, folder = (Path(argument).resolve() for argument in sys.argv[1:3])
    expected_folder = folder / "expected"
    found = run(program, folder)
    if os.environ.get("CSVM_UPDATE_GOLDEN") == "1":
        shutil.rmtree(expected_folder, ignore_errors=True)
        for name, data in found.items():
            file = expected_folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        print(f"{folder.name}: wrote {len(found)} files")
        return 0
    expected = snapshot(expected_folder)
    differences = [difference(name, expected.get(name), found.get(name))
                   for name in sorted(expected.keys() | found.keys())
                   if expected.get(name) != found.get(name)]
    print(*differences, sep="\n")
    print(f"{folder.name}: {len(differences)} of {len(expected.keys() | found.keys())} files differ")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
