#!/usr/bin/env python3
"""Runs the root of an image as an engine would: read-only, as its user, with one volume.

    try_container.py ROOT CONFIG [--stop-seconds N] [--most-bytes N]

CONFIG is what `buildah inspect` says of the image; tools/container.sh calls this. Needs root and a mount
namespace of its own. What runs has no capability, no /proc, no /dev and no /tmp. Checks what the image
is made of; that it listens at PORT, becomes healthy, merges what is uploaded, and ends within N seconds
of SIGTERM while jobs run, clients upload and a result is delivered; and that all of it is there after
the next start on the same volume: each upload that was acknowledged, one that was cut goes on where
it was, every job ends with the bytes that it has undisturbed, every record is delivered.
"""
import argparse
import base64
import ctypes
import http.client
import json
import os
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

BOUND_SECONDS = 300
LARGE_ROWS = 400_000
# Jobs go on for twenty seconds after SIGTERM, since a request is under way for the first ten of them;
# three at once that need this long cannot end.
LONG_SECONDS = 40
RECORDS, RECORDS_A_SECOND, RECEIVER_DELAY = 4000, 150, 0.1
# What docs/deploy.md says must be set, and what the load needs.
ENVIRONMENT = {"APP_ENV": "production", "SECRET_KEY": "a key for this try only",
               "ADMIN_TOKEN": "a token for this try only", "WEBHOOK_ALLOW": "127.0.0.1",
               "WORKERS": "3", "MAX_FILES_PER_SESSION": "10000", "MAX_REQUESTS_PER_SECOND": "0",
               "MAX_STORAGE_PER_SESSION_MB": "9000"}
PR_SET_NO_NEW_PRIVS, PR_CAPBSET_DROP, LAST_CAPABILITY = 38, 24, 63
libc = ctypes.CDLL(None, use_errno=True)


def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Image:
    """The root of an image and what it says of itself."""

    def __init__(self, root, inspected):
        self.root, config = Path(root), inspected["Docker"]["config"]
        self.config = config
        self.user, self.group = (int(one) for one in config["User"].split(":"))
        self.command = config["Entrypoint"] + config["Cmd"]
        self.environment = dict(one.split("=", 1) for one in config["Env"])
        self.health_check = config["Healthcheck"]["Test"][1:]

    def check(self, most_bytes):
        """What docs/deploy.md says of it."""
        size = sum(path.lstat().st_size for path in self.root.rglob("*") if not path.is_dir())
        print(f"{size / 1e6:.1f} MB")
        assert size <= most_bytes, f"{size} bytes; the limit is {most_bytes}"
        assert self.user == self.group == 10001, self.config["User"]
        assert set(self.config["Volumes"]) == {"/data"}, self.config["Volumes"]
        assert set(self.config["ExposedPorts"]) == {"8080/tcp"}, self.config["ExposedPorts"]
        assert self.environment["PORT"] == "8080", self.environment
        assert self.config["StopSignal"] in ("SIGTERM", "15"), self.config["StopSignal"]
        assert self.config["Healthcheck"]["Test"][0] == "CMD", self.config["Healthcheck"]
        programs = [path.name for folder in ("bin", "sbin", "usr/bin", "usr/sbin", "usr/local/bin")
                    for path in (self.root / folder).glob("*")]
        assert programs == ["csv-merger"], programs
        for path in self.root.rglob("*"):
            status = path.lstat()
            assert path.is_symlink() or not status.st_mode & 0o7000, f"{path}: {status.st_mode:o}"
            assert status.st_uid != self.user or path == self.root / "data", f"{path} is the user's"

    def mount(self, view, volumes, read_only=True):
        """`volumes`: place in the image -> folder, made with the owner of what the image has there."""
        view.mkdir(parents=True)
        mount("--bind", str(self.root), str(view))
        if read_only:
            mount("-o", "remount,ro,bind", str(view))
        for place, folder in volumes.items():
            target = view / place.lstrip("/")
            if not folder.exists():
                folder.mkdir(parents=True)
                os.chown(folder, target.stat().st_uid, target.stat().st_gid)
                folder.chmod(target.stat().st_mode & 0o7777)
            mount("--bind", str(folder), str(target))

    def enter(self, view, drops_all=True, no_new_privileges=True):
        """In the child, before the program is run."""
        os.chroot(view)
        os.chdir("/")
        if drops_all:
            for capability in range(LAST_CAPABILITY + 1):
                libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
        if no_new_privileges:
            libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        os.setgroups([])
        os.setgid(self.group)
        os.setuid(self.user)


