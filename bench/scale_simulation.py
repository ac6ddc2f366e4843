#!/usr/bin/env python3
"""How many workers need how much, and what breaks first: a model and a simulation that checks it.

    bench/scale_simulation.py [--workers 10 100 1000] [--load 0.7] [--check]

The model is arithmetic on measured figures (bench/measure_process.py; FIGURES below). The simulation
draws jobs one by one: they arrive by chance, wait for a worker, fetch their input over a shared line,
compute, and put their result back over the same line, while heartbeats and polls go to Redis, which
takes so many a second and no more. With --check the program fails if the two differ by more than a
tenth where nothing is saturated, or if the simulation keeps up where the model says it cannot.
"""
import argparse
import heapq
import random
import statistics
import sys
from dataclasses import dataclass, field

MB = 1_000_000


@dataclass(frozen=True)
class Kind:
    """What one job of a size costs."""
    share: float
    cpu_seconds: float  # on one core of the machine that docs/scale.md names
    input_bytes: float  # that a worker fetches
    result_bytes: float  # that a worker puts
    web_bytes: float  # between web processes and the bucket: upload, inspection, preview, download
    requests: float  # to the bucket, of all processes
    redis: float  # operations, but heartbeats and polls: calls of the interface, pieces of the upload, claim, end


@dataclass(frozen=True)
class Figures:
    kinds: tuple = ()
    cores: float = 2  # of a worker
    line_bytes: float = 100 * MB  # a second and a worker, to the bucket
    request_seconds: float = 0.02  # until the first byte comes
    heartbeats: float = 5  # a second and a running job (WorkerSettings::heartbeat)
    polls: float = 1  # a second and an idle worker (WorkerSettings::poll)
    redis_limit: float = 36_000  # scripts a second of one Redis
    bucket_limit: float = 3_500  # requests a second and prefix (Amazon's for PUT)
    network_limit: float = 1_250 * MB  # a second, all workers together: 10 Gbit/s


# 10,000 and 100,000 rows of leads, measured; docs/scale.md says how.
FIGURES = Figures(kinds=(
    Kind(share=0.8, cpu_seconds=0.31, input_bytes=1.24 * MB, result_bytes=2.71 * MB, web_bytes=3.7 * MB,
         requests=13, redis=26),
    Kind(share=0.2, cpu_seconds=3.7, input_bytes=12.6 * MB, result_bytes=19.9 * MB, web_bytes=37.5 * MB,
         requests=26, redis=168)))


def mean(figures, value):
    return sum(kind.share * value(kind) for kind in figures.kinds)


def busy_seconds(figures, kind):
    """Of one worker, when no line is shared."""
    moved = kind.input_bytes + kind.result_bytes
    return kind.cpu_seconds / figures.cores + moved / figures.line_bytes + 6 * figures.request_seconds


@dataclass
class Demand:
    jobs_per_second: float
    redis_per_second: float
    bucket_requests_per_second: float
    worker_bytes_per_second: float
    all_bytes_per_second: float
    first_limit: str = ""
    limit_used: float = 0

    def find_limit(self, figures):
        used = {"Redis operations": self.redis_per_second / figures.redis_limit,
                "requests to one prefix of the bucket": self.bucket_requests_per_second / figures.bucket_limit,
                "the network between workers and bucket": self.worker_bytes_per_second / figures.network_limit}
        self.first_limit, self.limit_used = max(used.items(), key=lambda entry: entry[1])
        return self


def model(figures, workers, load):
    """What `workers` need at `load` (1: all of them always busy)."""
    jobs = workers * load / mean(figures, lambda kind: busy_seconds(figures, kind))
    busy = workers * load
    moved = mean(figures, lambda kind: kind.input_bytes + kind.result_bytes)
    return Demand(
        jobs_per_second=jobs,
        redis_per_second=jobs * mean(figures, lambda kind: kind.redis) + busy * figures.heartbeats + (workers - busy) * figures.polls,
        bucket_requests_per_second=jobs * mean(figures, lambda kind: kind.requests),
        worker_bytes_per_second=jobs * moved,
        all_bytes_per_second=jobs * (moved + mean(figures, lambda kind: kind.web_bytes))).find_limit(figures)


@dataclass(order=True)
class Event:
    at: float
    number: int
    what: str = field(compare=False)
    kind: Kind = field(compare=False, default=None)
    arrived: float = field(compare=False, default=0)
    started: float = field(compare=False, default=0)


@dataclass
class Outcome:
    jobs_per_second: float
    redis_per_second: float
    worker_bytes_per_second: float
    wait_p95: float
    wait_trend: float  # of the last quarter to the second one: far above 1 when it does not keep up


