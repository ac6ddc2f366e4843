"""Two sessions side by side see nothing of each other; foreign pages change nothing."""
import unittest

from service import Client, ServiceTest, Sockets, sample, wait_until

PEOPLE = "people/apollo_contacts.csv"


class Sessions(ServiceTest):
    def routes(self):
        """Every (method, pattern) that the interface describes."""
        paths = self.client.get("/api/openapi.json").json()["paths"]
        return [(method.upper(), path) for path, methods in paths.items() for method in methods
                if method != "parameters"]

    def test_no_route_gives_away_what_belongs_to_another_session(self):
        owner = self.client
        upload = owner.uploaded(sample(PEOPLE))
        job = owner.process(upload["upload_id"])
        owner.wait_for_state(job, "completed")
        pending = owner.tus_create("half.csv", 1000).rsplit("/", 1)[1]
        ids = {"upload_id": [upload["upload_id"]], "id": [job],
               "file_id": [upload["files"][0]["file_id"], pending]}
        every_id = [one for some in ids.values() for one in some]
        before = self.state_of(owner)

        stranger = Client(self.service)
        stranger.uploaded(sample(PEOPLE))
        nobody = Client(self.service)
        asked = 0
        for method, pattern in self.routes():
            if "{" not in pattern:
                continue
            # Each of the other's ids in each place: an id of the wrong kind leads nowhere either.
            for one in every_id:
                path = pattern.replace("{upload_id}", ids["upload_id"][0])
                path = path.replace("{file_id}", one).replace("{id}", one)
                if "{upload_id}" in pattern and "{file_id}" not in pattern:
                    path = pattern.replace("{upload_id}", one)
                for client in (stranger, nobody):
                    for more in ({}, {"Range": "bytes=0-9"}):
                        answer = self.ask(client, method, path, more)
                        self.assertEqual(answer.status, 404, (method, path, answer))
                        asked += 1
        for part in ("csv", "duplicates", "rejected", "report", "possible"):
            self.assertProblem(stranger.get(f"/api/jobs/{job}/download?part={part}"), 404)
        for body in ({"upload_id": upload["upload_id"], "table_type": "people"},):
            self.assertProblem(stranger.post("/api/process", body), 404)
            self.assertProblem(stranger.post("/api/mapping/preview", body), 404)
        own = stranger.uploaded(sample(PEOPLE))["upload_id"]
        self.assertProblem(stranger.post("/api/process", {
            "upload_id": own, "table_type": "people",
            "suppression_upload_id": upload["upload_id"]}), 404)
        self.assertProblem(stranger.upload(sample(PEOPLE), upload_id=upload["upload_id"]), 404)
        answer = Sockets(stranger).ask("subscribe", {"job_id": job})
        self.assertEqual(answer["status"], "error")
        self.assertNotIn("job", answer)
        self.assertGreater(asked, 100)
        self.assertEqual(self.state_of(owner), before)

    def ask(self, client, method, path, headers):
        if path.startswith("/api/tus"):
            headers = {**headers, "Tus-Resumable": "1.0.0", "Upload-Offset": "0",
                       "Content-Type": "application/offset+octet-stream"}
            return client.ask(method, path, b"x" if method == "PATCH" else None, headers)
        body = {"rate_limit": 5} if method == "PUT" else None
        if path.endswith("/deliver"):
            body = {"webhook_url": "https://192.88.99.1/"}
        elif path.endswith(("/retry", "/look")):
            body = {}
        return client.ask(method, path, headers=headers, json_body=body)

    def state_of(self, client):
        session = client.get("/api/session").json()
        session.pop("expires_at")
        return session

    def test_live_events_reach_their_session_only(self):
        stranger = Client(self.service)
        stranger.get("/api/session")
        listening = Sockets(stranger)
        self.client.merged(sample(PEOPLE))
        own = stranger.merged(sample(PEOPLE))
        done = listening.next("job_completed")
        self.assertEqual(done["job_id"], own)

    def test_a_socket_without_a_session_or_of_a_foreign_page_is_refused(self):
        answer = Sockets(Client(self.service)).connected
        self.assertTrue(answer.startswith("44"), answer)
        self.client.get("/api/session")
        refused = self.client.get("/socket.io/?EIO=4&transport=polling",
                                  headers={"Origin": "https://evil.example"})
        self.assertEqual(refused.status, 403)

    def test_a_cookie_is_shut_to_pages_and_a_made_up_one_is_replaced(self):
        answer = self.client.get("/api/session")
        cookie = answer.headers["Set-Cookie"]
        for word in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="):
            self.assertIn(word, cookie)
        self.assertGreaterEqual(len(self.client.cookie.split("=", 1)[1]), 22)
        forged = self.client.get("/api/session", headers={"Cookie": "sid=" + "A" * 43})
        self.assertNotEqual(forged.json()["session_id"], answer.json()["session_id"])
        public = Client(self.service)
        self.assertProblem(public.get("/api/uploads/x"), 404)
        self.assertIsNone(public.cookie)  # a session is made where it is needed only

    def test_forgetting_a_session_removes_all_of_it_at_once(self):
        job = self.client.merged(sample(PEOPLE))
        session = self.client.get("/api/session").json()["session_id"]
        old_cookie = self.client.cookie
        listening = Sockets(self.client)
        self.assertTrue([path for path in self.service.stored_files() if path.startswith(session)])
        answer = self.client.ask("DELETE", "/api/session")
        self.assertEqual(answer.status, 200, answer)
        self.assertIn("Max-Age=0", answer.headers["Set-Cookie"])
        self.assertFalse([path for path in self.service.stored_files() if path.startswith(session)])
        stale = {"Cookie": old_cookie}
        self.assertProblem(self.client.get(f"/api/jobs/{job}/status", headers=stale), 404)
        self.assertProblem(self.client.ask("DELETE", "/api/session", headers=stale), 404)
        # Its sockets are shut: after what was still on its way, a poll says so or is refused.
        gone = self.client.get(listening.path())
        while gone.status == 200 and gone.body.split(b"\x1e")[-1].startswith(b"42"):
            gone = self.client.get(listening.path())
        self.assertTrue(gone.status == 400 or gone.body.split(b"\x1e")[-1][:2] in (b"41", b"1"), gone)

    def test_a_change_from_a_foreign_page_is_refused_on_every_route(self):
        upload = self.client.uploaded(sample(PEOPLE))
        for method, pattern in self.routes():
            if method in ("GET", "HEAD", "OPTIONS"):
                continue
            path = pattern.replace("{upload_id}", upload["upload_id"]).replace(
                "{file_id}", upload["files"][0]["file_id"]).replace("{id}", "x")
            if pattern == "/api/upload":
                body, kind = b"--x--\r\n", "multipart/form-data; boundary=x"
            elif pattern.startswith("/api/tus"):
                body, kind = b"", "application/offset+octet-stream"
            else:
                body, kind = self.valid_body(pattern, upload["upload_id"]), "application/json"
            for foreign in ({"Origin": "https://evil.example"}, {"Origin": "null"},
                            {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
                answer = self.client.ask(method, path, body, {
                    "Content-Type": kind, "Tus-Resumable": "1.0.0", "Upload-Offset": "0",
                    "Upload-Length": "10", **foreign})
                self.assertEqual(answer.status, 403, (method, path, foreign, answer))
        self.assertEqual(len(self.client.get("/api/session").json()["uploads"]), 1)
        own = {"Origin": self.service.origin, "Sec-Fetch-Site": "same-origin"}
        self.assertEqual(self.client.upload(sample(PEOPLE), headers=own).status, 200)

    def valid_body(self, pattern, upload):
        if pattern.endswith("/rate"):
            return b'{"rate_limit": 5}'
        if pattern.endswith("/deliver"):
            return b'{"webhook_url": "https://receiver.example/"}'
        if pattern.endswith("/retry"):
            return b"{}"
        if pattern == "/api/webhook/test":
            return b'{"webhook_url": "https://receiver.example/", "table_type": "people"}'
        if pattern == "/api/config/restore":
            return b'{"name": "field_mappings_x.json"}'
        return b'{"upload_id": "%s", "table_type": "people"}' % upload.encode()

    def test_answers_carry_the_headers_that_browsers_heed(self):
        answer = self.client.get("/api/session")
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
        self.assertIsNone(answer.headers["Access-Control-Allow-Origin"])


class RateLimit(ServiceTest):
    settings = {"MAX_REQUESTS_PER_SECOND": 2}

    def test_an_address_that_asks_too_often_has_to_wait(self):
        answers = [self.client.get("/api/jobs") for _ in range(30)]
        refused = [answer for answer in answers if answer.status == 429]
        self.assertGreaterEqual(len(refused), 10)
        self.assertProblem(refused[0], 429, "2 requests a second")
        self.assertEqual(refused[0].headers["Retry-After"], "1")
        self.assertEqual(self.client.get("/health").status, 200)
        wait_until(lambda: self.client.get("/api/jobs").status == 200, "a request to be let in")


class BehindTls(ServiceTest):
    settings = {"BEHIND_TLS": "true"}

    def test_the_cookie_is_for_tls_only(self):
        cookie = self.client.get("/api/session").headers["Set-Cookie"]
        self.assertTrue(cookie.startswith("__Host-sid="))
        self.assertIn("; Secure", cookie)


if __name__ == "__main__":
    unittest.main()
