#!/usr/bin/env python3
"""Runs the root of an image as an engine would: read-only, as user 10001, with one volume.

    try_container.py ROOT [--stop-seconds N]

Needs root and a mount namespace of its own (tools/container.sh makes one). Checks that it becomes
healthy, merges what is uploaded, writes to its volume only, ends within N seconds of SIGTERM while
jobs run, and goes on with them after the next start.
"""
import argparse
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
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

USER = 10001
BOUND_SECONDS = 300
ENVIRONMENT = {"HOST": "127.0.0.1", "DATA_DIR": "/data", "TMPDIR": "/data", "LOG_FORMAT": "json",
               "APP_ENV": "production", "SECRET_KEY": "a key for this try only",
               "ADMIN_TOKEN": "a token for this try only"}


CHROOT = shutil.which("chroot", path="/usr/sbin:/usr/bin:/sbin:/bin")


def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Container:
    def __init__(self, root, volume):
        self.root, self.volume = root, volume
        self.port = None
        self.process = None

    def start(self):
        self.port = free_port()
        self.process = subprocess.Popen(
            [CHROOT, f"--userspec={USER}:{USER}", str(self.root), "/usr/bin/csv-merger", "serve"],
            env={**ENVIRONMENT, "PORT": str(self.port)}, stdout=subprocess.PIPE, text=True)
        # Jobs of an earlier start may speak first.
        while "listens on" not in json.loads(self.process.stdout.readline())["message"]:
            pass
        # Nobody may let the log wait for room in the pipe.
        self.reader = threading.Thread(target=self.process.stdout.read, daemon=True)
        self.reader.start()
        self.client = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    jar = CookieJar()

    def ask(self, path, body=None, content_type="application/json"):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body,
                                         {"Content-Type": content_type} if body else {})
        with self.client.open(request, timeout=BOUND_SECONDS) as answer:
            return answer.read()

    def check_health_as_an_engine_does(self):
        command = [CHROOT, f"--userspec={USER}:{USER}", str(self.root), "/usr/bin/csv-merger", "health"]
        subprocess.run(command, env={"PORT": str(self.port)}, check=True)
        wrong = subprocess.run(command, env={"PORT": str(free_port())}, capture_output=True)
        assert wrong.returncode == 1, wrong

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
            time.sleep(0.2)
        raise AssertionError(f"job {job} is still {status['status']}")

    def stop(self):
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(BOUND_SECONDS)
        assert code == 0, f"exit code {code}"
        return time.monotonic() - begun


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
        large = container.upload(50_000)
        jobs = [container.process_upload(large) for _ in range(3)]
        container.wait_for(jobs[0], "processing", "completed")
        seconds = container.stop()
        assert seconds < options.stop_seconds, f"the stop took {seconds:.1f} s"
        container.start()
        for job in jobs:
            container.wait_for(job, "completed")
        assert container.ask(f"/api/jobs/{small}/download") == table
        container.stop()
        print(f"1 passed, 0 failed (stopped under load in {seconds:.1f} s)")
    finally:
        if container.process and container.process.poll() is None:
            container.process.kill()
            container.process.wait()
        subprocess.run(["umount", str(view / "data")], check=False)
        subprocess.run(["umount", str(view)], check=False)
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
