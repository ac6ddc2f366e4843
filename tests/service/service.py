"""The real program as a service, and a small client of it. Standard library only.

CSVM_PROGRAM is the program, CSVM_SAMPLES the folder of samples.
"""
import base64
import http.client
import json
import os
import random
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.request
from pathlib import Path

PROGRAM = os.environ["CSVM_PROGRAM"]
SAMPLES = Path(os.environ["CSVM_SAMPLES"])
BOUND_SECONDS = 60  # of anything that is waited for
LIMIT_OF_A_STOP_SECONDS = 30  # what operators are promised


def wait_until(look, what):
    """The first true value of `look()`; fails when it does not come."""
    end = time.monotonic() + BOUND_SECONDS
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain for {what}")
        time.sleep(0.01)


class Service:
    """A running `csv-merger serve` on a data folder; any free port."""

    words = ["serve", "--port", "0"]

    def __init__(self, data, **settings):
        self.data = Path(data)
        self.settings = settings
        self.process = None
        self.log = []
        self.start()

    def start(self):
        environment = {"PATH": os.environ["PATH"], "TMPDIR": tempfile.gettempdir()}
        environment.update({name: str(value) for name, value in self.settings.items()})
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
            if name in os.environ:
                environment[name] = os.environ[name]
        self.process = subprocess.Popen(
            [PROGRAM, *self.words, "--data", str(self.data)], env=environment,
            cwd=self.data.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.readers = [threading.Thread(target=self._read_log, args=(self.process.stderr,))]
        self.readers[0].start()
        # A line of text, or the first one of a log in JSON.
        line = self.process.stdout.readline()
        if not self.began(line):
            self.process.kill()
            self.process.wait()
            self.readers[0].join()
            raise AssertionError(f"did not start: {line!r} {self.text_of_log()}")
        if line.startswith("{"):
            self.log.append(line)
            self.readers.append(threading.Thread(target=self._read_log, args=(self.process.stdout,)))
            self.readers[1].start()

    def began(self, line):
        """Whether its first line says that it began; takes its address from there."""
        where = re.search(r"listens on (http://([^:]+):(\d+))", line)
        if where:
            self.origin = where[1]
            self.address = (where[2], int(where[3]))
        return where is not None

    def _read_log(self, pipe):
        for line in pipe:
            self.log.append(line)

    def text_of_log(self):
        return "".join(self.log)

    def end(self, signal_number=signal.SIGTERM):
        """Ends the process; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal_number)
        code = self.process.wait(LIMIT_OF_A_STOP_SECONDS)
        for reader in self.readers:
            reader.join()
        self.process.stdout.close()
        self.process.stderr.close()
        return code

    def restart(self, signal_number=signal.SIGTERM):
        code = self.end(signal_number)
        self.log = []
        self.start()
        return code

    def stored_files(self):
        """Paths of all objects of all sessions, relative to the data folder."""
        root = self.data / "files"
        return sorted(path.relative_to(root).as_posix() for path in root.rglob("*")
                      if path.is_file() and not path.name.startswith("."))


class Receiver:
    """A running `csv-merger receiver` on any free port."""

    def __init__(self, *options):
        self.process = subprocess.Popen([PROGRAM, "receiver", *options], stdout=subprocess.PIPE,
                                        text=True)
        self.url = self.process.stdout.readline().split()[-1]

    def counts(self):
        """What it has counted itself."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.url + "counts", timeout=BOUND_SECONDS) as answer:
            return json.load(answer)

    def wait_for(self, requests):
        wait_until(lambda: self.counts()["requests"] >= requests, f"{requests} requests")

    def port(self):
        return self.url.rstrip("/").rsplit(":", 1)[1]

    def stop(self):
        if self.process.returncode is None:
            self.process.terminate()
            self.process.communicate()


class Answer:
    def __init__(self, response, body):
        self.status = response.status
        self.headers = response.headers
        self.body = body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:500]!r}"


class Client:
    """A browser without a page: keeps its session's cookie."""

    def __init__(self, service):
        self.service = service
        self.cookie = None

    def ask(self, method, path, body=None, headers=None, json_body=None):
        headers = dict(headers or {})
        if json_body is not None:
            body = json.dumps(json_body).encode()
            headers.setdefault("Content-Type", "application/json")
        if self.cookie and "Cookie" not in headers:
            headers["Cookie"] = self.cookie
        connection = http.client.HTTPConnection(*self.service.address, timeout=BOUND_SECONDS)
        try:
            try:
                connection.request(method, path, body, headers)
            except BrokenPipeError:
                pass  # refused before all of it was sent: the answer says why
            response = connection.getresponse()
            answer = Answer(response, response.read())
        finally:
            connection.close()
        given = answer.headers.get("Set-Cookie")
        if given:
            self.cookie = given.split(";")[0]
        return answer

    def get(self, path, **more):
        return self.ask("GET", path, **more)

    def post(self, path, json_body=None, **more):
        return self.ask("POST", path, json_body=json_body, **more)

    def upload(self, *files, upload_id=None, headers=None):
        """`files` are (name, bytes)."""
        content_type, body = multipart(*files)
        path = "/api/upload" + (f"?upload_id={upload_id}" if upload_id else "")
        return self.ask("POST", path, body, {"Content-Type": content_type, **(headers or {})})

    def uploaded(self, *files, **more):
        answer = self.upload(*files, **more)
        assert answer.status == 200, answer
        return answer.json()

    def process(self, upload_id, table_type="people", **wishes):
        answer = self.post("/api/process",
                           {"upload_id": upload_id, "table_type": table_type, **wishes})
        assert answer.status == 202, answer
        return answer.json()["job_id"]

    def status(self, job):
        answer = self.get(f"/api/jobs/{job}/status")
        assert answer.status == 200, answer
        return answer.json()

    def wait_for_state(self, job, *states):
        return wait_until(lambda: (lambda now: now if now["status"] in states else None)(
            self.status(job)), f"job {job} to be {states}")

    def merged(self, *files, **wishes):
        """The id of a completed job."""
        job = self.process(self.uploaded(*files)["upload_id"], **wishes)
        self.wait_for_state(job, "completed")
        return job

    def download(self, job, part="csv"):
        answer = self.get(f"/api/jobs/{job}/download?part={part}")
        assert answer.status == 200, answer
        return answer.body

    # tus 1.0

    def tus(self, method, path, body=None, **headers):
        given = {"Tus-Resumable": "1.0.0"}
        given.update({name.replace("_", "-"): str(value) for name, value in headers.items()})
        return self.ask(method, path, body, given)

    def tus_create(self, name, length):
        metadata = "filename " + base64.b64encode(name.encode()).decode()
        answer = self.tus("POST", "/api/tus", Upload_Length=length, Upload_Metadata=metadata)
        assert answer.status == 201, answer
        return answer.headers["Location"]

    def tus_patch(self, location, offset, data):
        return self.tus("PATCH", location, data, Upload_Offset=offset,
                        Content_Type="application/offset+octet-stream")

    def tus_offset(self, location):
        answer = self.tus("HEAD", location)
        assert answer.status == 200, answer
        return int(answer.headers["Upload-Offset"])


