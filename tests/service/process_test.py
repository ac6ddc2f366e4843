"""The life of the process: settings, one folder one process, kill -9, a stop in order."""
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

from service import BOUND_SECONDS, PROGRAM, Client, Service, Sockets, leads, wait_until


class Process(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="csvm_service_"))
        self.addCleanup(shutil.rmtree, self.folder, True)

    def service(self, **settings):
        service = Service(self.folder / "data", **settings)
        self.addCleanup(service.end, signal.SIGKILL)
        return service

    def fail_to_start(self, port=0, data="data", **settings):
        """The exit code and what was said."""
        environment = {"PATH": os.environ["PATH"], **settings}
        done = subprocess.run(
            [PROGRAM, "serve", "--port", str(port), "--data", str(self.folder / data)],
            env=environment, cwd=self.folder, capture_output=True, text=True, timeout=BOUND_SECONDS)
        self.assertEqual(done.stdout, "")
        return done.returncode, done.stderr

    def test_wrong_settings_are_all_named_and_end_the_start(self):
        code, said = self.fail_to_start(MAX_FILE_SIZE_MB="huge", LOG_FORMAT="xml", PORT="99999")
        self.assertEqual(code, 1)
        for word in ("MAX_FILE_SIZE_MB: 'huge'", "LOG_FORMAT: 'xml'", "PORT: '99999'", "text, json"):
            self.assertIn(word, said)
        code, said = self.fail_to_start(APP_ENV="production")
        self.assertEqual(code, 1)
        self.assertIn("ADMIN_TOKEN", said)
        self.assertFalse((self.folder / "data").exists())

    def test_a_broken_configuration_ends_the_start_and_is_named(self):
        file = self.folder / "mine.json"
        file.write_text('{"people_mappings": 3}')
        code, said = self.fail_to_start(FIELD_MAPPINGS_FILE=str(file))
        self.assertEqual(code, 1)
        self.assertIn("people_mappings", said)

    def test_settings_are_read_from_dotenv_too(self):
        (self.folder / ".env").write_text("MAX_FILES_PER_SESSION=7\n")
        service = self.service()
        session = Client(service).get("/api/session").json()
        self.assertEqual(session["limits"]["max_files"], 7)

    def test_a_second_process_on_the_same_folder_is_refused(self):
        service = self.service()
        code, said = self.fail_to_start()
        self.assertEqual(code, 1)
        self.assertIn("another process works on", said)
        self.assertEqual(Client(service).get("/health").status, 200)

    def test_a_port_that_is_taken_is_named(self):
        service = self.service()
        code, said = self.fail_to_start(port=service.address[1], data="other")
        self.assertEqual(code, 1)
        self.assertIn(str(service.address[1]), said)

    def test_storage_that_runs_out_is_logged_and_uploads_are_refused_then(self):
        service = self.service(MAX_TOTAL_STORAGE_GB=1)
        # Room is reserved for what is announced.
        Client(service).tus_create("a.csv", 450 << 20)
        Client(service).tus_create("b.csv", 450 << 20)
        service.restart()
        wait_until(lambda: "storage: 900 of 1024 MB" in service.text_of_log(), "the warning")
        refused = Client(service).tus("POST", "/api/tus", Upload_Length=450 << 20)
        self.assertEqual(refused.status, 413, refused)
        self.assertEqual(Client(service).get("/health").status, 200)

    def test_an_end_of_an_earlier_process_is_not_told_again(self):
        service = self.service()
        client = Client(service)
        old = client.merged(("a.csv", leads(10)))
        service.restart()
        sockets = Sockets(client)
        client.download(old)
        sockets.next("job_progress")  # its count of downloads
        new = client.merged(("b.csv", leads(10)))
        self.assertEqual(sockets.next("job_completed")["job_id"], new)

    def interrupted(self, signal_number):
        """The bytes of a job whose process was ended while it ran, after another start."""
        service = self.service()
        client = Client(service)
        content = leads(60_000)
        undisturbed = client.merged(("leads.csv", content))
        expected = [client.download(undisturbed, part) for part in ("csv", "duplicates")]

        job = client.process(client.uploaded(("leads.csv", content))["upload_id"])
        client.wait_for_state(job, "processing")
        code = service.restart(signal_number)
        if signal_number == signal.SIGKILL:
            wait_until(lambda: "jobs of an earlier process go on" in service.text_of_log(),
                       "the line that says that a job goes on")
        client.wait_for_state(job, "completed")
        self.assertEqual([client.download(job, part) for part in ("csv", "duplicates")], expected)
        # What is acknowledged is there, and nothing lies about.
        self.assertEqual(len(client.get("/api/session").json()["jobs"]), 2)
        self.assertFalse([path for path in service.stored_files() if path.endswith(".tmp")])
        return code

    def test_after_kill_9_a_job_is_done_again_with_the_same_bytes(self):
        self.assertEqual(self.interrupted(signal.SIGKILL), -signal.SIGKILL)

    def test_a_stop_in_order_loses_no_running_job(self):
        self.assertEqual(self.interrupted(signal.SIGTERM), 0)

    def test_a_piece_that_was_acknowledged_survives_kill_9(self):
        service = self.service()
        client = Client(service)
        content = leads(20_000)
        location = client.tus_create("a.csv", len(content))
        half = len(content) // 2
        self.assertEqual(client.tus_patch(location, 0, content[:half]).status, 204)
        service.restart(signal.SIGKILL)
        self.assertEqual(client.tus_offset(location), half)
        self.assertEqual(client.tus_patch(location, half, content[half:]).status, 204)
        job = client.process(client.tus("HEAD", location).headers["Upload-Id"])
        client.wait_for_state(job, "completed")
        plain = client.merged(("a.csv", content))
        self.assertEqual(client.download(job), client.download(plain))

    def test_a_stop_keeps_what_came_of_an_upload_that_is_under_way(self):
        service = self.service()
        client = Client(service)
        content = leads(20_000)
        location = client.tus_create("a.csv", len(content))
        half = len(content) // 2
        sender = socket.create_connection(service.address)
        self.addCleanup(sender.close)
        sender.sendall(
            f"PATCH {location} HTTP/1.1\r\nHost: x\r\nCookie: {client.cookie}\r\n"
            f"Tus-Resumable: 1.0.0\r\nContent-Type: application/offset+octet-stream\r\n"
            f"Upload-Offset: 0\r\nContent-Length: {len(content)}\r\n\r\n".encode()
            + content[:half])
        folder = service.data / "files" / client.get("/api/session").json()["session_id"]
        wait_until(lambda: any(path.stat().st_size for path in folder.glob("*")), "bytes on disk")
        self.assertEqual(service.end(), 0)
        said = service.text_of_log()
        self.assertIn("some requests had to be cut", said)
        self.assertNotIn("handler failed", said)
        service.start()
        self.assertEqual(client.tus_offset(location), half)
        self.assertEqual(client.tus_patch(location, half, content[half:]).status, 204)
        job = client.process(client.tus("HEAD", location).headers["Upload-Id"])
        client.wait_for_state(job, "completed")
        plain = client.merged(("a.csv", content))
        self.assertEqual(client.download(job), client.download(plain))


if __name__ == "__main__":
    unittest.main()
