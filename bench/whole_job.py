#!/usr/bin/env python3
"""Times whole jobs, process start to exit, side by side in interleaved rounds, and checks the answers.

  whole_job.py [--program build/release/csv-merger] [--rows 1000000] [--rounds 5] [--peers] [--folder DIR]

Prints medians of wall and CPU seconds and peak resident memory, and the ratio of wall times to
`cat > file` of the same round: on a noisy machine only ratios of one round mean anything.
--peers also runs DuckDB (npm @duckdb/node-api, installed into the folder); it gets the header
mapping for free and does the union and the exact merge with the longest value of each column.
"""
import argparse
import csv
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def measured(command):
    """Runs a shell command: (wall s, CPU s, peak MiB of the process)."""
    started = time.perf_counter()
    process = subprocess.Popen(["bash", "-c", "exec " + command], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    error = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    if status != 0:
        sys.exit(f"failed: {command}\n{error.decode(errors='replace')}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def records(path):
    with open(path, newline="", encoding="utf-8-sig") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def check(report_path, out_path, rows):
    """A wrong answer has no speed."""
    with open(report_path, encoding="utf-8") as file:
        counts = json.load(file)["counts"]
    placed = sum(counts[key] for key in ("records_out", "duplicates_removed", "suppressed", "rejected"))
    if counts["total_records"] != rows or placed != rows or counts["records_out"] != records(out_path):
        sys.exit(f"the rows do not add up: {counts}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.path.join(HERE, "../build/release/csv-merger"))
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--jobs", default="concat,exact,fuzzy")
    parser.add_argument("--one-company", action="store_true", help="every row has the same company")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--folder", help="keeps the data and the peers between runs")
    options = parser.parse_args()

    scratch = None if options.folder else tempfile.TemporaryDirectory()
    folder = os.path.abspath(options.folder or scratch.name)
    data = os.path.join(folder, f"leads-{options.rows}{'-one' if options.one_company else ''}")
    if not os.path.isdir(data):
        subprocess.run([sys.executable, os.path.join(HERE, "gen_leads.py"), data, "--rows",
                        str(options.rows)] + (["--one-company"] if options.one_company else []),
                       check=True)
    files = " ".join(shlex.quote(os.path.join(data, name)) for name in sorted(os.listdir(data)))
    out, report = os.path.join(folder, "out.csv"), os.path.join(folder, "out_report.json")
    ours = f"{shlex.quote(os.path.abspath(options.program))} merge {files} --type people -o {out} --progress never"
    jobs = {
        "concat": ours + " --match none --no-clean",
        "exact": ours + " --match exact --survivor longest",
        "fuzzy": ours + " --match fuzzy",
    }
    commands = {"cat > file": f"cat {files} > {out}"}
    commands.update({f"csv-merger {name}": jobs[name] for name in options.jobs.split(",")})
    if options.peers:
        subprocess.run(["npm", "install", "--silent", "--prefix", folder, "@duckdb/node-api"], check=True)
        peer = f"env NODE_PATH={folder}/node_modules node {shlex.quote(os.path.join(HERE, 'duckdb.cjs'))}"
        for job in ("concat", "exact"):
            commands[f"DuckDB {job}"] = f"{peer} {job} {data} {out}"
    subprocess.run(f"cat {files} > /dev/null", shell=True, check=True)

    rounds = []
    for _ in range(options.rounds):
        figures = {}
        for name, command in commands.items():
            if os.path.exists(out):
                os.unlink(out)
            figures[name] = measured(command)
            if name.startswith("csv-merger"):
                check(report, out, options.rows)
        rounds.append(figures)

    size = sum(os.path.getsize(os.path.join(data, name)) for name in os.listdir(data))
    print(f"{options.rows} rows, {size / 1e6:.0f} MB, {options.rounds} rounds, {os.cpu_count()} cores\n")
    print("| job | wall s | CPU s | peak MiB | wall / cat |\n|---|--:|--:|--:|--:|")
    for name in commands:
        median = [statistics.median(figures[name][k] for figures in rounds) for k in range(3)]
        ratio = statistics.median(figures[name][0] / figures["cat > file"][0] for figures in rounds)
        print(f"| {name} | {median[0]:.3f} | {median[1]:.3f} | {median[2]:.0f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
