#!/usr/bin/env python3
"""What one `serve` process does in a second and what a job costs, with its files in a bucket.

    bench/measure_process.py PROGRAM [--jobs 8] [--rows 10000 100000] [--redis] [--json]

For each size: uploads a table of leads, runs the job, downloads the result, one after the other, and
prints per job the seconds that the job took, CPU seconds of the process, requests to the bucket and
bytes both ways. The bucket is src/files/tests/s3_stub.py on this machine, so its seconds are a lower bound;
requests and bytes are what any store sees. docs/scale.md has the figures, scale_simulation.py uses
them.
"""
import argparse
import http.client
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

STUB = Path(__file__).resolve().parents[1] / "src" / "files" / "tests" / "s3_stub.py"


def leads(rows, seed):
    chance = random.Random(seed)
    lines = ["First Name,Last Name,Email,Title,Company Name,Website,Phone,City"]
    for _ in range(rows):
        n = chance.randrange(rows * 4)
        lines.append(f"Ada{n % 97},Novak{n},ada.novak{n}@firm{n % 9973}.example,Head of Sales,Firm {n % 9973},"
                     f"https://www.firm{n % 9973}.example/,+49 30 {n:07d},Berlin")
    return ("\n".join(lines) + "\n").encode()


class Service:
    def __init__(self, program, store, folder, redis):
        self.process = subprocess.Popen(
            [program, "serve", "--port", "0", "--data", str(folder)], stdout=subprocess.PIPE, text=True,
            env={"PATH": os.environ["PATH"], "LOG_LEVEL": "warn", "S3_ENDPOINT": store, "S3_REGION": "stub-1",
                 "S3_BUCKET": "leads", "S3_ACCESS_KEY_ID": "stub-key", "S3_SECRET_ACCESS_KEY": "stub-secret",
                 **({"REDIS_URL": redis.url} if redis else {})})
        host, port = self.process.stdout.readline().strip().rsplit("/", 1)[1].split(":")
        self.connection = http.client.HTTPConnection(host, int(port))
        self.cookie = None
        self.asked = 0  # for the status of a job

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
            raise SystemExit(f"{method} {path}: {answer.status} {content[:300]}")
        return content

    def cpu_seconds(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def run_job(self, content):
        """Bytes of the result, and the seconds from the wish to the end of the job."""
        boundary = "measure"
        body = (f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n'
                "Content-Type: text/csv\r\n\r\n").encode() + content + f"\r\n--{boundary}--\r\n".encode()
        upload = json.loads(self.ask("POST", "/api/upload", body, f"multipart/form-data; boundary={boundary}"))
        begun = time.monotonic()
        job = json.loads(self.ask("POST", "/api/process", json.dumps(
            {"upload_id": upload["upload_id"], "table_type": "people"})))["job_id"]
        while True:
            status = json.loads(self.ask("GET", f"/api/jobs/{job}/status"))
            self.asked += 1
            if status["status"] == "completed":
                break
            if status["status"] in ("failed", "cancelled"):
                raise SystemExit(f"the job failed: {status['error']}")
            time.sleep(0.1)
        seconds = time.monotonic() - begun
        return len(self.ask("GET", f"/api/jobs/{job}/download")), seconds


class Redis:
    """A Redis of its own, in memory only."""

    def __init__(self, folder):
        self.socket = str(Path(folder) / "redis")
        self.url = f"unix://{self.socket}"
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.socket, "--save", "", "--dir", str(folder)],
            stdout=subprocess.DEVNULL)
        while not Path(self.socket).exists():
            time.sleep(0.01)

    def scripts(self):
        told = subprocess.run(["redis-cli", "-s", self.socket, "info", "commandstats"], check=True,
                              capture_output=True, text=True).stdout
        return sum(int(calls) for calls in re.findall(r"cmdstat_evalsha:calls=(\d+)", told))

    def end(self):
        self.process.terminate()
        self.process.wait()


def stub_figures(store):
    with urllib.request.urlopen(f"{store}/_stub/leads") as answer:
        return json.loads(answer.read())


def measure(program, rows, jobs, with_redis):
    content = leads(rows, rows)
    stub = subprocess.Popen([sys.executable, str(STUB)], stdout=subprocess.PIPE, text=True)
    store = stub.stdout.readline().split()[-1]
    urllib.request.urlopen(urllib.request.Request(f"{store}/_stub/leads", b"{}", method="PUT")).read()
    with tempfile.TemporaryDirectory() as folder:
        redis = Redis(folder) if with_redis else None
        service = Service(program, store, Path(folder) / "data", redis)
        try:
            service.run_job(content)  # warms up
            before, cpu = stub_figures(store), service.cpu_seconds()
            scripts = redis.scripts() if redis else 0
            service.asked = 0
            begun = time.monotonic()
            results = [service.run_job(content) for _ in range(jobs)]
            whole = time.monotonic() - begun
            cpu = service.cpu_seconds() - cpu
            after = stub_figures(store)
            # Without those of our asking for the status (the session and the job), which a page is told.
            scripts = redis.scripts() - scripts - 2 * service.asked if redis else 0
        finally:
            service.process.terminate()
            service.process.wait()
            if redis:
                redis.end()
            stub.kill()
            stub.wait()
    return {"rows": rows, "upload_bytes": len(content), "result_bytes": results[0][0],
            "job_seconds": round(statistics.median(seconds for _, seconds in results), 3),
            "jobs_per_second": round(jobs / whole, 2), "cpu_seconds": round(cpu / jobs, 3),
            "requests": round((after["requests"] - before["requests"]) / jobs, 1),
            "bytes_to_bucket": (after["received"] - before["received"]) // jobs,
            "bytes_from_bucket": (after["sent"] - before["sent"]) // jobs,
            **({"redis_scripts": round(scripts / jobs, 1), "seconds_in_all": round(whole / jobs, 2)}
               if with_redis else {})}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--jobs", type=int, default=8)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--redis", action="store_true", help="with the store in a Redis, whose scripts are counted")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    for rows in options.rows:
        found = measure(options.program, rows, options.jobs, options.redis)
        if options.json:
            print(json.dumps(found))
        else:
            print("  ".join(f"{name} {value:,}" for name, value in found.items()))


if __name__ == "__main__":
    main()