class Simulation:
    def __init__(self, figures, workers, load, seed):
        self.figures, self.workers = figures, workers
        self.rate = workers * load / mean(figures, lambda kind: busy_seconds(figures, kind))
        self.chance = random.Random(seed)
        self.events, self.numbers, self.queue = [], 0, []
        self.idle, self.moving = workers, 0
        self.now = self.busy_area = self.moved = 0.0
        self.ended, self.waits = 0, []

    def add(self, at, what, **more):
        self.numbers += 1
        heapq.heappush(self.events, Event(at, self.numbers, what, **more))

    def line_seconds(self, size):
        """To move `size` bytes, beside what moves now."""
        share = self.figures.network_limit / max(1, self.moving)
        return size / min(self.figures.line_bytes, share) + 3 * self.figures.request_seconds

    def redis_delay(self):
        """How much longer a job takes because Redis is asked for more than it can do."""
        busy = self.workers - self.idle
        asked = self.rate * mean(self.figures, lambda kind: kind.redis) + busy * self.figures.heartbeats + self.idle * self.figures.polls
        return max(1.0, asked / self.figures.redis_limit)

    def begin(self, kind, arrived):
        self.idle -= 1
        self.moving += 1
        self.waits.append((self.now, self.now - arrived))
        self.add(self.now + self.line_seconds(kind.input_bytes), "fetched", kind=kind)

    def run(self, jobs):
        self.add(0, "arrival")
        while self.ended < jobs:
            event = heapq.heappop(self.events)
            self.busy_area += (self.workers - self.idle) * (event.at - self.now)
            self.now = event.at
            kind = event.kind
            if event.what == "arrival":
                kind = self.chance.choices(self.figures.kinds, [one.share for one in self.figures.kinds])[0]
                self.add(self.now + self.chance.expovariate(self.rate), "arrival")
                if self.idle:
                    self.begin(kind, self.now)
                else:
                    self.queue.append((kind, self.now))
            elif event.what == "fetched":
                self.moving -= 1
                # Chance in how long leads take; the mean stays.
                seconds = kind.cpu_seconds / self.figures.cores * self.chance.uniform(0.6, 1.4)
                self.add(self.now + seconds * self.redis_delay(), "computed", kind=kind)
            elif event.what == "computed":
                self.moving += 1
                self.add(self.now + self.line_seconds(kind.result_bytes), "ended", kind=kind)
            else:
                self.moving -= 1
                self.idle += 1
                self.ended += 1
                self.moved += kind.input_bytes + kind.result_bytes
                if self.queue:
                    self.begin(*self.queue.pop(0))
        busy = self.busy_area / self.now
        waits = [wait for _, wait in self.waits]
        quarter = len(waits) // 4
        early = statistics.mean(waits[quarter:2 * quarter]) + 0.05
        late = statistics.mean(waits[3 * quarter:]) + 0.05
        jobs_per_second = self.ended / self.now
        return Outcome(
            jobs_per_second=jobs_per_second,
            redis_per_second=jobs_per_second * mean(self.figures, lambda kind: kind.redis) + busy * self.figures.heartbeats +
            (self.workers - busy) * self.figures.polls,
            worker_bytes_per_second=self.moved / self.now,
            wait_p95=sorted(waits)[int(len(waits) * 0.95)], wait_trend=late / early)


def simulate(figures, workers, load, seed=1):
    return Simulation(figures, workers, load, seed).run(max(4_000, workers * 40))


def check(figures):
    problems = []
    for workers in (10, 100, 1000):
        demand, outcome = model(figures, workers, 0.7), simulate(figures, workers, 0.7)
        if demand.limit_used > 0.8:
            continue
        for name in ("jobs_per_second", "redis_per_second", "worker_bytes_per_second"):
            expected, found = getattr(demand, name), getattr(outcome, name)
            if abs(found - expected) > 0.1 * expected:
                problems.append(f"{workers} workers: {name} {found:.1f}, the model says {expected:.1f}")
    # A tenth of the line that the model asks for: the simulation must fall behind.
    narrow = Figures(**{**figures.__dict__, "network_limit": model(figures, 100, 0.7).worker_bytes_per_second / 10})
    if model(narrow, 100, 0.7).limit_used < 2 or simulate(narrow, 100, 0.7).wait_trend < 1.5:
        problems.append("a line ten times too narrow makes no queue")
    slow = Figures(**{**figures.__dict__, "redis_limit": model(figures, 100, 0.7).redis_per_second / 10})
    if model(slow, 100, 0.7).limit_used < 2 or simulate(slow, 100, 0.7).wait_trend < 1.5:
        problems.append("a Redis ten times too slow makes no queue")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--load", type=float, default=0.7)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if options.check:
        problems = check(FIGURES)
        print("\n".join(problems) or "the simulation agrees with the model")
        sys.exit(1 if problems else 0)
    print("| workers | jobs/s | wait p95 s | Redis op/s | bucket req/s | workers MB/s | all MB/s | nearest limit | used |")
    print("|---|---|---|---|---|---|---|---|---|")
    for workers in options.workers:
        demand, outcome = model(FIGURES, workers, options.load), simulate(FIGURES, workers, options.load)
        print(f"| {workers:,} | {outcome.jobs_per_second:,.1f} | {outcome.wait_p95:.2f} | {demand.redis_per_second:,.0f} "
              f"| {demand.bucket_requests_per_second:,.0f} | {demand.worker_bytes_per_second / MB:,.0f} "
              f"| {demand.all_bytes_per_second / MB:,.0f} | {demand.first_limit} | {demand.limit_used:.0%} |")


if __name__ == "__main__":
    main()
