#!/usr/bin/env python3
"""The rate of three jobs in three workers to one URL, as its receiver sees it.

    bench/shared_rate.py PROGRAM [--limits 10 50 200] [--seconds 60]

For each limit: one redis-server, one `serve --workers 0`, three `worker`s that send one job each to one
URL, all with that limit. The receiver is a process of its own and takes the time at which its kernel
got each request, so that it does not matter how late the receiver is. Prints the fewest and most
requests of any ten seconds, and the most of any second beside limit + burst (a tenth of a second's worth);
ends with 1 when they are not within 1 % (or one request), or above.
"""
import argparse
import bisect
import multiprocessing
import os
import selectors
import shutil
import signal
import socket
import struct
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SO_TIMESTAMPNS = 35  # of Linux; Python does not name it
BURST_SECONDS = 0.1
SETTLE_SECONDS = 3  # all three know of each other by then
PERIOD_SECONDS = 10


def kernel_time(control, fallback):
    for level, kind, data in control:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
            seconds, nanoseconds = struct.unpack("qq", data[:16])
            return seconds + nanoseconds / 1e9
    return fallback


def receive(listener, results):
    """Answers 200 to every request; (kernel's time, our time, webhook-id) of each go into the pipe
    when it is asked for them."""
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    selector.register(results, selectors.EVENT_READ)
    arrivals, buffers, begun = [], {}, {}
    while True:
        for key, _ in selector.select():
            if key.fileobj is results:
                results.recv()
                results.send(arrivals)
            elif key.fileobj is listener:
                connection, _ = listener.accept()
                connection.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                buffers[connection] = b""
                selector.register(connection, selectors.EVENT_READ)
            else:
                connection = key.fileobj
                data, control, _, _ = connection.recvmsg(1 << 16, 1024)
                now = time.time()
                if not data:
                    selector.unregister(connection)
                    connection.close()
                    continue
                begun.setdefault(connection, (kernel_time(control, now), now))
                buffers[connection] += data
                head, blank, body = buffers[connection].partition(b"\r\n\r\n")
                fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
                if not blank or len(body) < int(fields[b"content-length"]):
                    continue
                arrivals.append((*begun.pop(connection), fields[b"webhook-id"].decode()))
                buffers[connection] = b""
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


class TimedReceiver:
    def __init__(self):
        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}/in"
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=receive, args=(listener, theirs), daemon=True)
        self.process.start()
        listener.close()

    def arrivals(self):
        self.pipe.send(None)
        return self.pipe.recv()

    def close(self):
        self.process.kill()
        self.process.join()


def most_within(times, seconds):
    """Of sorted times: the most in any half-open span."""
    return max(bisect.bisect_left(times, first + seconds) - n for n, first in enumerate(times))


def of_any_period(times, begin, end, seconds):
    """The fewest and the most in any half-open span that lies between begin and end."""
    starts = [begin, end - seconds] + [time for time in times if time + seconds <= end]
    starts += [time + 1e-9 for time in times if time + 1e-9 + seconds <= end]
    counts = [bisect.bisect_left(times, start + seconds) - bisect.bisect_left(times, start)
              for start in starts]
    return min(counts), max(counts)


def measure(limit, seconds, folder):
    from cluster import Redis, Web, Worker
    from service import Client, leads, wait_until
    redis, receiver, processes = Redis("--appendfsync", "everysec"), TimedReceiver(), []

    def started(kind):
        # Nobody who stands still for a while is taken for dead.
        processes.append(kind(folder / "data", REDIS_URL=redis.url, JOB_LEASE=60, WEBHOOK_ALLOW_PRIVATE="true",
                              MAX_CONCURRENT_JOBS_PER_SESSION=100))
        return processes[-1]

    try:
        client = Client(started(Web))
        rows = int(limit * (seconds + 30)) + 200
        workers, jobs = [], []
        for number in range(3):
            # Whoever was there before is held, so that the new one takes the job.
            for worker in workers:
                worker.process.send_signal(signal.SIGSTOP)
            newcomer = started(Worker)
            upload = client.uploaded(("leads.csv", leads(rows, number)))
            jobs.append(client.process(upload["upload_id"], mode="webhook", webhook_url=receiver.url,
                                       webhook_rate_limit=limit))
            wait_until(lambda: jobs[-1] in newcomer.sends(), "the new worker to send")
            for worker in workers:
                worker.process.send_signal(signal.SIGCONT)
            workers.append(newcomer)
        wait_until(lambda: all(any(job in one[2] for one in receiver.arrivals()) for job in jobs),
                   "all three to send")
        begin = time.time() + SETTLE_SECONDS
        time.sleep(SETTLE_SECONDS + seconds)
        arrivals = [one for one in receiver.arrivals() if begin <= one[0] < begin + seconds]
    finally:
        for process in processes:
            process.end(signal.SIGKILL)
        receiver.close()
        redis.close()
    shares = [sum(job in one[2] for one in arrivals) for job in jobs]
    wire = sorted(one[0] for one in arrivals)
    program = sorted(one[1] for one in arrivals)
    fewest, most = of_any_period(wire, begin, begin + seconds, PERIOD_SECONDS)
    return {"rate": len(wire) / seconds, "fewest": fewest, "most": most, "second": most_within(wire, 1),
            "second_read": most_within(program, 1), "shares": shares,
            "read_late": max(one[1] - one[0] for one in arrivals)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("--limits", type=float, nargs="+", default=[10, 50, 200])
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    os.environ["CSVM_PROGRAM"] = str(Path(options.program).resolve())
    os.environ["CSVM_SAMPLES"] = str(ROOT / "samples")
    sys.path.insert(0, str(ROOT / "tests" / "service"))
    folder = Path(tempfile.mkdtemp(prefix="csvm_rate_"))
    is_right = True
    print(f"three workers, one job each, {options.seconds:g} s; 'read': as the receiver read them")
    print(f"{'limit':>7} {'mean':>9} {'any 10 s':>13} {'any 1 s':>8} {'allowed':>8} {'read':>5} "
          f"{'read late':>10}  by each")
    try:
        for number, limit in enumerate(options.limits):
            part = folder / str(number)
            part.mkdir()
            got = measure(limit, options.seconds, part)
            allowed = limit * (1 + BURST_SECONDS)
            slack = max(1, limit * PERIOD_SECONDS / 100)
            wanted = limit * PERIOD_SECONDS
            is_right &= got["second"] <= allowed and got["fewest"] >= wanted - slack and \
                got["most"] <= wanted + slack
            print(f"{limit:5g}/s {got['rate']:7.2f}/s {got['fewest']:6}..{got['most']:<5} {got['second']:8} "
                  f"{allowed:8g} {got['second_read']:5} {got['read_late'] * 1000:7.1f} ms  "
                  f"{'+'.join(map(str, got['shares']))}", flush=True)
    finally:
        shutil.rmtree(folder, True)
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
