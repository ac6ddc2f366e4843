"""Other ways to Redis than its address: Sentinels that know who the master is, and TLS."""
import os
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from cluster import Redis, Sentinel, Web, Worker, free_port
from service import BOUND_SECONDS, PROGRAM, Client, leads, wait_until


class AddressTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="csvm_redis_addresses_"))
        self.addCleanup(shutil.rmtree, self.folder, True)

    def redis(self, *settings):
        redis = Redis(*settings)
        self.addCleanup(redis.close)
        return redis

    def started(self, kind, **settings):
        process = kind(self.folder / "data", **settings)
        self.addCleanup(process.end, signal.SIGKILL)
        return process

    def fail_to_start(self, **settings):
        done = subprocess.run(
            [PROGRAM, "serve", "--port", "0", "--data", str(self.folder / "other")],
            env={"PATH": os.environ["PATH"], **settings}, cwd=self.folder, capture_output=True,
            text=True, timeout=BOUND_SECONDS)
        self.assertEqual((done.returncode, done.stdout), (1, ""), done)
        return done.stderr


class Failover(AddressTest):
    def test_the_replica_that_the_sentinels_make_the_master_is_found(self):
        ports = [free_port(), free_port()]
        master = self.redis("--port", str(ports[0]), "--bind", "127.0.0.1")
        replica = self.redis("--port", str(ports[1]), "--bind", "127.0.0.1", "--replicaof",
                             "127.0.0.1", str(ports[0]))
        wait_until(lambda: "master_link_status:up" in replica.ask("INFO", "replication"),
                   "the replica to have a copy")
        sentinel = Sentinel("leads", ports[0])
        self.addCleanup(sentinel.close)
        wait_until(lambda: str(ports[1]) in sentinel.ask("SENTINEL", "REPLICAS", "leads"),
                   "the Sentinel to know the replica")

        nobody = free_port()
        url = f"redis+sentinel://127.0.0.1:{nobody},127.0.0.1:{sentinel.port}/leads"
        web, worker = (self.started(kind, REDIS_URL=url) for kind in (Web, Worker))
        self.assertIn("a failover may take", web.text_of_log())
        client = Client(web)
        content = leads(500)
        before = client.merged(("leads.csv", content))
        table = client.download(before)

        # What the replica has not got yet would be lost, as the log said.
        self.assertEqual(master.ask("WAIT", "1", "10000"), ":1\r\n")
        master.end(signal.SIGKILL)
        wait_until(lambda: client.get(f"/api/jobs/{before}/status").status == 200,
                   "the new master")
        self.assertIn("role:master", replica.ask("INFO", "replication"))
        self.assertEqual(client.download(before), table)
        after = client.merged(("leads.csv", content))
        self.assertEqual(client.download(after), table)
        self.assertIn(after, worker.completed())
        self.assertEqual(client.get("/health").status, 200)

    def test_a_name_that_no_sentinel_knows_ends_the_start_and_says_what_to_do(self):
        port = free_port()
        self.redis("--port", str(port), "--bind", "127.0.0.1")
        sentinel = Sentinel("leads", port)
        self.addCleanup(sentinel.close)
        said = self.fail_to_start(REDIS_URL=f"redis+sentinel://127.0.0.1:{sentinel.port}/other")
        self.assertIn("does not know 'other': check REDIS_URL", said)
        said = self.fail_to_start(REDIS_URL=f"redis+sentinel://127.0.0.1:{free_port()}/leads")
        self.assertIn("cannot reach Redis at 127.0.0.1:", said)


class Tls(AddressTest):
    def setUp(self):
        super().setUp()
        self.certificate, key = self.folder / "redis.crt", self.folder / "redis.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                        "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout",
                        str(key), "-out", str(self.certificate)], check=True, capture_output=True)
        self.port = free_port()
        self.redis("--tls-port", str(self.port), "--tls-cert-file", str(self.certificate),
                   "--tls-key-file", str(key), "--tls-ca-cert-file", str(self.certificate),
                   "--tls-auth-clients", "no", "--bind", "127.0.0.1")
        self.url = f"rediss://localhost:{self.port}"

    def test_a_job_is_done_over_tls_or_the_start_says_what_is_missing(self):
        said = self.fail_to_start(REDIS_URL=self.url)
        if "needs hiredis 1.0 or newer" in said:  # what this program was built with cannot
            self.assertIn("TLS tunnel", said)
            return
        self.assertIn("the certificate of Redis at 'localhost' is not trusted", said)
        trusted = {"SSL_CERT_FILE": str(self.certificate)}
        said = self.fail_to_start(REDIS_URL=f"rediss://127.0.0.1:{self.port}", **trusted)
        self.assertIn("the certificate of Redis at '127.0.0.1' is of another host", said)
        web, _ = (self.started(kind, REDIS_URL=self.url, **trusted) for kind in (Web, Worker))
        client = Client(web)
        self.assertTrue(client.download(client.merged(("leads.csv", leads(100)))))

    def test_to_speak_without_tls_where_it_is_needed_ends_the_start(self):
        said = self.fail_to_start(REDIS_URL=f"redis://localhost:{self.port}")
        self.assertIn("check REDIS_URL; with TLS it begins with rediss://", said)


if __name__ == "__main__":
    unittest.main()
