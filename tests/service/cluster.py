"""Several processes of the program on one Redis. Standard library only; needs redis-server."""
import http.server
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from service import Service


def free_port():
    """One that nobody has right now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Redis:
    """A redis-server on a socket in a folder of its own, that loses nothing it acknowledged.
    `settings` are further ones, as on its command line."""

    ready = "eady to accept connections"

    def __init__(self, *settings):
        self.folder = Path(tempfile.mkdtemp(prefix="csvm_redis_"))
        self.socket = self.folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self.settings = settings
        self.start()

    def command(self):
        return ["redis-server", "--port", "0", "--unixsocket", str(self.socket), "--dir",
                str(self.folder), "--save", "", "--appendonly", "yes", "--appendfsync", "always",
                "--logfile", "", *self.settings]

    def start(self):
        """Returns when it takes connections."""
        self.process = subprocess.Popen(self.command(), stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)
        said = ""
        for line in self.process.stdout:
            said += line
            if self.ready in line:
                # It goes on talking, and the pipe must not fill.
                self.reader = threading.Thread(target=self.process.stdout.read, daemon=True)
                self.reader.start()
                return
        raise AssertionError(f"redis-server did not start: {said}")

    def end(self, signal_number=signal.SIGKILL):
        self.process.send_signal(signal_number)
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()

    def close(self):
        if self.process.poll() is None:
            self.end()
        shutil.rmtree(self.folder, True)

    def ask(self, *words):
        """The answer to one command, as it is on the wire."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.socket))
            request = f"*{len(words)}\r\n"
            for word in words:
                request += f"${len(word)}\r\n{word}\r\n"
            connection.sendall(request.encode())
            return connection.recv(1 << 20).decode()


class Sentinel(Redis):
    """Watches over a Redis at a port, and makes its replica the master when it is gone."""

    ready = "+monitor master"

    def __init__(self, name, watched_port):
        self.port = free_port()
        self.name, self.watched_port = name, watched_port
        super().__init__()

    def command(self):
        file = self.folder / "sentinel.conf"
        file.write_text(f"port {self.port}\nbind 127.0.0.1\nunixsocket {self.socket}\n"
                        f"dir {self.folder}\n"
                        f"sentinel monitor {self.name} 127.0.0.1 {self.watched_port} 1\n"
                        f"sentinel down-after-milliseconds {self.name} 1000\n"
                        f"sentinel failover-timeout {self.name} 5000\n")
        return ["redis-server", str(file), "--sentinel"]


class Web(Service):
    """`csv-merger serve` that does no work itself."""

    words = ["serve", "--port", "0", "--workers", "0"]


class Worker(Service):
    words = ["worker"]

    def began(self, line):
        return line.startswith("csv-merger works")

    def begun(self):
        """The jobs that it began, each as often as it did."""
        return re.findall(r"job (\w+) begins", self.text_of_log())

    def completed(self):
        return re.findall(r"job (\w+) is completed", self.text_of_log())

    def sends(self):
        return re.findall(r"job (\w+) sends", self.text_of_log())


class Receiver:
    """A webhook that takes all it gets and notes when, and which record it was."""

    def __init__(self):
        self.lock = threading.Lock()
        self.arrivals = []  # (seconds, webhook-id)
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.lock:
                    receiver.arrivals.append((time.monotonic(), self.headers["webhook-id"]))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/in"

    def seen(self):
        with self.lock:
            return list(self.arrivals)

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