def check_rights(pid, user):
    """That the process has the user and nothing more."""
    status = Path(f"/proc/{pid}/status").read_text()
    facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert facts["Uid"].split() == [str(user)] * 4, facts["Uid"]
    assert int(facts["CapBnd"], 16) == int(facts["CapEff"], 16) == 0, facts["CapBnd"]
    assert facts["NoNewPrivs"] == "1"


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

    @staticmethod
    def leads(rows):
        lines = ["First Name,Last Name,Email,Company Name"]
        persons = [i % (rows // 2) for i in range(rows)]
        lines += [f"Ada{i},Novak{i},ada{i}@firm{i}.example,Firm {i}" for i in persons]
        return "\n".join(lines) + "\n"

    def upload(self, rows):
        boundary = "try-container"
        body = (f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n'
                "Content-Type: text/csv\r\n\r\n" + self.leads(rows) + f"\r\n--{boundary}--\r\n")
        return json.loads(self.ask("/api/upload", body.encode(),
                                   f"multipart/form-data; boundary={boundary}"))["upload_id"]

    def process_upload(self, upload, **wishes):
        wish = json.dumps({"upload_id": upload, "table_type": "people", **wishes}).encode()
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
    def __init__(self, image, view):
        super().__init__()
        self.image, self.view = image, view
        self.process = None

    def run(self, command, port, **more):
        return subprocess.Popen(command, text=True, stdout=subprocess.PIPE,
                                env={**self.image.environment, **ENVIRONMENT, "PORT": str(port)},
                                preexec_fn=lambda: self.image.enter(self.view), **more)

    def start(self):
        self.port = free_port()
        self.process = self.run(self.image.command, self.port)
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
        with self.news:
            self.log.append("the end of the log")
            self.news.notify_all()

    def wait_for_log(self, *choice):
        """Which of the words comes."""
        def said():
            return next((words for words in choice if any(words in line for line in self.log)), None)

        with self.news:
            self.news.wait_for(lambda: said() or "the end of the log" in self.log, BOUND_SECONDS)
            assert said(), f"none of {choice} comes: {self.log[-50:]}"
            return said()

    def check_health_as_an_engine_does(self):
        # Nobody listens at the second one.
        for port, code in ((self.port, 0), (free_port(), 1)):
            check = self.run(self.image.health_check, port, stderr=subprocess.DEVNULL)
            check.communicate()
            assert check.returncode == code, check.returncode
        assert json.loads(self.ask("/health"))["status"] == "healthy"

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


class CutUpload:
    """A large file that is being received, piece by piece (tus), when the service stops."""

    PIECE, PAUSE_SECONDS = 20_000, 0.05

    def __init__(self, container, content):
        self.container, self.content = container, content
        self.thread = threading.Thread(target=self.send_slowly)
        made = self.request("POST", "/api/tus", headers={
            "Upload-Length": str(len(content)),
            "Upload-Metadata": "filename " + base64.b64encode(b"cut.csv").decode()})
        assert made.status == 201, made.status
        self.place = made.headers["Location"]

    def request(self, method, path, body=None, headers=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.container.port}{path}", body,
                                         {"Tus-Resumable": "1.0.0", **(headers or {})}, method=method)
        return self.container.opener.open(request, timeout=BOUND_SECONDS)

    def patch(self, offset, body, length):
        return self.request("PATCH", self.place, body, {
            "Upload-Offset": str(offset), "Content-Length": str(length),
            "Content-Type": "application/offset+octet-stream"})

    def send_slowly(self):
        def pieces():
            for begin in range(0, len(self.content), self.PIECE):
                yield self.content[begin:begin + self.PIECE]
                time.sleep(self.PAUSE_SECONDS)
        try:
            self.patch(0, pieces(), len(self.content))
        except OSError:
            pass  # cut, as it should be
        else:
            raise AssertionError("the upload ended before the service did")

    def go_on(self):
        """Its upload, and from which byte on it was sent again."""
        state = self.request("HEAD", self.place)
        offset = int(state.headers["Upload-Offset"])
        assert 0 < offset < len(self.content), offset
        rest = self.content[offset:]
        assert self.patch(offset, rest, len(rest)).status == 204
        return state.headers["Upload-Id"], offset


class Receiver:
    """The image's own `receiver`, as a stranger's server."""

    def __init__(self, container):
        self.process = container.run(["/usr/bin/csv-merger", "receiver", "--delay",
                                      str(RECEIVER_DELAY)], 0)
        self.url = self.process.stdout.readline().split()[-1]

    def counts(self):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.url + "counts", timeout=BOUND_SECONDS) as answer:
            return json.load(answer)


