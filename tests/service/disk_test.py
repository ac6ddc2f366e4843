"""A full disk and a read-only one: a clear answer, no half file, and on without a restart."""
import os
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from service import Client, Service, leads, wait_until

SIZE_MB = 20
CSV = b"First Name,Last Name,Email\nAda,Novak,ada@one.example\n"


def run(*command):
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


class Disk(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="csvm_service_"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        disk = self.folder / "disk"
        disk.mkdir()
        if os.geteuid() != 0 or not run("mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs",
                                        str(disk)):
            self.skipTest("a small disk can be mounted by root only")
        self.addCleanup(run, "umount", "-l", str(disk))
        self.disk = disk
        self.service = Service(disk / "data")
        self.addCleanup(self.service.end, signal.SIGKILL)
        self.client = Client(self.service)

    def fill(self, leave_bytes=0):
        """Fills the disk but for about `leave_bytes`."""
        ballast = self.disk / "ballast"
        with open(ballast, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 65536)
            except OSError:
                pass
        if leave_bytes:
            os.truncate(ballast, max(0, ballast.stat().st_size - leave_bytes))
        return ballast

    def assertUnavailable(self, answer):
        self.assertEqual(answer.status, 503, answer)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        self.assertTrue(answer.headers["Retry-After"])
        self.assertIn("disk", answer.json()["detail"])
        self.assertNotIn(str(self.folder), answer.body.decode())

    def test_a_full_disk_is_said_and_no_restart_is_needed_when_there_is_room_again(self):
        kept = self.client.merged(("a.csv", CSV))
        expected = self.client.download(kept)
        before = self.service.stored_files()
        ballast = self.fill(leave_bytes=300_000)
        self.assertUnavailable(self.client.upload(("big.csv", leads(40_000))))
        wait_until(lambda: "POST /api/upload failed with 503: the disk is full" in
                   self.service.text_of_log(), "the log to name the reason")
        ballast = self.fill()
        self.assertUnavailable(self.client.upload(("small.csv", leads(2000))))
        health = self.client.get("/health")
        self.assertEqual((health.status, health.json()["status"]), (503, "unhealthy"))
        self.assertEqual(self.client.download(kept), expected)
        ballast.unlink()
        self.assertEqual(self.service.stored_files(), before)
        self.assertEqual(self.client.get("/health/live").status, 200)
        job = self.client.merged(("big.csv", leads(2000)))
        self.assertEqual(self.client.status(job)["status"], "completed")
        self.assertIsNone(self.service.process.poll())

    def test_a_job_that_finds_the_disk_full_fails_with_the_reason(self):
        content = leads(40_000)
        upload = self.client.uploaded(("a.csv", content))["upload_id"]
        ballast = self.fill(leave_bytes=600_000)
        job = self.client.process(upload)
        status = self.client.wait_for_state(job, "failed")
        self.assertIn("its disk may be full", status["error"])
        self.assertNotIn(str(self.folder), status["error"])
        self.assertFalse(status["progress"]["download_available"])
        ballast.unlink()
        again = self.client.process(upload)
        self.client.wait_for_state(again, "completed")

    def test_a_read_only_disk_is_said_and_a_writable_one_is_enough_to_go_on(self):
        kept = self.client.merged(("a.csv", CSV))
        expected = self.client.download(kept)
        # Open files keep a disk writable: the folder is put behind a read-only view of itself.
        if not run("mount", "--bind", str(self.disk), str(self.disk)) or not run(
                "mount", "-o", "remount,ro,bind", str(self.disk)):
            self.skipTest("no read-only view of a folder can be made here")
        self.addCleanup(run, "umount", "-l", str(self.disk))
        self.assertUnavailable(self.client.upload(("b.csv", CSV)))
        self.assertEqual(self.client.download(kept), expected)
        self.assertIsNone(self.service.process.poll())
        self.assertTrue(run("umount", "-l", str(self.disk)))
        wait_until(lambda: self.client.upload(("b.csv", CSV)).status == 200, "the disk to be back")


if __name__ == "__main__":
    unittest.main()
