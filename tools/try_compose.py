#!/usr/bin/env python3
"""Runs what compose.yaml describes without a container engine, and works with it.

    try_compose.py ROOT CONFIG

ROOT is the root of the image, CONFIG what `buildah inspect` says of it (tools/container.sh compose makes
both). Needs root and namespaces of its own for mounts and network, so that ports and names are those of
the file. Of each service it takes command, environment, ports, volumes, read_only, cap_drop,
security_opt, depends_on, healthcheck, restart and stop_grace_period. Services of our image run in its
root; "redis" is this machine's redis-server with the same arguments; "bucket" is s3rver at the same
address with the same keys, since SeaweedFS is no package: its command and its health check are not
tried, and what the store itself refuses is not either.

Uploads at web, processes, downloads; kills the worker that has a job; stops all and starts all again.
"""
import fcntl
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import yaml

from try_container import Client, Image, check_rights, mount

HERE = Path(__file__).resolve().parent
BOUND_SECONDS = 120
ROWS = 100_000  # s3rver is slow
ROWS_AT_STOP = 2_000_000  # two at once do not end in the ten seconds that a stop gives them
OUR_IMAGE = "csv-merger"
DOTENV = {"SECRET_KEY": "5" * 64, "ADMIN_TOKEN": "6" * 64, "S3_SECRET_ACCESS_KEY": "7" * 64}


def interpolated(text, variables):
    """${NAME}, ${NAME:-default} and ${NAME:?why} as Compose reads them."""
    def value(match):
        name, rule, rest = match[1], match[2], match[3]
        if variables.get(name):
            return variables[name]
        if rule == ":-":
            return rest
        raise SystemExit(f"compose.yaml: {name}: {rest or 'is not set'}")
    return re.sub(r"\$\{(\w+)(?:(:-|:\?)([^}]*))?\}", value, text)


def each_text(value, change):
    if isinstance(value, dict):
        return {name: each_text(one, change) for name, one in value.items()}
    if isinstance(value, list):
        return [each_text(one, change) for one in value]
    return change(value) if isinstance(value, str) else value


def read_compose(variables):
    described = yaml.safe_load((HERE.parent / "compose.yaml").read_text())
    return each_text(described, lambda text: interpolated(text, variables))


def bring_up_loopback():
    with socket.socket() as any_socket:
        up = struct.pack("16sh", b"lo", 0x1)  # IFF_UP
        fcntl.ioctl(any_socket, 0x8914, up)  # SIOCSIFFLAGS


class Process:
    """One service of the file, running."""

    def __init__(self, name, service, folder):
        self.name, self.service, self.folder = name, service, folder
        self.grace = float(service.get("stop_grace_period", "10s").rstrip("s"))
        self.log, self.process = [], None

    def start(self):
        self.process = self.spawn()
        self.reader = threading.Thread(target=self.read_log, args=(self.process.stdout,), daemon=True)
        self.reader.start()

    def read_log(self, pipe):
        for line in pipe:
            self.log.append(line)

    def text(self):
        return "".join(self.log)

    def stop(self):
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(self.grace)
        self.reader.join()
        assert code == 0, f"{self.name}: exit code {code}: {self.text()[-2000:]}"
        return time.monotonic() - begun

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def volume(self, where):
        """The folder of the volume at this place, as an engine makes it the first time."""
        for one in self.service.get("volumes", []):
            name, _, target = one.partition(":")
            if target == where:
                return self.folder / "volumes" / name
        raise AssertionError(f"{self.name} has no volume at {where}")


