#!/usr/bin/env python3
"""Runs the command lines of README.md as they stand there, with the built program in place of ./run.

    readme_examples.py PROGRAM ROOT
"""
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TIMEOUT_SECONDS = 600


def main():
    program, root = (Path(argument).resolve() for argument in sys.argv[1:3])
    examples = [line.strip() for line in (root / "README.md").read_text("utf-8").splitlines()
                if re.match(r" {4}\S.*\./run \S|    \./run (merge|map|match|read) ", line)]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(root / "samples", Path(folder) / "samples")
        for example in examples:
            command = example.replace("./run ", f"'{program}' ")
            done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], cwd=folder, text=True,
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_SECONDS)
            print(f"{'ok' if done.returncode == 0 else 'FAILED'}  {example}")
            if done.returncode != 0:
                failed += 1
                print(done.stderr)
    print(f"{len(examples)} examples, {failed} failed")
    return 1 if failed or len(examples) < 5 else 0


if __name__ == "__main__":
    sys.exit(main())
