"""What the service demands and does on the internet: safe settings, sealed cookies, its log."""
import json
import os
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from service import BOUND_SECONDS, LIMIT_OF_A_STOP_SECONDS, PROGRAM, Client, Service

SAFE = {"APP_ENV": "production", "SECRET_KEY": "a key that is long enough", "ADMIN_TOKEN": "token"}


class Production(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="csvm_service_"))
        self.addCleanup(shutil.rmtree, self.folder, True)

    def service(self, **settings):
        service = Service(self.folder / "data", **settings)
        self.addCleanup(service.end, signal.SIGKILL)
        return service

    def refusal(self, **settings):
        done = subprocess.run(
            [PROGRAM, "serve", "--port", "0", "--data", str(self.folder / "data")],
            env={"PATH": os.environ["PATH"], **settings}, cwd=self.folder, capture_output=True,
            text=True, timeout=BOUND_SECONDS)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        return done.stderr

    def test_it_does_not_start_unsafely_and_says_why_in_a_sentence_each(self):
        said = self.refusal(APP_ENV="production", WEBHOOK_ALLOW_PRIVATE="true")
        for name in ("SECRET_KEY", "ADMIN_TOKEN", "WEBHOOK_ALLOW_PRIVATE"):
            self.assertEqual(said.count(f"\n  {name}: "), 1, said)
        self.assertFalse((self.folder / "data").exists())
        for name in ("SECRET_KEY", "ADMIN_TOKEN"):
            said = self.refusal(**{**SAFE, name: ""})
            self.assertIn(f"\n  {name}: ", said)
        self.assertIn("TRUSTED_PROXIES: 'proxy'", self.refusal(**SAFE, TRUSTED_PROXIES="proxy"))
        said = self.refusal(**SAFE, SENTRY_DSN="https://secret-of-the-dsn@x")
        self.assertIn("SENTRY_DSN: must be", said)
        self.assertNotIn("secret-of-the-dsn", said)

    def test_cookies_behind_tls_are_bound_to_the_host_and_never_sent_in_the_clear(self):
        service = self.service(**SAFE, BEHIND_TLS="true")
        answer = Client(service).get("/api/session")
        cookie = answer.headers["Set-Cookie"]
        self.assertTrue(cookie.startswith("__Host-sid="), cookie)
        parts = {part.strip() for part in cookie.split(";")[1:]}
        self.assertLessEqual({"Secure", "HttpOnly", "SameSite=Lax", "Path=/"}, parts)
        self.assertNotIn("Domain", cookie)
        self.assertIn("max-age=", answer.headers["Strict-Transport-Security"])

    def test_a_cookie_is_good_with_the_key_that_sealed_it_only(self):
        service = self.service(**SAFE)
        client = Client(service)
        session = client.get("/api/session").json()["session_id"]
        service.restart()
        self.assertEqual(client.get("/api/session").json()["session_id"], session)
        bare = Client(service)
        bare.cookie = client.cookie.rsplit(".", 1)[0]  # the token without its seal
        self.assertNotEqual(bare.get("/api/session").json()["session_id"], session)
        service.settings["SECRET_KEY"] = "another key, as long as the first"
        service.restart()
        self.assertNotEqual(client.get("/api/session").json()["session_id"], session)

    def test_the_log_is_json_on_standard_output_when_that_is_wanted(self):
        process = subprocess.Popen(
            [PROGRAM, "serve", "--port", "0", "--data", str(self.folder / "data")],
            env={"PATH": os.environ["PATH"], **SAFE, "LOG_FORMAT": "json"}, cwd=self.folder,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        first = json.loads(process.stdout.readline())
        self.assertEqual(set(first), {"time", "level", "message"})
        self.assertRegex(first["message"], r"^csv-merger \S+ listens on http://127\.0\.0\.1:\d+$")
        process.send_signal(signal.SIGTERM)
        rest, said = process.communicate(timeout=LIMIT_OF_A_STOP_SECONDS)
        self.assertEqual((process.returncode, said), (0, ""))
        for line in rest.splitlines():
            self.assertEqual(set(json.loads(line)), {"time", "level", "message"})


if __name__ == "__main__":
    unittest.main()