class OurProcess(Process):
    """In the root of our image."""

    def __init__(self, name, service, folder, image):
        super().__init__(name, service, folder)
        self.image, self.view = image, folder / "roots" / name
        self.command = image.config["Entrypoint"] + service.get("command", image.config["Cmd"])
        self.environment = image.environment | {
            name: str(one) for name, one in service.get("environment", {}).items()}
        volumes = (one.split(":") for one in service.get("volumes", []))
        image.mount(self.view, {place: folder / "volumes" / of for of, place in volumes},
                    service.get("read_only", False))
        mount("--bind", str(folder / "hosts"), str(self.view / "etc/hosts"))

    def enter(self):
        self.image.enter(self.view, "ALL" in self.service.get("cap_drop", []),
                         "no-new-privileges:true" in self.service.get("security_opt", []))

    def spawn(self):
        return subprocess.Popen(self.command, env=self.environment, preexec_fn=self.enter,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def is_healthy(self):
        """By the health check of the image; of a worker, which has none, by its log."""
        assert self.process.poll() is None, f"{self.name} ended: {self.text()}"
        if self.service.get("healthcheck", {}).get("disable"):
            return " works, " in self.text()
        return subprocess.run(self.image.health_check, env=self.environment, preexec_fn=self.enter,
                              capture_output=True).returncode == 0


class RedisProcess(Process):
    """This machine's redis-server with the arguments of the file, in the folder of its volume."""

    def spawn(self):
        folder = self.volume("/data")
        folder.mkdir(parents=True, exist_ok=True)
        return subprocess.Popen(self.service["command"], cwd=folder, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)

    def is_healthy(self):
        assert self.process.poll() is None, f"{self.name} ended: {self.text()}"
        words = self.service["healthcheck"]["test"]
        assert words[0] == "CMD", words
        return "PONG" in subprocess.run(words[1:], capture_output=True, text=True).stdout


class BucketProcess(Process):
    """s3rver in place of SeaweedFS."""

    port = 8333

    def spawn(self):
        folder = self.volume("/data")
        folder.mkdir(parents=True, exist_ok=True)
        given = self.service["environment"]
        return subprocess.Popen(
            ["node", "start.js", str(folder), "0.0.0.0", str(self.port), given["S3_BUCKET"],
             given["AWS_ACCESS_KEY_ID"], given["AWS_SECRET_ACCESS_KEY"]],
            cwd=HERE.parent / "tests/service/s3rver", stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)

    def stop(self):
        self.kill()  # how SeaweedFS ends is not known here
        return 0.0

    def is_healthy(self):
        assert self.process.poll() is None, f"{self.name} ended: {self.text()}"
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self.port)) == 0


class Deployment:
    def __init__(self, described, folder, image):
        self.services = described["services"]
        (folder / "volumes").mkdir()
        # An engine resolves the names of services; here all of them are this machine.
        (folder / "hosts").write_text("127.0.0.1 localhost " + " ".join(self.services) + "\n")
        # It also makes this mount point in an image that has none.
        (image.root / "etc/hosts").touch()
        kinds = {"redis": RedisProcess, "bucket": BucketProcess}
        for name, service in self.services.items():
            declared = {one.split(":")[0] for one in service.get("volumes", [])}
            assert declared <= set(described["volumes"]), f"{name}: {declared} is not declared"
            assert name in kinds or service["image"] == OUR_IMAGE, f"{name}: unknown image"
        self.running = {
            name: kinds[name](name, service, folder) if name in kinds
            else OurProcess(name, service, folder, image)
            for name, service in self.services.items()}

    def order(self):
        """Each after what it depends on."""
        done = []
        while len(done) < len(self.services):
            ready = [name for name, service in self.services.items()
                     if name not in done and set(service.get("depends_on", {})) <= set(done)]
            assert ready, "services depend on each other in a circle"
            done += ready
        return done

    def start(self):
        for name in self.order():
            for other, how in self.services[name].get("depends_on", {}).items():
                if how["condition"] == "service_healthy":
                    self.wait_until_healthy(other)
            self.running[name].start()
        for name in self.order():
            self.wait_until_healthy(name)

    def wait_until_healthy(self, name):
        end = time.monotonic() + BOUND_SECONDS
        process = self.running[name]
        while not process.is_healthy():
            assert time.monotonic() < end, f"{name} is not healthy: {self.running[name].text()}"
            time.sleep(0.1)

    def stop(self):
        """Seconds of the slowest."""
        return max(self.running[name].stop() for name in reversed(self.order()))

    def close(self):
        for process in self.running.values():
            process.kill()

    def worker_with(self, job, besides=None):
        """The worker that began this job; not the one named."""
        end = time.monotonic() + BOUND_SECONDS
        while time.monotonic() < end:
            for process in self.running.values():
                if process is not besides and f"job {job} begins" in process.text():
                    return process
            time.sleep(0.01)
        raise AssertionError(f"no worker began {job}")


