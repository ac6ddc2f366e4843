#!/usr/bin/python3
"""Our queue beside RQ's (Debian's python3-rq), on one redis-server, one after the other, in rounds.

    bench/redis_queue.py [--program build/release/src/store/store_bench] [--rounds 3]

Each round: from enqueue to the start of a job by an idle worker, one at a time; and how many jobs a
second one worker and two get through that do nothing. RQ is run as it is fastest: SimpleWorker, which
does not fork for every job, without results and logs. Ours keeps in the same step what a job needs
(limits, turns between sessions, lease, progress). Run by Debian's Python, which has the package.
"""
import argparse
import json
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import redis
import rq

ALONE, LINE, BOUND_SECONDS = 300, 2000, 60


def stamp(started):
    """The job of the first part: when it was begun."""
    started_at = time.monotonic()
    redis.Redis(unix_socket_path=started).rpush("started", started_at)


def nothing():
    """The job of the second part."""


def work(socket, burst):
    connection = redis.Redis(unix_socket_path=socket)
    worker = rq.SimpleWorker([rq.Queue(connection=connection)], connection=connection)
    worker.work(burst=burst, logging_level="ERROR")


def rq_latency(socket):
    connection = redis.Redis(unix_socket_path=socket)
    connection.flushall()
    queue = rq.Queue(connection=connection)
    worker = multiprocessing.Process(target=work, args=(socket, False))
    worker.start()
    waits = []
    for number in range(ALONE + 10):
        begin = time.monotonic()
        queue.enqueue(stamp, socket, result_ttl=0)
        got = connection.blpop("started", BOUND_SECONDS)
        if number >= 10:  # the worker has warmed up
            waits.append((float(got[1]) - begin) * 1000)
    worker.terminate()
    worker.join()
    waits.sort()
    return waits[len(waits) // 2], waits[len(waits) * 99 // 100]


def rq_rate(socket, workers):
    connection = redis.Redis(unix_socket_path=socket)
    connection.flushall()
    queue = rq.Queue(connection=connection)
    for _ in range(LINE):
        queue.enqueue(nothing, result_ttl=0)
    processes = [multiprocessing.Process(target=work, args=(socket, True)) for _ in range(workers)]
    begin = time.monotonic()
    for process in processes:
        process.start()
    while len(queue):
        time.sleep(0.002)
    passed = time.monotonic() - begin
    for process in processes:
        process.join()
    return LINE / passed


def rq_enqueue(socket):
    connection = redis.Redis(unix_socket_path=socket)
    connection.flushall()
    queue = rq.Queue(connection=connection)
    begin = time.monotonic()
    for _ in range(LINE):
        queue.enqueue(nothing, result_ttl=0)
    return LINE / (time.monotonic() - begin)


def ours(program, socket):
    redis.Redis(unix_socket_path=socket).flushall()
    done = subprocess.run(
        [program, "--benchmark_filter=EnqueueToStart|WorkOff|BM_Enqueue/", "--benchmark_format=json"],
        env={**os.environ, "CSVM_REDIS_URL": f"unix://{socket}"}, capture_output=True, text=True)
    results = {one["name"].split("/iterations")[0]: one for one in json.loads(done.stdout)["benchmarks"]}
    if any(one.get("error_occurred") for one in results.values()):
        raise SystemExit(done.stdout)
    alone = results["BM_EnqueueToStart"]
    return (alone["p50_ms"], alone["p99_ms"], results["BM_WorkOff/1"]["items_per_second"],
            results["BM_WorkOff/2"]["items_per_second"], results["BM_Enqueue"]["items_per_second"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    root = Path(__file__).resolve().parent.parent
    parser.add_argument("--program", default=root / "build/release/src/store/store_bench")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--appendfsync", default="everysec", choices=["no", "everysec", "always"])
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="csvm_queue_")
    socket = f"{folder}/redis.sock"
    server = subprocess.Popen(
        ["redis-server", "--port", "0", "--unixsocket", socket, "--dir", folder, "--save", "",
         "--appendonly", "yes", "--appendfsync", options.appendfsync, "--logfile", ""],
        stdout=subprocess.PIPE, text=True)
    rounds = {"RQ": [], "csv-merger": []}
    try:
        for line in server.stdout:
            if "eady to accept connections" in line:
                break
        for _ in range(options.rounds):
            rounds["RQ"].append((*rq_latency(socket), rq_rate(socket, 1), rq_rate(socket, 2),
                                 rq_enqueue(socket)))
            rounds["csv-merger"].append(ours(str(options.program), socket))
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(folder, True)
    print(f"RQ {rq.VERSION}, Redis on a socket, appendfsync {options.appendfsync}, "
          f"medians of {options.rounds} rounds")
    print(f"{'':12} {'start p50':>10} {'start p99':>10} {'1 worker':>10} {'2 workers':>10} {'enqueue':>10}")
    for name, figures in rounds.items():
        medians = [statistics.median(column) for column in zip(*figures)]
        print(f"{name:12} {medians[0]:7.2f} ms {medians[1]:7.2f} ms" +
              "".join(f" {value:8.0f}/s" for value in medians[2:]))


if __name__ == "__main__":
    import redis_queue  # RQ wants its jobs to be of a module

    sys.exit(redis_queue.main())
