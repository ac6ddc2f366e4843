"""What only the operator can put right: a start that fails names the setting and what to do; while it
runs, users get 503 and are told to come again, the log names the reason, and all goes on by itself."""
import http.client
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest
from datetime import datetime
from pathlib import Path

from cluster import Receiver, Redis, Web, Worker, free_port
from s3_test import Stub, stub_settings
from service import (BOUND_SECONDS, PROGRAM, Answer, Client, Service, leads, multipart, sample,
                     wait_until)

PASSWORD, ANOTHER = "c0rrect", "m1staken"
LARGE = 60_000  # rows of a job that is still running when somebody looks
NAMED = ("S3_", "bucket", "REDIS", "Redis", "key", "password", "memory")  # what no user may read


def ask_on_one_connection(redis, *commands):
    """As `Redis.ask`, several: what was logged in stays so."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(redis.socket))
        for words in commands:
            request = f"*{len(words)}\r\n" + "".join(f"${len(one)}\r\n{one}\r\n" for one in words)
            connection.sendall(request.encode())
            answer = connection.recv(1 << 16).decode()
            assert not answer.startswith("-"), (words, answer)


def change_password(redis, before, after):
    """Whoever is connected is thrown out."""
    ask_on_one_connection(redis, ("AUTH", before), ("CONFIG", "SET", "requirepass", after),
                          ("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"),
                          ("CLIENT", "KILL", "TYPE", "pubsub"))


class BadStart(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="csvm_operator_"))
        self.addCleanup(shutil.rmtree, self.folder, True)

    def fail_to_start(self, *words, **settings):
        done = subprocess.run([PROGRAM, *words, "--data", str(self.folder / "data")],
                              env={"PATH": os.environ["PATH"], **settings}, cwd=self.folder,
                              capture_output=True, text=True, timeout=BOUND_SECONDS)
        self.assertEqual((done.returncode, done.stdout), (1, ""), done)
        self.assertNotIn("stopped", done.stderr)  # it never ran
        for secret in (PASSWORD, ANOTHER, "stub-secret"):
            self.assertNotIn(secret, done.stderr)
        return done.stderr

    def redis(self, *settings):
        redis = Redis(*settings)
        self.addCleanup(redis.close)
        return redis

    def test_what_is_wrong_with_redis_is_named_with_what_to_do(self):
        port, nobody = free_port(), free_port()
        redis = self.redis("--port", str(port), "--bind", "127.0.0.1")
        redis.ask("ACL", "SETUSER", "reader", "on", f">{PASSWORD}", "~*", "&*", "+@read", "+info",
                  "+select", "+time")
        redis.ask("ACL", "SETUSER", "keyless", "on", f">{PASSWORD}", "~csvm:format", "&*", "+@all")
        redis.ask("CONFIG", "SET", "requirepass", PASSWORD)
        stub = Stub()
        self.addCleanup(stub.end)
        elsewhere = stub.url.removeprefix("http://")
        here = f"127.0.0.1:{port}"
        for url, words in (
                (here, "it does not begin with a scheme; it must be redis://[user:password@]host"),
                (f"http://{here}", "'http' is not known; it must be redis://"),
                ("redis://127.0.0.1:99999", "'99999' is no port"),
                (f"redis://{here}/leads", "'leads' is no number of a database"),
                (f"redis://:@{here}", "the password is missing before the @"),
                (f"redis://:{PASSWORD}@127.0.0.1:{nobody}", f"cannot reach Redis at 127.0.0.1:{nobody}: "
                 "Connection refused; check REDIS_URL and that Redis runs"),
                (f"redis://:{PASSWORD}@nowhere.invalid", "cannot reach Redis at nowhere.invalid:6379"),
                (f"unix://:{PASSWORD}@{redis.socket}.not", "cannot reach Redis at"),
                (f"redis://{here}", "refuses the user or the password (NOAUTH"),
                (f"redis://:{ANOTHER}@{here}", "refuses the user or the password (WRONGPASS"),
                (f"redis://nobody:{PASSWORD}@{here}", "refuses the user or the password (WRONGPASS"),
                (f"redis://reader:{PASSWORD}@{here}", "does not let the user of REDIS_URL do what is"),
                (f"redis://keyless:{PASSWORD}@{here}", "does not let the user of REDIS_URL do what is"),
                (f"redis://:{PASSWORD}@{here}/99", "Redis has no database 99: check REDIS_URL"),
                (f"redis://{elsewhere}", "does not answer as Redis does"),
                # With TLS or, where hiredis has none, without.
                (f"rediss://:{PASSWORD}@{here}", "redis://")):
            with self.subTest(url):
                said = self.fail_to_start("worker", REDIS_URL=url)
                self.assertIn(words, said)
                self.assertIn("REDIS_URL", said)
        said = self.fail_to_start("serve", "--port", "0", REDIS_URL=f"redis://:{ANOTHER}@{here}")
        self.assertIn("check REDIS_URL", said)
        self.assertIn("set REDIS_URL", self.fail_to_start("worker"))

    def test_a_redis_without_memory_is_named_with_what_to_do(self):
        redis = self.redis("--maxmemory", "1")
        self.assertIn("Redis is out of memory: raise its maxmemory",
                      self.fail_to_start("worker", REDIS_URL=redis.url))

    def test_a_user_of_redis_needs_no_more_than_what_the_message_asks_for(self):
        redis = self.redis()
        redis.ask("ACL", "SETUSER", "leads", "on", f">{PASSWORD}", "~csvm:*", "&csvm:*", "+@all")
        service = Service(self.folder / "data",
                          REDIS_URL=redis.url.replace("//", f"//leads:{PASSWORD}@"))
        self.addCleanup(service.end, signal.SIGKILL)
        Client(service).merged(("leads.csv", leads(10)))

    def test_what_is_wrong_with_the_bucket_is_named_with_what_to_do(self):
        stub = Stub()
        self.addCleanup(stub.end)
        usual = {"quota": None, "forbidden": [], "clock": 0}
        port = stub.url.rsplit(":", 1)[1]
        nobody = f"127.0.0.1:{free_port()}"
        rights = "S3_ACCESS_KEY_ID needs GetObject, PutObject"
        for change, store, words in (
                ({"S3_ENDPOINT": f"127.0.0.1:{port}"}, {}, "S3_ENDPOINT: '127.0.0.1:"),
                ({"S3_ENDPOINT": f"s3://127.0.0.1:{port}"}, {}, "the scheme is 's3', not http or https"),
                ({"S3_ENDPOINT": "http://127.0.0.1:99999"}, {}, "the port is not a number from 1"),
                ({"S3_ENDPOINT": f"{stub.url}/leads"}, {}, "must end after the host"),
                ({"S3_ENDPOINT": f"http://{nobody}"}, {}, "cannot be reached"),
                ({"S3_ENDPOINT": "http://nowhere.invalid"}, {}, "check S3_ENDPOINT and the network"),
                ({"S3_ENDPOINT": f"https://127.0.0.1:{port}"}, {}, "check S3_ENDPOINT"),
                ({"S3_BUCKET": ""}, {}, "S3_BUCKET: is needed"),
                ({"S3_BUCKET": "My Bucket"}, {}, "S3_BUCKET: 'My Bucket' is no name of a bucket"),
                ({"S3_BUCKET": "nowhere"}, {}, "no bucket 'nowhere' at"),
                ({"S3_REGION": "stub-2"}, {}, "is not in S3_REGION stub-2: set S3_REGION to stub-1"),
                ({"S3_ACCESS_KEY_ID": ""}, {}, "S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY are needed"),
                ({"S3_ACCESS_KEY_ID": "x"}, {}, "does not know our S3_ACCESS_KEY_ID: correct it"),
                ({"S3_SECRET_ACCESS_KEY": ANOTHER}, {}, "S3_SECRET_ACCESS_KEY is not that of"),
                ({"S3_SESSION_TOKEN": "expired"}, {}, "have expired: set fresh S3_ACCESS_KEY_ID"),
                ({"S3_SESSION_TOKEN": "other"}, {}, "does not know S3_SESSION_TOKEN: set the one"),
                ({"S3_PREFIX": "/leads"}, {}, "S3_PREFIX: '/leads' must be"),
                ({}, {"forbidden": ["PUT"]}, rights),
                ({}, {"forbidden": ["GET"]}, rights),
                ({}, {"forbidden": ["DELETE"]}, rights),
                ({}, {"quota": 0}, "the bucket 'leads' is full: free some space, or raise its quota"),
                ({}, {"clock": 7200}, "the clock of this machine differs from the object store's by 7")):
            with self.subTest(change=change, store=store):
                stub.set("leads", **{**usual, **store})
                said = self.fail_to_start("serve", "--port", "0", **stub_settings(stub, **change))
                self.assertIn(words, said)


class Running(unittest.TestCase):
    """One process that serves and one that works, on a Redis with a password and a bucket."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="csvm_operator_"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.redis = Redis("--requirepass", PASSWORD)
        self.addCleanup(self.redis.close)
        self.stub = Stub()
        self.addCleanup(self.stub.end)
        self.stub.set("leads")
        self.web, self.worker = self.started(Web), self.started(Worker)
        self.client = Client(self.web)
        self.upload = self.client.uploaded(sample("people/apollo_contacts.csv"))["upload_id"]

    def started(self, kind):
        process = kind(self.folder / kind.__name__, JOB_LEASE=2, WEBHOOK_ALLOW_PRIVATE="true",
                       REDIS_URL=self.redis.url.replace("//", f"//:{PASSWORD}@"),
                       **stub_settings(self.stub))
        self.addCleanup(process.end, signal.SIGKILL)
        return process

    def assertUnavailable(self, answer):
        self.assertEqual(answer.status, 503, answer)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        self.assertGreater(int(answer.headers["Retry-After"]), 0)
        for word in NAMED:
            self.assertNotIn(word, answer.json()["detail"])

    def wait_for_warning(self, process, *words):
        """A line that holds all of them."""
        wait_until(lambda: any(" warning " in line and all(word in line for word in words)
                               for line in list(process.log)), f"the log to say {words}")

    def walk_through(self, words, reads=True, **change):
        """Everything that needs the bucket while `change` holds, and after it."""
        table = ("leads.csv", leads(300))
        merged = self.client.merged(table)
        before = self.client.download(merged)
        location = self.client.tus_create("later.csv", len(table[1]))
        usual = {name: {"quota": None, "keys_last": None, "gone": False, "forbidden": []}[name]
                 for name in change}
        self.stub.set("leads", **change)

        self.assertUnavailable(self.client.upload(table))
        self.wait_for_warning(self.web, "POST /api/upload failed with 503", words)
        self.assertUnavailable(self.client.tus_patch(location, 0, table[1]))
        self.wait_for_warning(self.web, "PATCH /api/tus/{file_id} failed with 503", words)
        if not reads:
            self.assertUnavailable(self.client.get(f"/api/jobs/{merged}/download"))
            self.wait_for_warning(self.web, "GET /api/jobs/{id}/download failed with 503", words)
        health = self.client.get("/health")
        self.assertEqual(health.status, 503, health)
        self.assertIn(words, health.json()["checks"]["files"]["detail"])
        job = self.client.process(self.upload)
        failed = self.client.wait_for_state(job, "failed")
        self.assertIn("begin the job again later", failed["error"])
        for word in NAMED:
            self.assertNotIn(word, failed["error"])
        self.wait_for_warning(self.worker, f"job {job} failed", words)

        self.stub.set("leads", **usual)
        self.assertEqual(self.client.get("/health").status, 200)
        self.assertEqual(self.client.tus_offset(location), 0)
        answer = self.client.tus_patch(location, 0, table[1])
        self.assertEqual(answer.status, 204, answer)
        self.assertEqual(self.client.download(merged), before)
        again = self.client.process(self.upload)
        self.client.wait_for_state(again, "completed")
        self.assertEqual(self.client.download(self.client.merged(table)), before)

    def test_keys_of_the_bucket_that_expire_and_are_good_again(self):
        self.walk_through("have expired: set fresh S3_ACCESS_KEY_ID", reads=False, keys_last=0)

    def test_a_bucket_that_vanishes_and_comes_back(self):
        self.walk_through("there is no bucket 'leads'", reads=False, gone=True)

    def test_rights_that_are_taken_away_and_given_back(self):
        self.walk_through("S3_ACCESS_KEY_ID needs GetObject, PutObject", reads=False,
                          forbidden=["GET", "PUT", "POST", "DELETE"])

    def test_a_bucket_that_is_full_and_gets_room(self):
        self.walk_through("the bucket 'leads' is full: free some space", quota=0)

    def test_a_reason_that_stays_is_not_written_for_each_request(self):
        self.stub.set("leads", keys_last=0)
        for _ in range(20):
            self.assertUnavailable(self.client.upload(("leads.csv", leads(3))))
        self.web.end()
        lines = [line for line in self.web.log if "POST /api/upload failed with 503" in line]
        self.assertTrue(lines)
        told = [datetime.fromisoformat(line[:23]) for line in lines]
        for earlier, later in zip(told, told[1:]):
            self.assertGreaterEqual((later - earlier).total_seconds(), 9.9, lines)

    def test_a_scrape_costs_no_request_to_the_bucket(self):
        def scrape():
            answer = self.client.get("/metrics")
            self.assertEqual(answer.status, 200, answer)
            self.assertIn("csv_merger_files_up 1", answer.body.decode())
            return self.stub.state("leads")["requests"]
        before = scrape()
        scrapes = 20
        after = [scrape() for _ in range(scrapes)][-1]
        # One look now and then takes three; a clean-up may have listed the bucket meanwhile.
        self.assertLess(after - before, scrapes)

    def test_a_download_that_the_bucket_ends_early_is_cut_and_named(self):
        job = self.client.merged(("leads.csv", leads(20_000)))
        whole = self.client.download(job)
        self.assertGreater(len(whole), 1 << 20)  # more than is read in the first requests
        self.stub.set("leads", keys_last=2)
        with self.assertRaises(http.client.IncompleteRead) as cut:
            self.client.get(f"/api/jobs/{job}/download")
        self.assertTrue(whole.startswith(cut.exception.partial))
        self.wait_for_warning(self.web, "GET /api/jobs/{id}/download was cut off",
                              "have expired: set fresh S3_ACCESS_KEY_ID")
        self.stub.set("leads", keys_last=None)
        self.assertEqual(self.client.download(job), whole)

    def test_a_delivery_whose_table_the_bucket_does_not_give_fails_and_can_be_sent_later(self):
        receiver = Receiver()
        self.addCleanup(receiver.close)
        job = self.client.merged(("leads.csv", leads(20)))
        records = len(self.client.download(job).splitlines()) - 1
        self.stub.set("leads", keys_last=0)
        wishes = {"webhook_url": receiver.url, "webhook_rate_limit": 0}
        answer = self.client.post(f"/api/jobs/{job}/deliver", wishes)
        self.assertEqual(answer.status, 202, answer)
        failed = self.client.wait_for_state(job, "failed")
        self.assertIn("begin the job again later", failed["error"])
        for word in NAMED:
            self.assertNotIn(word, failed["error"])
        self.wait_for_warning(self.worker, f"job {job} cannot be sent", "have expired: set fresh")
        self.stub.set("leads", keys_last=None)
        answer = self.client.post(f"/api/jobs/{job}/deliver", wishes)
        self.assertEqual(answer.status, 202, answer)
        self.client.wait_for_state(job, "completed")
        self.assertEqual(len(receiver.seen()), records)

    def test_a_redis_that_does_not_answer_in_an_upload_is_not_the_senders_delay(self):
        content_type, body = multipart(("leads.csv", leads(10_000)))
        half = len(body) // 2
        self.assertGreater(half, 1 << 18)  # more than is read before anything is stored
        uploads = len(self.client.get("/api/session").json()["uploads"])
        connection = http.client.HTTPConnection(*self.web.address, timeout=BOUND_SECONDS)
        self.addCleanup(connection.close)
        connection.putrequest("POST", "/api/upload")
        for name, value in (("Content-Type", content_type), ("Content-Length", len(body)),
                            ("Cookie", self.client.cookie)):
            connection.putheader(name, str(value))
        connection.endheaders(body[:half])
        wait_until(lambda: len(self.client.get("/api/session").json()["uploads"]) > uploads,
                   "the upload to begin")
        self.redis.process.send_signal(signal.SIGSTOP)
        self.addCleanup(self.redis.process.send_signal, signal.SIGCONT)
        connection.send(body[half:])
        response = connection.getresponse()
        self.assertUnavailable(Answer(response, response.read()))
        self.wait_for_warning(self.web, "POST /api/upload failed with 503: Redis did not answer")
        self.redis.process.send_signal(signal.SIGCONT)
        self.client.merged(("leads.csv", leads(10)))

    def test_a_password_of_redis_that_is_changed_and_changed_back(self):
        job = self.client.process(self.client.uploaded(("large.csv", leads(LARGE)))["upload_id"])
        wait_until(lambda: job in self.worker.begun(), "the job to begin")
        change_password(self.redis, PASSWORD, ANOTHER)
        for ask in (lambda: self.client.get(f"/api/jobs/{job}/status"),
                    lambda: self.client.upload(("leads.csv", leads(10))),
                    lambda: self.client.post("/api/process", {"upload_id": self.upload,
                                                              "table_type": "people"})):
            self.assertUnavailable(ask())
        words = "Redis refuses the user or the password (WRONGPASS"
        self.wait_for_warning(self.web, "POST /api/upload failed with 503", words, "check REDIS_URL")
        self.wait_for_warning(self.web, "the store is away", words)
        self.wait_for_warning(self.worker, "the store is away", words)
        health = self.client.get("/health")
        self.assertEqual(health.status, 503, health)
        self.assertIn(words, health.json()["checks"]["store"]["detail"])

        change_password(self.redis, ANOTHER, PASSWORD)
        wait_until(lambda: self.client.get(f"/api/jobs/{job}/status").status == 200, "an answer")
        for process in (self.web, self.worker):
            wait_until(lambda: "the store is back" in process.text_of_log(), "it to be noticed")
        self.client.wait_for_state(job, "completed")
        self.assertEqual(self.client.get("/health").status, 200)
        self.client.merged(("leads.csv", leads(10)))

    def test_a_redis_that_is_out_of_memory_and_is_given_some(self):
        words = "Redis is out of memory: raise its maxmemory"
        ask_on_one_connection(self.redis, ("AUTH", PASSWORD), ("CONFIG", "SET", "maxmemory", "1"))
        self.assertUnavailable(self.client.upload(("leads.csv", leads(10))))
        self.wait_for_warning(self.web, "POST /api/upload failed with 503", words)
        self.wait_for_warning(self.worker, words)
        self.assertEqual(self.client.get("/health").status, 503)
        ask_on_one_connection(self.redis, ("AUTH", PASSWORD), ("CONFIG", "SET", "maxmemory", "0"))
        self.client.merged(("leads.csv", leads(10)))
        self.assertEqual(self.client.get("/health").status, 200)


if __name__ == "__main__":
    unittest.main()
