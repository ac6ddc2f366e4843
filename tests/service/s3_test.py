"""Uploads and results in a bucket: our own strict store, failing at times, and s3rver."""
import hashlib
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

from service import BOUND_SECONDS, PROGRAM, Client, Service, leads, sample, wait_until

STUB = Path(__file__).resolve().parents[2] / "src" / "files" / "tests" / "s3_stub.py"
S3RVER = Path(__file__).resolve().parent / "s3rver" / "node_modules" / "s3rver"


class Store:
    """A running object store: the stub, or another program that says where it listens."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.url = line[line.index("http://"):].strip()

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Stub(Store):
    def __init__(self):
        super().__init__(sys.executable, str(STUB))

    def control(self, method, bucket, settings=None):
        data = None if settings is None else json.dumps(settings).encode()
        request = urllib.request.Request(f"{self.url}/_stub/{bucket}", data, method=method)
        with urllib.request.urlopen(request, timeout=BOUND_SECONDS) as answer:
            return json.loads(answer.read())

    def set(self, bucket, **settings):
        self.control("PUT", bucket, settings)

    def state(self, bucket):
        return self.control("GET", bucket)


def stub_settings(store, **more):
    return {"S3_ENDPOINT": store.url, "S3_REGION": "stub-1", "S3_BUCKET": "leads",
            "S3_ACCESS_KEY_ID": "stub-key", "S3_SECRET_ACCESS_KEY": "stub-secret", **more}


class S3Test(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="csvm_service_"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.store = Stub()
        self.addCleanup(self.store.end)
        self.store.set("leads")

    def service(self, name="data", **settings):
        service = Service(self.folder / name, **stub_settings(self.store, **settings))
        self.addCleanup(service.end, signal.SIGKILL)
        return service

    def expected(self, *files):
        """What the command line makes of the same files."""
        names = []
        for name, content in files:
            (self.folder / name).write_bytes(content)
            names.append(name)
        subprocess.run([PROGRAM, "merge", *names, "--type", "people", "-o", "expected.csv"],
                       cwd=self.folder, check=True, capture_output=True, timeout=BOUND_SECONDS)
        return (self.folder / "expected.csv").read_bytes()

    def test_a_table_comes_of_files_without_any_byte_staying_here(self):
        service = self.service()
        client = Client(service)
        files = [("a.csv", leads(3000, 1)), ("b.csv", leads(3000, 2))]
        job = client.merged(*files)
        self.assertEqual(client.download(job), self.expected(*files))
        objects = self.store.state("leads")["objects"]
        session = client.get("/api/session").json()["session_id"]
        self.assertTrue(objects)
        self.assertTrue(all(key.startswith(f"{session}/") for key in objects), objects)
        self.assertEqual([path for path in (self.folder / "data").rglob("*")
                          if path.is_file() and "csv-merger.db" not in path.name
                          and path.suffix != ".json"], [])
        ranged = client.ask("GET", f"/api/jobs/{job}/download", headers={"Range": "bytes=10-19"})
        self.assertEqual(ranged.status, 206, ranged)
        self.assertEqual(ranged.body, self.expected(*files)[10:20])
        health = client.get("/health")
        self.assertEqual(health.status, 200)
        self.assertEqual(health.json()["checks"]["disk"], {"status": "ok"})  # a bucket has no end
        self.assertEqual(client.ask("DELETE", "/api/session").status, 200)
        self.assertEqual(self.store.state("leads")["objects"], {})

    def test_a_large_upload_goes_in_parts_and_is_gone_on_with_after_a_restart(self):
        service = self.service(MAX_FILE_SIZE_MB=64)
        client = Client(service)
        content = leads(200_000)
        self.assertGreater(len(content), 20_000_000)
        location = client.tus_create("big.csv", len(content))
        at = 0
        for piece in (9_000_000, 1_000_000):
            answer = client.tus_patch(location, at, content[at:at + piece])
            self.assertEqual(answer.status, 204, answer)
            at += piece
        self.assertEqual(self.store.state("leads")["uploads"].__len__(), 1)
        service.restart(signal.SIGKILL)
        self.assertEqual(client.tus_offset(location), at)
        answer = client.tus_patch(location, at, content[at:])
        self.assertEqual(answer.status, 204, answer)
        state = self.store.state("leads")
        self.assertEqual(state["uploads"], [])
        self.assertEqual(list(state["objects"].values()), [len(content)])

    def test_a_store_that_fails_one_request_in_ten_changes_no_byte(self):
        service = self.service()
        client = Client(service)
        self.store.set("leads", faults=[
            {"kind": "500", "rate": 0.03}, {"kind": "503", "rate": 0.03},
            {"kind": "cut", "rate": 0.03}, {"kind": "reset", "rate": 0.03, "after": True}])
        files = [("a.csv", leads(3000, 1)), ("b.csv", leads(3000, 2))]
        expected = hashlib.sha256(self.expected(*files)).hexdigest()
        for _ in range(4):
            job = client.merged(*files)
            self.assertEqual(hashlib.sha256(client.download(job)).hexdigest(), expected)
        self.assertGreater(self.store.state("leads")["faults_met"], 0)

    def test_a_full_bucket_is_named_to_the_sender_and_to_the_job(self):
        service = self.service()
        client = Client(service)
        upload = client.uploaded(sample("people/apollo_contacts.csv"))
        stored = sum(self.store.state("leads")["objects"].values())
        self.store.set("leads", quota=stored)
        refused = client.upload(sample("people/apollo_contacts.csv"))
        self.assertIn(refused.status, (500, 503, 507), refused)
        job = client.process(upload["upload_id"])
        failed = client.wait_for_state(job, "failed")
        self.assertTrue(failed["error"])
        wait_until(lambda: "the bucket 'leads' is full" in service.text_of_log(), "the log's word")
        self.store.set("leads", quota=None)
        client.merged(sample("people/apollo_contacts.csv"))

    def test_keys_that_are_taken_away_are_the_operators_matter(self):
        service = self.service()
        client = Client(service)
        upload = client.uploaded(sample("people/apollo_contacts.csv"))
        self.store.set("leads", forbidden=["PUT"])
        job = client.process(upload["upload_id"])
        failed = client.wait_for_state(job, "failed")
        self.assertIn("begin the job again later", failed["error"])
        self.assertNotIn("keys", failed["error"])
        wait_until(lambda: "S3_ACCESS_KEY_ID needs GetObject, PutObject" in service.text_of_log(),
                   "what the operator has to do")
        self.store.set("leads", forbidden=[])
        client.merged(sample("people/apollo_contacts.csv"))


@unittest.skipUnless(S3RVER.is_dir(), "needs (cd tests/service/s3rver && npm ci)")
class S3rver(unittest.TestCase):
    """A store that others wrote. It cannot abort or list uploads: the stub is for that."""

    def test_a_table_comes_of_files(self):
        folder = Path(tempfile.mkdtemp(prefix="csvm_service_"))
        self.addCleanup(shutil.rmtree, folder, True)
        store = Store("node", str(S3RVER.parents[1] / "start.js"), str(folder / "store"))
        self.addCleanup(store.end)
        service = Service(folder / "data", S3_ENDPOINT=store.url, S3_BUCKET="leads",
                          S3_ACCESS_KEY_ID="S3RVER", S3_SECRET_ACCESS_KEY="S3RVER",
                          S3_PREFIX="csv-merger/")
        self.addCleanup(service.end, signal.SIGKILL)
        client = Client(service)
        content = leads(100_000)
        self.assertGreater(len(content), 9_000_000)  # in parts
        job = client.merged(("a.csv", content), sample("people/apollo_contacts.csv"))
        body = client.download(job)
        self.assertGreater(len(body), 5_000_000)
        ranged = client.ask("GET", f"/api/jobs/{job}/download", headers={"Range": "bytes=100-199"})
        self.assertEqual(ranged.body, body[100:200])
        self.assertEqual(client.ask("DELETE", "/api/session").status, 200)
        left = [path for path in (folder / "store").rglob("*") if path.is_file()]
        self.assertEqual([path for path in left if client.cookie.split("=")[1] in str(path)], [])


if __name__ == "__main__":
    unittest.main()
