#!/usr/bin/python3
"""Our queue beside RQ's (Debian's python3-rq), on one redis-server, by turns.

    bench/redis_queue.py [--program build/release/src/store/store_bench] [--rounds 9] [--burners 2]

Each round: from enqueue to the start of a job by a worker that is idle, one at a time; and how many jobs
a second one worker and two get through that do nothing. Each part is done by both, one directly after
the other, who begins changes with every round, and besides the medians the rounds are counted in which
ours was better: what else the machine does meets both. `--burners` are processes that compute all the
time beside it.

RQ is run as it is fastest: SimpleWorker, which does not fork for every job, without results and logs.
Ours keeps in the same step what a job needs (limits, turns between sessions, lease, progress). Run by
Debian's Python, which has the package.
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

ALONE, WARM, LINE, BOUND_SECONDS = 200, 10, 2000, 60


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


def wait_until_idle(connection, worker):
    """RQ's says so just before it asks for work."""
    while worker.is_alive():
        keys = connection.smembers("rq:workers")
        if keys and connection.hget(keys.pop(), "state") == b"idle":
            return
        time.sleep(0.0005)
    raise SystemExit("RQ's worker has ended")


def rq_latency(socket):
    connection = redis.Redis(unix_socket_path=socket)
    connection.flushall()
    queue = rq.Queue(connection=connection)
    worker = multiprocessing.Process(target=work, args=(socket, False))
    worker.start()
    waits = []
    for number in range(ALONE + WARM):
        wait_until_idle(connection, worker)
        begin = time.monotonic()
        queue.enqueue(stamp, socket, result_ttl=0)
        got = connection.blpop("started", BOUND_SECONDS)
        if number >= WARM:
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


def ours(program, socket, name):
    redis.Redis(unix_socket_path=socket).flushall()
    done = subprocess.run([program, f"--benchmark_filter={name}/", "--benchmark_format=json"],
                          env={**os.environ, "CSVM_REDIS_URL": f"unix://{socket}"},
                          capture_output=True, text=True)
    result, = json.loads(done.stdout)["benchmarks"]
    if result.get("error_occurred"):
        raise SystemExit(done.stdout)
    return result


def our_latency(program, socket):
    alone = ours(program, socket, "BM_EnqueueToStart")
    return alone["p50_ms"], alone["p99_ms"]


def our_rate(program, socket, name):
    return ours(program, socket, name)["items_per_second"]


def burn():
    while True:
        pass


def measure(program, socket, rounds):
    """part -> (RQ's, ours) of each round."""
    parts = [
        ("start", lambda: rq_latency(socket), lambda: our_latency(program, socket)),
        ("1 worker", lambda: rq_rate(socket, 1), lambda: our_rate(program, socket, "BM_WorkOff/1")),
        ("2 workers", lambda: rq_rate(socket, 2), lambda: our_rate(program, socket, "BM_WorkOff/2")),
        ("enqueue", lambda: rq_enqueue(socket), lambda: our_rate(program, socket, "BM_Enqueue"))]
    figures = {"start p50": [], "start p99": [], **{name: [] for name, _, _ in parts[1:]}}
    for number in range(rounds):
        for name, theirs, own in parts:
            if number % 2:
                mine, other = own(), theirs()
            else:
                other, mine = theirs(), own()
            if name == "start":
                figures["start p50"].append((other[0], mine[0]))
                figures["start p99"].append((other[1], mine[1]))
            else:
                figures[name].append((other, mine))
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    root = Path(__file__).resolve().parent.parent
    parser.add_argument("--program", default=root / "build/release/src/store/store_bench")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--burners", type=int, default=0)
    parser.add_argument("--appendfsync", default="everysec", choices=["no", "everysec", "always"])
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="csvm_queue_")
    socket = f"{folder}/redis.sock"
    server = subprocess.Popen(
        ["redis-server", "--port", "0", "--unixsocket", socket, "--dir", folder, "--save", "",
         "--appendonly", "yes", "--appendfsync", options.appendfsync, "--logfile", ""],
        stdout=subprocess.PIPE, text=True)
    burners = [multiprocessing.Process(target=burn, daemon=True) for _ in range(options.burners)]
    try:
        for line in server.stdout:
            if "eady to accept connections" in line:
                break
        for burner in burners:
            burner.start()
        figures = measure(str(options.program), socket, options.rounds)
    finally:
        for burner in burners:
            burner.kill()
        server.kill()
        server.wait()
        shutil.rmtree(folder, True)
    print(f"RQ {rq.VERSION}, Redis on a socket, appendfsync {options.appendfsync}, medians of "
          f"{options.rounds} rounds, {options.burners} burners")
    print(f"{'':10} {'RQ':>12} {'csv-merger':>12}  ours better in")
    for name, pairs in figures.items():
        is_time = name.startswith("start")
        theirs, mine = (statistics.median(column) for column in zip(*pairs))
        better = sum(mine < other if is_time else mine > other for other, mine in pairs)
        unit, digits = ("ms", 2) if is_time else ("/s", 0)
        print(f"{name:10} {theirs:9.{digits}f} {unit} {mine:9.{digits}f} {unit}  {better} of {len(pairs)}")


if __name__ == "__main__":
    import redis_queue  # RQ wants its jobs to be of a module

    sys.exit(redis_queue.main())
