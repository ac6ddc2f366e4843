#!/usr/bin/env python3
"""What the service answers how fast, and in how much memory. Linux; standard library only.

    bench/service_figures.py PROGRAM [--only start idle upload api fanout clients] [--json]
                             [--clients 10000] [--subscribers 1000] [--rows 1000000] [--upload-mb 1024]

start    seconds from the start of the process until it answers a request, median of 11
idle     resident MB, 3 s later
upload   MB/s of one file on loopback, median of 3, and by how much the process grew
api      ms an answer takes while a job of so many rows runs, and the same without a job
fanout   ms from a change of a job until all subscribers of its session have heard of it
clients  resident KB of an idle Socket.IO client (WebSocket), each with a session of its own

The clients share this machine's processors with the program. Each client needs a descriptor on
either side: raise `ulimit -n` for more than the shell allows.
"""
import argparse
import base64
import http.client
import json
import os
import resource
import selectors
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SESSIONS_EVERY = 500  # clients are connected in groups of so many


class Service:
    def __init__(self, program, folder):
        began = time.monotonic()
        self.process = subprocess.Popen(
            [program, "serve", "--port", "0", "--data", str(folder)], stdout=subprocess.PIPE, text=True,
            cwd=folder, env={"PATH": os.environ["PATH"], "LOG_LEVEL": "warn", "MAX_REQUESTS_PER_SECOND": "0",
                             "MAX_FILE_SIZE_MB": "16384", "MAX_STORAGE_PER_SESSION_MB": "65536",
                             "MAX_TOTAL_STORAGE_GB": "100"})
        host, port = self.process.stdout.readline().strip().rsplit("/", 1)[1].split(":")
        self.address = (host, int(port))
        self.asker = Asker(self.address)
        self.asker.ask("GET", "/health/live")
        self.seconds_to_start = time.monotonic() - began

    def resident_kb(self):
        """Without the pages of the program and its libraries, which all processes share."""
        return self._kb("RssAnon")

    def _kb(self, name):
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1])
        raise KeyError(name)

    def all_resident_kb(self):
        return self._kb("VmRSS")

    def end(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


class Asker:
    """One browser: a cookie and a connection that is kept."""

    def __init__(self, address):
        self.connection = http.client.HTTPConnection(*address, timeout=120)
        self.cookie = None

    def ask(self, method, path, body=None, content_type="application/json"):
        headers = {"Cookie": self.cookie} if self.cookie else {}
        if body is not None:
            headers["Content-Type"] = content_type
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        if answer.headers.get("Set-Cookie"):
            self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        content = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:300]!r}")
        return content

    def json(self, method, path, body=None):
        return json.loads(self.ask(method, path, None if body is None else json.dumps(body)))

    def upload(self, paths):
        """Streams files as one form; the answer's JSON."""
        boundary = "----service-figures"
        heads = [f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{path.name}"\r\n'
                 f"Content-Type: text/csv\r\n\r\n".encode() for path in paths]
        tail = f"--{boundary}--\r\n".encode()
        length = sum(len(head) + path.stat().st_size + 2 for head, path in zip(heads, paths)) + len(tail)
        connection = self.connection
        connection.putrequest("POST", "/api/upload")
        connection.putheader("Content-Type", f"multipart/form-data; boundary={boundary}")
        connection.putheader("Content-Length", str(length))
        if self.cookie:
            connection.putheader("Cookie", self.cookie)
        connection.endheaders()
        for head, path in zip(heads, paths):
            connection.sock.sendall(head)
            with open(path, "rb") as file:
                connection.sock.sendfile(file)
            connection.sock.sendall(b"\r\n")
        connection.sock.sendall(tail)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"upload: {answer.status} {content[:300]!r}")
        if answer.headers.get("Set-Cookie"):
            self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        return json.loads(content)

    def process(self, upload_id, **wishes):
        return self.json("POST", "/api/process",
                         {"upload_id": upload_id, "table_type": "people", **wishes})["job_id"]

    def state(self, job):
        return self.json("GET", f"/api/jobs/{job}/status")["status"]

    def wait(self, job):
        while self.state(job) in ("queued", "processing"):
            time.sleep(0.05)
        if self.state(job) != "completed":
            raise RuntimeError(f"the job is {self.state(job)}")


