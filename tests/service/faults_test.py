"""All that may break at once: two processes that serve and three that work, on one Redis and one
object store that fails one request in ten. A worker is killed, another stalls for a minute, Redis is
killed; every job ends with the bytes that the command line makes, and nothing delivered is lost.

Prints how soon the processes were back at work. Takes some minutes: with ./test --long only.
"""
import concurrent.futures
import dataclasses
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from cluster import Redis, Web, Worker
from s3_test import Stub, stub_settings
from service import BOUND_SECONDS, PROGRAM, Client, Receiver, leads, sample, wait_until

STALL_SECONDS = 60
OUTAGE_SECONDS = 8  # of Redis; longer than a lease
LEASE_SECONDS = 5
MOST_SECONDS_TO_RETURN = 10  # what is promised
MOST_IN_FLIGHT = 64          # of a sender without a rate
STORE_FAULTS = [{"kind": "500", "rate": 0.03}, {"kind": "503", "rate": 0.03},
                {"kind": "cut", "rate": 0.03}, {"kind": "reset", "rate": 0.01, "after": True}]
JOBS_SECONDS = 600  # for all of them to end, on a busy machine


@dataclasses.dataclass
class Delivery:
    job: str
    receiver: Receiver
    may_repeat: int = 0  # records, as known at the faults
    faults: int = 0      # that its sender met


