#!/usr/bin/env python3
"""Runs the root of an image as an engine would: read-only, as user 10001, with one volume.

    try_container.py ROOT [--stop-seconds N]

Needs root and a mount namespace of its own (tools/container.sh makes one). Checks that it becomes
healthy, merges what is uploaded, writes to its volume only, ends within N seconds of SIGTERM while a
job runs and clients upload, hands that job back, and has all of it after the next start: each upload
that was acknowledged, and every job with the bytes that it has undisturbed.
"""
import argparse
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

USER = 10001
BOUND_SECONDS = 300
LARGE_ROWS = 400_000
# A job may still end after SIGTERM, for ten seconds; three at once that need this long cannot.
LONG_SECONDS = 30
ENVIRONMENT = {"HOST": "127.0.0.1", "DATA_DIR": "/data", "TMPDIR": "/data", "LOG_FORMAT": "json",
               "APP_ENV": "production", "SECRET_KEY": "a key for this try only",
               "ADMIN_TOKEN": "a token for this try only",
               # For the load.
               "WORKERS": "3", "MAX_FILES_PER_SESSION": "10000", "MAX_REQUESTS_PER_SECOND": "0"}


CHROOT = shutil.which("chroot", path="/usr/sbin:/usr/bin:/sbin:/bin")


def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Client:
    """A session with a service at this machine's `port`."""

    def __init__(self, port=None):
        self.port = port
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                                  urllib.request.HTTPCookieProcessor(CookieJar()))

    def ask(self, path, body=None, content_type="application/json"):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body,
                                         {"Content-Type": content_type} if body else {})
        with self.opener.open(request, timeout=BOUND_SECONDS) as answer:
            return answer.read()

    def upload(self, rows):
        lines = ["First Name,Last Name,Email,Company Name"]
        lines += [f"Ada{i},Novak{i},ada{i % (rows // 2)}@firm{i % (rows // 2)}.example,Firm {i}"
                  for i in range(rows)]
        boundary = "try-container"
        body = (f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n'
                "Content-Type: text/csv\r\n\r\n" + "\n".join(lines) + f"\n\r\n--{boundary}--\r\n")
        return json.loads(self.ask("/api/upload", body.encode(),
                                   f"multipart/form-data; boundary={boundary}"))["upload_id"]

    def process_upload(self, upload):
        wish = json.dumps({"upload_id": upload, "table_type": "people"}).encode()
        return json.loads(self.ask("/api/process", wish))["job_id"]

    def wait_for(self, job, *states):
        end = time.monotonic() + BOUND_SECONDS
        while time.monotonic() < end:
            status = json.loads(self.ask(f"/api/jobs/{job}/status"))
            if status["status"] in states:
                return status
            time.sleep(0.05)
        raise AssertionError(f"job {job} is still {status['status']}")


class Container(Client):
    def __init__(self, root, volume):
        super().__init__()
        self.root, self.volume = root, volume
        self.process = None

    def start(self):
        self.port = free_port()
        self.process = subprocess.Popen(
            [CHROOT, f"--userspec={USER}:{USER}", str(self.root), "/usr/bin/csv-merger", "serve"],
            env={**ENVIRONMENT, "PORT": str(self.port)}, stdout=subprocess.PIPE, text=True)
        self.log, self.news = [], threading.Condition()
        # Nobody may let the log wait for room in the pipe.
        self.reader = threading.Thread(target=self.read_log, args=(self.process.stdout,), daemon=True)
        self.reader.start()
        self.wait_for_log("listens on")

    def read_log(self, pipe):
        for line in pipe:
            with self.news:
                self.log.append(json.loads(line)["message"])
                self.news.notify_all()

    def wait_for_log(self, words):
        with self.news:
            found = self.news.wait_for(lambda: any(words in line for line in self.log), BOUND_SECONDS)
        assert found, f"{words!r} does not come: {self.log}"

    def check_health_as_an_engine_does(self):
        command = [CHROOT, f"--userspec={USER}:{USER}", str(self.root), "/usr/bin/csv-merger", "health"]
        subprocess.run(command, env={"PORT": str(self.port)}, check=True)
        wrong = subprocess.run(command, env={"PORT": str(free_port())}, capture_output=True)
        assert wrong.returncode == 1, wrong

    def stop(self):
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(BOUND_SECONDS)
        seconds = time.monotonic() - begun
        self.reader.join()
        assert code == 0, f"exit code {code}"
        return seconds