class SocketClient:
    """A Socket.IO client on a bare WebSocket, just enough to listen and to answer pings."""

    def __init__(self, address, cookie):
        self.socket = socket.create_connection(address)
        self.socket.sendall((
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\nCookie: {cookie}\r\n\r\n"
        ).encode())
        self.socket.setblocking(False)
        self.bytes = b""
        self.is_open = self.is_in = False

    def send(self, text):
        data = text.encode()
        self.socket.send(bytes((0x81, 0x80 | len(data))) + b"\0\0\0\0" + data)  # masked with zeros

    def read(self):
        """The messages that came."""
        try:
            got = self.socket.recv(1 << 16)
        except BlockingIOError:
            return []
        if not got:
            raise RuntimeError("the service closed a socket")
        self.bytes += got
        if not self.is_open:
            if b"\r\n\r\n" not in self.bytes:
                return []
            head, self.bytes = self.bytes.split(b"\r\n\r\n", 1)
            if not head.startswith(b"HTTP/1.1 101"):
                raise RuntimeError(f"no WebSocket: {head[:200]!r}")
            self.is_open = True
        messages = []
        while len(self.bytes) >= 2:
            length, begin = self.bytes[1] & 0x7F, 2
            if length == 126:
                if len(self.bytes) < 4:
                    break
                length, begin = struct.unpack(">H", self.bytes[2:4])[0], 4
            if len(self.bytes) < begin + length:
                break
            messages.append(self.bytes[begin:begin + length])
            self.bytes = self.bytes[begin + length:]
        for message in messages:
            if message == b"2":
                self.send("3")
            elif message.startswith(b"0"):
                self.send("40")
            elif message.startswith(b"40"):
                self.is_in = True
        return messages


class SocketClients:
    def __init__(self, service):
        self.service = service
        self.selector = selectors.DefaultSelector()
        self.clients = []

    def connect(self, cookies):
        for begin in range(0, len(cookies), SESSIONS_EVERY):
            for cookie in cookies[begin:begin + SESSIONS_EVERY]:
                client = SocketClient(self.service.address, cookie)
                self.clients.append(client)
                self.selector.register(client.socket, selectors.EVENT_READ, client)
            self.listen_until(lambda: all(client.is_in for client in self.clients[begin:]))

    def listen(self, seconds, heard=None):
        for key, _ in self.selector.select(seconds):
            for message in key.data.read():
                if heard:
                    heard(key.data, message, time.monotonic())

    def listen_until(self, done, heard=None, limit=120):
        end = time.monotonic() + limit
        while not done():
            if time.monotonic() > end:
                raise RuntimeError("the clients waited in vain")
            self.listen(0.05, heard)

    def listen_for(self, seconds):
        end = time.monotonic() + seconds
        self.listen_until(lambda: time.monotonic() >= end, limit=seconds + 1)

    def close(self):
        for client in self.clients:
            client.socket.close()
        self.selector.close()


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def table_of(folder, rows, name="leads.csv"):
    """A table of people, about 100 bytes a row."""
    path = folder / name
    if not path.exists():
        with open(path, "w", encoding="utf-8") as file:
            file.write("First Name,Last Name,Work Email,Job Title,Company Name,Website\n")
            for n in range(rows):
                file.write(f"Ada{n % 97},Novak{n},ada.novak{n}@firm{n % 9973}.example,Head of Sales,"
                           f"Firm {n % 9973},https://www.firm{n % 9973}.example/\n")
    return path


def start(measure):
    times = []
    for n in range(11):
        service = measure.serve(f"start{n}")
        times.append(service.seconds_to_start)
        service.end()
    return {"start_ms": round(statistics.median(times) * 1000)}


def idle(measure):
    service = measure.serve("idle")
    time.sleep(3)
    found = {"idle_resident_mb": round(service.all_resident_kb() / 1024, 1),
             "idle_anonymous_mb": round(service.resident_kb() / 1024, 1)}
    service.end()
    return found


def upload(measure):
    line = b"Ada,Novak,ada@firm.example,Head of Sales,Firm,https://www.firm.example/\n"
    path = measure.folder / "large.csv"
    with open(path, "wb") as file:
        file.write(b"First Name,Last Name,Work Email,Job Title,Company Name,Website\n")
        block = line * (1 << 14)
        while file.tell() < measure.options.upload_mb << 20:
            file.write(block)
    service = measure.serve("upload")
    before = service.resident_kb()
    most = [before]
    done = threading.Event()

    def watch():
        while not done.wait(0.02):
            most[0] = max(most[0], service.resident_kb())
    watcher = threading.Thread(target=watch)
    watcher.start()
    rates = []
    for _ in range(3):
        asker = Asker(service.address)
        asker.ask("GET", "/api/session")
        began = time.monotonic()
        asker.upload([path])
        rates.append(path.stat().st_size / 1e6 / (time.monotonic() - began))
        asker.ask("DELETE", "/api/session")
    done.set()
    watcher.join()
    service.end()
    path.unlink()
    return {"upload_mb_per_s": round(statistics.median(rates)),
            "upload_grew_by_mb": round((most[0] - before) / 1024)}