def stop_under_load_and_go_on(container, receiver, stop_seconds):
    first = container.upload(LARGE_ROWS)
    begun = time.monotonic()
    container.wait_for(container.process_upload(first), "completed")
    alone = time.monotonic() - begun
    rows = int(LARGE_ROWS * LONG_SECONDS / (3 * alone))
    large = container.upload(rows)
    delivery = container.process_upload(
        container.upload(2 * RECORDS), mode="webhook", webhook_url=receiver.url, table_type="people",
        webhook_rate_limit=RECORDS_A_SECOND)
    container.wait_for(delivery, "sending")
    jobs = [container.process_upload(large) for _ in range(3)]
    for job in jobs:
        container.wait_for_log(f"job {job} begins")
    load = Load(container)
    cut = CutUpload(container, container.leads(LARGE_ROWS).encode())
    cut.thread.start()
    load.acknowledged_some.wait(BOUND_SECONDS)
    before = container.wait_for(delivery, "sending")["progress"]
    seconds = container.stop()
    uploads = load.end()
    cut.thread.join(BOUND_SECONDS)
    assert seconds < stop_seconds, f"the stop took {seconds:.1f} s"
    container.wait_for_log(f"job {delivery} goes back to the queue")
    # A machine that became quicker meanwhile may bring one to its end before the stop does.
    handed_back = [job for job in jobs if container.wait_for_log(
        f"job {job} goes back to the queue", f"job {job} is completed").endswith("queue")]
    at_stop = receiver.counts()
    assert 0 < at_stop["ids"] < RECORDS, f"no delivery was under way at the stop: {at_stop}"

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

    upload, offset = cut.go_on()
    tables = []
    for one in (upload, container.upload(LARGE_ROWS)):
        job = container.process_upload(one)
        container.wait_for(job, "completed")
        tables.append(container.ask(f"/api/jobs/{job}/download"))
    assert tables[0] == tables[1], "the upload that was cut differs"

    sent = container.wait_for(delivery, "completed", "failed")
    assert sent["progress"]["deliveries"]["delivered"] == RECORDS, sent
    counts = receiver.counts()
    assert counts["accepted_ids"] == counts["ids"] == RECORDS, counts
    assert counts["changed"] == 0, counts
    in_flight = max(before["in_flight"], int(RECORDS_A_SECOND * RECEIVER_DELAY))
    assert counts["surplus"] <= in_flight, f"{counts['surplus']} sent twice; {in_flight} in flight"
    print(f"stopped in {seconds:.1f} s with 3 jobs of {rows} rows, 4 clients uploading, a large upload and a "
          f"delivery under way: {len(handed_back)} of the jobs handed back; all done {again:.1f} s after the next "
          f"start, with the bytes of an undisturbed one; {len(uploads)} acknowledged uploads all "
          f"there; the large one went on at byte {offset} of {len(cut.content)}; "
          f"{at_stop['ids']} of {RECORDS} records had been sent, and each was in the end, "
          f"{counts['surplus']} of them twice ({in_flight} in flight)")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root")
    parser.add_argument("config", type=Path)
    parser.add_argument("--stop-seconds", type=float, default=30)
    parser.add_argument("--most-bytes", type=int, default=80_000_000)
    options = parser.parse_args()
    image = Image(options.root, json.loads(options.config.read_text()))
    image.check(options.most_bytes)
    work = Path(tempfile.mkdtemp())
    work.chmod(0o755)
    view = work / "root"
    image.mount(view, {place: work / "volume" for place in image.config["Volumes"]})
    container = Container(image, view)
    receiver = None
    try:
        container.start()
        container.check_health_as_an_engine_does()
        check_rights(container.process.pid, image.user)
        small = container.process_upload(container.upload(2000))
        container.wait_for(small, "completed")
        table = container.ask(f"/api/jobs/{small}/download")
        assert table.count(b"\n") == 1001, table.count(b"\n")
        receiver = Receiver(container)
        stop_under_load_and_go_on(container, receiver, options.stop_seconds)
        assert container.ask(f"/api/jobs/{small}/download") == table
        container.stop()
        print("1 passed, 0 failed")
    finally:
        for process in (container.process, receiver and receiver.process):
            if process and process.poll() is None:
                process.kill()
                process.wait()
        subprocess.run(["umount", "--recursive", str(view)], check=True)
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