class Load:
    """Clients that upload until the service is gone."""

    def __init__(self, container):
        self.container, self.acknowledged = container, []
        self.acknowledged_some = threading.Event()
        self.threads = [threading.Thread(target=self.upload) for _ in range(4)]
        for thread in self.threads:
            thread.start()

    def upload(self):
        try:
            while True:
                self.acknowledged.append(self.container.upload(100))
                self.acknowledged_some.set()
        except urllib.error.HTTPError as refusal:
            assert refusal.code == 503, f"{refusal.code} {refusal.read()}"
        except (urllib.error.URLError, ConnectionError, http.client.HTTPException):
            pass  # cut off, so not acknowledged

    def end(self):
        for thread in self.threads:
            thread.join(BOUND_SECONDS)
        assert self.acknowledged, "nothing was uploaded"
        return self.acknowledged


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root")
    parser.add_argument("--stop-seconds", type=float, default=30)
    options = parser.parse_args()
    work = Path(tempfile.mkdtemp())
    view, volume = work / "root", work / "data"
    view.mkdir()
    volume.mkdir()
    os.chown(volume, USER, USER)
    mount("--bind", options.root, str(view))
    mount("-o", "remount,ro,bind", str(view))
    mount("--bind", str(volume), str(view / "data"))
    container = Container(view, volume)
    try:
        container.start()
        container.check_health_as_an_engine_does()
        assert json.loads(container.ask("/health"))["status"] == "healthy"
        status = Path(f"/proc/{container.process.pid}/status").read_text()
        assert re.search(rf"^Uid:\t{USER}\t{USER}\t{USER}\t{USER}$", status, re.M), status
        small = container.process_upload(container.upload(2000))
        container.wait_for(small, "completed")
        table = container.ask(f"/api/jobs/{small}/download")
        assert table.count(b"\n") >= 1001, table[:200]
        begun = time.monotonic()
        container.wait_for(container.process_upload(container.upload(LARGE_ROWS)), "completed")
        alone = time.monotonic() - begun
        rows = int(LARGE_ROWS * LONG_SECONDS / (3 * alone))
        large = container.upload(rows)
        jobs = [container.process_upload(large) for _ in range(3)]
        for job in jobs:
            container.wait_for_log(f"job {job} begins")
        load = Load(container)
        load.acknowledged_some.wait(BOUND_SECONDS)
        seconds = container.stop()
        uploads = load.end()
        assert seconds < options.stop_seconds, f"the stop took {seconds:.1f} s"
        handed_back = [job for job in jobs
                       if f"job {job} goes back to the queue" in container.log]
        assert handed_back, f"no job was running at the stop: {container.log}"
        begun = time.monotonic()
        container.start()
        for job in jobs:
            container.wait_for(job, "completed")
        again = time.monotonic() - begun
        undisturbed = container.process_upload(large)
        container.wait_for(undisturbed, "completed")
        expected = container.ask(f"/api/jobs/{undisturbed}/download")
        for job in jobs:
            assert container.ask(f"/api/jobs/{job}/download") == expected, f"job {job} differs"
        for job in [container.process_upload(upload) for upload in uploads]:
            container.wait_for(job, "completed")
        assert container.ask(f"/api/jobs/{small}/download") == table
        container.stop()
        print(f"stopped in {seconds:.1f} s with 3 jobs of {rows} rows and 4 clients uploading: "
              f"{len(handed_back)} jobs handed back; all done {again:.1f} s after the next start, with "
              f"the bytes of an undisturbed one; {len(uploads)} acknowledged uploads all there")
        print("1 passed, 0 failed")
    finally:
        if container.process and container.process.poll() is None:
            container.process.kill()
            container.process.wait()
        subprocess.run(["umount", "--recursive", str(view)], check=True)
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