class Sockets:
    """Socket.IO by long polling, just enough to listen."""

    def __init__(self, client, headers=None):
        self.client = client
        self.headers = headers or {}
        opened = client.get("/socket.io/?EIO=4&transport=polling", headers=self.headers)
        assert opened.status == 200, opened
        self.sid = json.loads(opened.body[1:])["sid"]
        self.events = []
        self.answers = []
        self.acknowledgements = 0
        self.send("40")
        self.connected = wait_until(lambda: self._poll() or self.answers, "a connection").pop(0)

    def path(self):
        return f"/socket.io/?EIO=4&transport=polling&sid={self.sid}"

    def send(self, packet):
        answer = self.client.ask("POST", self.path(), packet.encode(),
                                 {"Content-Type": "text/plain;charset=UTF-8", **self.headers})
        assert answer.status == 200, answer

    def _poll(self):
        answer = self.client.get(self.path(), headers=self.headers)
        assert answer.status == 200, answer
        for packet in answer.body.decode().split("\x1e"):
            if packet == "2":
                self.send("3")
            elif packet.startswith("42"):
                self.events.append(json.loads(packet[2:]))
            elif packet.startswith(("40", "43", "44")):
                self.answers.append(packet)

    def next(self, name):
        """The next event of that name; others before it are dropped."""
        def look():
            while self.events:
                event = self.events.pop(0)
                if event[0] == name:
                    return event
            self._poll()
            return None
        return wait_until(look, f"the event {name}")[1]

    def ask(self, name, body):
        """Emits with an acknowledgement and returns it."""
        self.acknowledgements += 1
        self.send(f"42{self.acknowledgements}" + json.dumps([name, body]))
        prefix = f"43{self.acknowledgements}"

        def look():
            for packet in self.answers:
                if packet.startswith(prefix):
                    return packet
            self._poll()
            return None
        packet = wait_until(look, f"an answer to {name}")
        self.answers.remove(packet)
        return json.loads(packet[len(prefix):])[0]


def multipart(*files, boundary="----test-boundary"):
    """The content type and the body of a form with these files."""
    body = b""
    for name, content in files:
        body += (f'--{boundary}\r\nContent-Disposition: form-data; name="files"; '
                 f'filename="{name}"\r\nContent-Type: text/csv\r\n\r\n').encode()
        body += content + b"\r\n"
    return f"multipart/form-data; boundary={boundary}", body + f"--{boundary}--\r\n".encode()


def sample(path):
    return Path(path).name, (SAMPLES / path).read_bytes()


def leads(rows, seed=1):
    """A table of people, the same for the same seed; about one in ten is a duplicate."""
    chance = random.Random(seed)
    first = ["Ada", "Bruno", "Carla", "Dmitri", "Elif", "Femi", "Greta", "Hugo", "Ines", "Jonas"]
    last = ["Novak", "Okafor", "Petrov", "Quist", "Rossi", "Sato", "Tran", "Ueda", "Vogel", "Weiss"]
    lines = ["First Name,Last Name,Email,Title,Company Name,Website"]
    for _ in range(rows):
        number = chance.randrange(rows * 5)
        a, b = first[number % 10], last[number // 10 % 10]
        lines.append(f"{a},{b}{number},{a}.{b}{number}@firm{number % 9973}.example,Head of Sales,"
                     f"Firm {number % 9973},https://www.firm{number % 9973}.example/")
    return ("\n".join(lines) + "\n").encode()


class ServiceTest(unittest.TestCase):
    """One service a test class, one client a test."""

    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="csvm_service_"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        cls.service = Service(cls.folder / "data", **cls.settings)
        cls.addClassCleanup(cls.end_service)

    @classmethod
    def end_service(cls):
        code = cls.service.end()
        if code != 0:
            raise AssertionError(f"exit code {code}: {cls.service.text_of_log()[-4000:]}")

    def setUp(self):
        self.client = Client(self.service)

    def assertProblem(self, answer, status, *words):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json", answer)
        problem = answer.json()
        self.assertEqual(problem["status"], status)
        for name in ("type", "title", "detail"):
            self.assertTrue(problem[name], problem)
        for word in words:
            self.assertIn(word, answer.body.decode())
        self.assertTrue(answer.headers["X-Request-Id"])
        return problem