class Faults(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="csvm_faults_"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.redis = Redis()
        self.addCleanup(self.redis.close)
        self.store = Stub()
        self.addCleanup(self.store.end)
        self.store.set("leads", faults=STORE_FAULTS)
        self.processes = 0
        self.webs = [self.started(Web) for _ in range(2)]
        self.workers = [self.started(Worker) for _ in range(3)]
        # A browser at each process, both with the same session.
        self.clients = [Client(web) for web in self.webs]
        self.clients[0].get("/api/session")
        self.clients[1].cookie = self.clients[0].cookie

    def started(self, kind):
        self.processes += 1  # each has a disk of its own, as on a machine of its own
        process = kind(self.folder / f"data-{self.processes}",
                       **stub_settings(self.store, REDIS_URL=self.redis.url, JOB_LEASE=LEASE_SECONDS,
                                       MAX_CONCURRENT_JOBS_PER_SESSION=100,
                                       WEBHOOK_ALLOW_PRIVATE="true"))
        self.addCleanup(process.end, signal.SIGKILL)
        return process

    def receiver(self, *options):
        receiver = Receiver(*options)
        self.addCleanup(receiver.stop)
        return receiver

    def expected(self, name, content):
        """What the command line makes of a file."""
        source, result = self.folder / name, self.folder / f"of-{name}"
        source.write_bytes(content)
        subprocess.run([PROGRAM, "merge", name, "--type", "people", "-o", result.name],
                       cwd=self.folder, check=True, capture_output=True, timeout=JOBS_SECONDS)
        return result.read_bytes()

    def begin(self, number, content, **wishes):
        """Uploads at one process and begins the job at the other."""
        here, there = self.clients[number % 2], self.clients[(number + 1) % 2]
        upload = here.uploaded((f"leads-{number}.csv", content))
        return there.process(upload["upload_id"], **wishes)

    def send(self, number, content, receiver, **wishes):
        return self.begin(number, content, mode="webhook", webhook_url=receiver.url,
                          webhook_backoff=[0.2], webhook_retries=50, **wishes)

    def sender_of(self, job, others=()):
        return wait_until(lambda: next(
            (worker for worker in self.workers
             if worker not in others and job in worker.sends()), None), f"a sender of job {job}")

    def unrecorded(self, job, receiver):
        """Records that the receiver took and the ledger does not have (yet)."""
        delivered = self.clients[0].get(f"/api/jobs/{job}/deliveries?limit=1").json()
        return receiver.counts()["accepted_ids"] - delivered["counts"]["delivered"]

    def note_in_flight(self, worker, deliveries, more=0):
        """Of every job that this worker sends, now that it no longer does: what may come twice."""
        for delivery in deliveries.values():
            if delivery.job in worker.sends():
                delivery.may_repeat += self.unrecorded(delivery.job, delivery.receiver) + more
                delivery.faults += 1

    def most_surplus(self, delivery, counts):
        """What the receiver took without a whole answer, and what was in flight each time that
        another worker took the job over."""
        senders = sum(worker.sends().count(delivery.job) for worker in self.workers)
        # A machine that is too busy lets leases run out, too.
        by_itself = max(0, senders - 1 - delivery.faults)
        return counts["unanswered"] + delivery.may_repeat + by_itself * MOST_IN_FLIGHT

    def ended(self, jobs):
        """The statuses of all, once they have ended; asked at both processes by turns."""
        end = time.monotonic() + JOBS_SECONDS
        left, statuses = set(jobs), {}
        while left and time.monotonic() < end:
            for n, job in enumerate(sorted(left)):
                status = self.clients[n % 2].status(job)
                if status["status"] in ("completed", "failed", "cancelled"):
                    statuses[job] = status
                    left.discard(job)
            time.sleep(0.1)
        self.assertEqual(left, set(), "\n".join(
            [f"have not ended: {[self.clients[0].status(job) for job in left]}"] +
            [line for process in self.webs + self.workers
             for line in process.text_of_log().splitlines() if any(job in line for job in left)]))
        return statuses

    def assert_refused_for_now(self, answer):
        self.assertEqual(answer.status, 503, answer)
        self.assertGreater(int(answer.headers["Retry-After"]), 0)

    def check_outage(self, job, seconds):
        """Everything that needs the store says "later", at every process, for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for client in self.clients:
                self.assert_refused_for_now(client.get(f"/api/jobs/{job}/status"))
                self.assert_refused_for_now(client.get("/api/session"))
                self.assert_refused_for_now(client.upload(sample("people/apollo_contacts.csv")))
                self.assert_refused_for_now(client.post(f"/api/jobs/{job}/cancel"))
                self.assert_refused_for_now(client.get(f"/api/jobs/{job}/download"))
                self.assertEqual(client.get("/health").status, 503)
                self.assertEqual(client.get("/health/live").status, 200)

    def work_done(self, receivers):
        """Grows with everything that is begun, ended or delivered."""
        return (sum(len(worker.begun()) + len(worker.completed()) for worker in self.workers) +
                sum(receiver.counts()["requests"] for receiver in receivers))

    def seconds_to_return(self, job, receivers):
        """From now until both processes answer and some worker gets on."""
        begun, before = time.monotonic(), self.work_done(receivers)
        for client in self.clients:
            wait_until(lambda: client.get(f"/api/jobs/{job}/status").status == 200, "an answer")
        answered = time.monotonic() - begun
        wait_until(lambda: self.work_done(receivers) > before, "a worker to get on")
        return answered, time.monotonic() - begun

    def test_whatever_dies_every_job_ends_right(self):
        contents = [leads(2000, seed) for seed in range(12)] + [leads(60_000, seed) for seed in (91, 92, 93)]
        fast, steady = leads(12_000, 21), leads(2500, 22)
        odd = [leads(600, seed) for seed in (23, 24, 25)]
        # A receiver each, so that its counts are those of one job.
        to_fast = self.receiver("--delay", "0.4")
        to_steady = self.receiver("--plan", "ok=92,500=3,reset=2,cut=2,429=1", "--seed", "3")
        to_odd = [self.receiver("--plan", "ok=90,500=4,reset=3,cut=3", "--seed", str(n)) for n in range(3)]
        sent = [self.send(0, fast, to_fast, webhook_rate_limit=0),
                self.send(1, steady, to_steady, webhook_rate_limit=25)]
        self.sender_of(sent[0])
        with concurrent.futures.ThreadPoolExecutor(9) as threads:
            merged = [threads.submit(self.begin, n, content) for n, content in enumerate(contents)]
            others = [threads.submit(self.send, n, content, receiver, webhook_rate_limit=100)
                      for n, (content, receiver) in enumerate(zip(odd, to_odd))]
            merged = {job.result(): content for job, content in zip(merged, contents)}
            sent += [job.result() for job in others]
        receivers = [to_fast, to_steady, *to_odd]
        self.assertEqual(len(merged) + len(sent), 20)
        deliveries = {job: Delivery(job, receiver) for job, receiver in zip(sent, receivers)}

        # A sender dies at once; what it had in flight is all that may come twice.
        lost = self.sender_of(sent[0])
        wait_until(lambda: to_fast.counts()["requests"] > 500, "500 records")
        lost.process.send_signal(signal.SIGKILL)
        lost.process.wait()
        self.note_in_flight(lost, deliveries)
        self.workers.append(self.started(Worker))

        # The next one stalls.
        stalled = self.sender_of(sent[0], others=[lost])
        have = to_fast.counts()["requests"]
        wait_until(lambda: to_fast.counts()["requests"] > have + 500, "500 more records")
        stalled.process.send_signal(signal.SIGSTOP)
        stalled_at = time.monotonic()
        # It goes on for a moment when it wakes, before it hears that its jobs are others'.
        self.note_in_flight(stalled, deliveries, more=MOST_IN_FLIGHT)
        self.sender_of(sent[0], others=[lost, stalled])

        self.redis.end(signal.SIGKILL)
        self.check_outage(sent[0], OUTAGE_SECONDS)
        self.redis.start()
        answered, back = self.seconds_to_return(sent[0], receivers)
        print(f"Redis is back: both processes answer after {answered:.2f} s, "
              f"work goes on after {back:.2f} s")
        self.assertLess(back, MOST_SECONDS_TO_RETURN)

        time.sleep(max(0, stalled_at + STALL_SECONDS - time.monotonic()))  # the stall itself
        stalled.process.send_signal(signal.SIGCONT)
        statuses = self.ended([*merged, *sent])
        self.assertEqual({job: status["status"] for job, status in statuses.items()},
                         dict.fromkeys(statuses, "completed"),
                         [status for status in statuses.values() if status["status"] != "completed"])

        for n, (job, content) in enumerate([*merged.items(), *zip(sent, [fast, steady, *odd])]):
            right = self.expected(f"{job}.csv", content)
            self.assertEqual(self.clients[n % 2].download(job), right, f"the bytes of job {job}")
        for job, delivery in deliveries.items():
            records = self.clients[0].download(job).count(b"\n") - 1
            counts, progress = delivery.receiver.counts(), statuses[job]["progress"]
            most = self.most_surplus(delivery, counts)
            print(f"{records} records, surplus <= {most}: {counts}")
            self.assertEqual(progress["successful_webhooks"], records, progress)
            self.assertEqual(counts["accepted_ids"], records)
            self.assertEqual(counts["changed"], 0)
            self.assertLessEqual(counts["surplus"], most)

        ends = [job for worker in self.workers for job in worker.completed() if job in merged]
        self.assertEqual(len(ends), len(set(ends)), "a job was completed twice")
        # Its look at the object store may have met some of the faults.
        wait_until(lambda: self.clients[0].get("/health").status == 200, "health")
        state = self.store.state("leads")
        print(f"{state['faults_met']} of {state['requests']} requests to the object store failed")
        self.assertGreater(state["faults_met"], state["requests"] / 20)


if __name__ == "__main__":
    unittest.main()