def api(measure):
    data = measure.folder / "leads"
    if not data.exists():
        subprocess.run([sys.executable, HERE / "gen_leads.py", data, "--rows", str(measure.options.rows)],
                       check=True, stdout=subprocess.DEVNULL)
    service = measure.serve("api")
    owner, asker = Asker(service.address), Asker(service.address)
    owner.ask("GET", "/api/session")
    asker.cookie = owner.cookie
    upload_id = owner.upload(sorted(data.glob("*.csv")))["upload_id"]

    def ask_all(times):
        for path in ("/api/session", "/api/jobs", "/health", "/api/storage/status", "/"):
            began = time.monotonic()
            asker.ask("GET", path)
            times.append((time.monotonic() - began) * 1000)
            time.sleep(0.002)
    quiet, busy = [], []
    while len(quiet) < 1000:
        ask_all(quiet)
    job = owner.process(upload_id)
    began = time.monotonic()
    while owner.state(job) in ("queued", "processing"):
        for _ in range(4):
            ask_all(busy)
    seconds = time.monotonic() - began
    owner.wait(job)
    service.end()
    return {"api_quiet_p50_ms": round(percentile(quiet, .5), 2), "api_quiet_p99_ms": round(percentile(quiet, .99), 2),
            "api_job_p50_ms": round(percentile(busy, .5), 2), "api_job_p99_ms": round(percentile(busy, .99), 2),
            "api_job_requests": len(busy), "api_job_seconds": round(seconds, 1)}


def fanout(measure):
    service = measure.serve("fanout")
    owner = Asker(service.address)
    owner.ask("GET", "/api/session")
    upload_id = owner.upload([table_of(measure.folder, 1000, "small.csv")])["upload_id"]
    clients = SocketClients(service)
    clients.connect([owner.cookie] * measure.options.subscribers)
    clients.listen_for(1)
    latencies, spreads = [], []
    for _ in range(20):
        heard = {}

        def note(client, message, at):
            if message.startswith(b'42["job_completed"'):
                heard[client] = at
        # The change that they hear of is stored at some time in between.
        job = owner.process(upload_id, match="none")
        at_most = time.monotonic()
        asker = threading.Thread(target=owner.wait, args=(job,))
        clients.listen_until(lambda: len(heard) == len(clients.clients), note)
        asker.start()
        asker.join()
        status = owner.json("GET", f"/api/jobs/{job}/status")
        del status
        latencies.append((max(heard.values()) - at_most) * 1000)
        spreads.append((max(heard.values()) - min(heard.values())) * 1000)
    clients.close()
    service.end()
    return {"fanout_subscribers": measure.options.subscribers,
            "fanout_from_request_p50_ms": round(percentile(latencies, .5)),
            "fanout_from_request_max_ms": round(max(latencies)),
            "fanout_first_to_last_p50_ms": round(percentile(spreads, .5), 1),
            "fanout_first_to_last_max_ms": round(max(spreads), 1)}


def clients(measure):
    service = measure.serve("clients")
    count = measure.options.clients
    cookies = []
    asker = Asker(service.address)
    for _ in range(count):
        asker.cookie = None
        asker.ask("GET", "/api/session")
        cookies.append(asker.cookie)
    time.sleep(1)
    before = service.resident_kb()
    them = SocketClients(service)
    began = time.monotonic()
    them.connect(cookies)
    connected = time.monotonic() - began
    them.listen_for(30)  # past the first ping of all of them
    after = service.resident_kb()
    times = []
    for _ in range(200):
        began = time.monotonic()
        asker.ask("GET", "/health/live")
        times.append((time.monotonic() - began) * 1000)
        them.listen(0)
    them.close()
    service.end()
    return {"clients": count, "clients_kb_each": round((after - before) / count, 2),
            "clients_connected_per_s": round(count / connected),
            "clients_api_p99_ms": round(percentile(times, .99), 2)}


PARTS = {"start": start, "idle": idle, "upload": upload, "api": api, "fanout": fanout, "clients": clients}


class Measure:
    def __init__(self, program, options, folder):
        self.program, self.options, self.folder = str(Path(program).resolve()), options, folder

    def serve(self, name):
        data = self.folder / f"data-{name}"
        data.mkdir()
        return Service(self.program, data)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--clients", type=int, default=10_000)
    parser.add_argument("--subscribers", type=int, default=1_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--upload-mb", type=int, default=1024)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    folder = Path(tempfile.mkdtemp(prefix="csvm_figures_"))
    try:
        found = {}
        for name in options.only:
            found.update(PARTS[name](Measure(options.program, options, folder)))
            if not options.json:
                for key in [key for key in found if found[key] is not None]:
                    print(f"{key:32} {found[key]}")
                found = {}
                sys.stdout.flush()
        if options.json:
            print(json.dumps(found))
    finally:
        shutil.rmtree(folder, True)


if __name__ == "__main__":
    main()