def check_reports(deployment):
    """What a start must not have said, and what the file promises."""
    for name, process in deployment.running.items():
        if isinstance(process, OurProcess):
            complaints = [line for line in process.log if re.search(r'"level":"(warn|error)', line)]
            assert not complaints, f"{name} warns at its start: {complaints}"
            check_rights(process.process.pid, process.image.user)


def work_with(deployment):
    described = deployment.services["web"]
    address, outside, inside = described["ports"][0].split(":")
    assert address == "127.0.0.1" and outside == inside, described["ports"]
    client = Client(int(outside))
    assert json.loads(client.ask("/health"))["status"] == "healthy"

    large = client.upload(ROWS)
    undisturbed = client.process_upload(large)
    client.wait_for(undisturbed, "completed")
    expected = client.ask(f"/api/jobs/{undisturbed}/download")
    assert expected.count(b"\n") > ROWS // 2, expected[:200]

    job = client.process_upload(large)
    killed = deployment.worker_with(job)
    begun = time.monotonic()
    killed.kill()
    assert deployment.services[killed.name]["restart"] == "unless-stopped"
    taken_over_by = deployment.worker_with(job, besides=killed)
    client.wait_for(job, "completed")
    print(f"{killed.name} killed with a job: {taken_over_by.name} took it over and was done after "
          f"{time.monotonic() - begun:.1f} s")
    assert client.ask(f"/api/jobs/{job}/download") == expected
    killed.log.clear()
    killed.start()
    deployment.wait_until_healthy(killed.name)

    longer = client.upload(ROWS_AT_STOP)
    at_stop = [client.process_upload(longer) for _ in range(2)]
    waiting = client.process_upload(large)
    for one in at_stop:
        deployment.worker_with(one)
    seconds = deployment.stop()
    said = "".join(process.text() for process in deployment.running.values())
    handed_back = [one for one in at_stop if f"job {one} goes back to the queue" in said]
    assert handed_back, "no job was running at the stop"
    print(f"all stopped with two jobs of {ROWS_AT_STOP} rows in hand ({len(handed_back)} handed back) and one "
          f"waiting; the slowest took {seconds:.1f} s")
    deployment.start()
    client.wait_for(waiting, "completed")
    assert client.ask(f"/api/jobs/{waiting}/download") == expected
    tables = set()
    for one in [*at_stop, client.process_upload(longer)]:
        client.wait_for(one, "completed")
        tables.add(client.ask(f"/api/jobs/{one}/download"))
    assert len(tables) == 1, "a job that was handed back has other bytes than an undisturbed one"
    assert client.ask(f"/api/jobs/{undisturbed}/download") == expected
    print("started again on the same volumes: every job is done, with the same bytes")


def main():
    image = Image(sys.argv[1], json.loads(Path(sys.argv[2]).read_text()))
    bring_up_loopback()
    folder = Path(tempfile.mkdtemp(prefix="csvm_compose_"))
    folder.chmod(0o755)
    deployment = Deployment(read_compose(DOTENV), folder, image)
    try:
        deployment.start()
        print("started as compose.yaml says (s3rver in place of SeaweedFS): " +
              ", ".join(deployment.order()))
        check_reports(deployment)
        work_with(deployment)
        print(f"stopped in {deployment.stop():.1f} s")
        print("1 passed, 0 failed")
    except BaseException:
        for process in deployment.running.values():
            print(f"--- {process.name}\n{process.text()[-3000:]}", file=sys.stderr)
        raise
    finally:
        deployment.close()
        for view in (folder / "roots").iterdir():
            subprocess.run(["umount", "--recursive", str(view)], check=True)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
