"""Every route says no with the right status, a sentence, and stays up."""
import json
import socket
import unittest

from service import ServiceTest, sample

PEOPLE = "people/apollo_contacts.csv"


class Errors(ServiceTest):
    def json_routes(self):
        """(method, path) of every route that takes JSON."""
        paths = self.client.get("/api/openapi.json").json()["paths"]
        found = []
        for path, methods in paths.items():
            for method, operation in methods.items():
                content = operation.get("requestBody", {}).get("content", {}) \
                    if isinstance(operation, dict) else {}
                if "application/json" in content:
                    found.append((method.upper(), path.replace("{id}", self.job)))
        self.assertGreaterEqual(len(found), 6, found)
        return found

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = None

    def setUp(self):
        super().setUp()
        self.upload_id = self.client.uploaded(sample(PEOPLE))["upload_id"]
        self.job = self.client.process(self.upload_id)
        self.client.wait_for_state(self.job, "completed")

    def test_malformed_json_is_400_and_says_where(self):
        deep = b"[" * 100_000
        for method, path in self.json_routes():
            for body in (b"", b"{", b'{"a":}', b'{"a":1}}', b"\xff\xfe{}", b"nonsense", b"[]", b"1",
                         b"null", b'{"a":' + deep):
                answer = self.client.ask(method, path, body, {"Content-Type": "application/json"})
                self.assertProblem(answer, 400)
        answer = self.client.ask("POST", "/api/process", b'{"a": x}',
                                 {"Content-Type": "application/json"})
        self.assertProblem(answer, 400, "byte 6")

    def test_another_content_type_is_415(self):
        for method, path in self.json_routes():
            for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
                         "application/jsonish", ""):
                answer = self.client.ask(method, path, b"{}", {"Content-Type": kind})
                self.assertProblem(answer, 415, "application/json")
        self.assertProblem(self.client.ask("POST", "/api/upload", b"a,b\n",
                                           {"Content-Type": "text/csv"}), 415)
        answer = self.client.ask("POST", "/api/process", json.dumps(
            {"upload_id": self.upload_id, "table_type": "people"}),
            {"Content-Type": "Application/JSON; charset=utf-8"})
        self.assertEqual(answer.status, 202, answer)

    def test_a_body_that_is_too_large_is_413(self):
        for method, path in self.json_routes():
            answer = self.client.ask(method, path, b" " * (5 << 20),
                                     {"Content-Type": "application/json"})
            self.assertProblem(answer, 413)

    def test_wrong_wishes_are_422_and_each_is_named(self):
        good = {"upload_id": self.upload_id, "table_type": "people"}
        wrong = {
            "upload_id": [1, None, "", {}, []], "table_type": ["leads", 1, None],
            "mode": ["email", 3], "match": ["fuzzyish", 1, []],
            "threshold": [-1, 101, "85", True, 1e400], "survivor": ["best", 2],
            "mapping": [[], "x", {"a.csv": []}, {"a.csv": {"Email": 3}}],
            "webhook_rate_limit": [-1, "10", 1e9], "webhook_headers": [[], {"a": 1}],
            "webhook_url": [5], "webhook_secret": [[]], "record_limit": [0, "x", -5],
            "suppression_upload_id": [7], "no_such_wish": [1],
        }
        for path in ("/api/process", "/api/mapping/preview"):
            for name, values in wrong.items():
                for value in values:
                    answer = self.client.post(path, {**good, name: value})
                    if value == 1e400:  # "Infinity" is no JSON
                        self.assertProblem(answer, 400)
                        continue
                    problem = self.assertProblem(answer, 422)
                    self.assertTrue([error for error in problem["errors"]
                                     if error["field"].startswith(name)], (name, value, problem))
        several = self.client.post("/api/process", {"threshold": "high", "match": 1})
        fields = {error["field"] for error in self.assertProblem(several, 422)["errors"]}
        self.assertLessEqual({"upload_id", "table_type", "threshold", "match"}, fields)
        webhook = self.client.post("/api/process", {**good, "mode": "webhook"})
        self.assertProblem(webhook, 422, "webhook_url")
        rate = self.client.ask("PUT", f"/api/jobs/{self.job}/rate", json_body={"rate_limit": "x"})
        self.assertProblem(rate, 422, "rate_limit")
        self.assertProblem(self.client.get("/api/config/preview?table_type=x"), 422, "table_type")
        mapping = self.client.post("/api/process", {**good, "mapping": {"x.csv": {"A": "Email"}}})
        self.assertProblem(mapping, 422, "x.csv")

    def test_what_is_not_there_is_404(self):
        for path in ("/nowhere", "/api", "/api/", "/api/jobs/", "/api/jobs/x/y", "/api/jobs/x",
                     "//api/jobs", "/api/../api/jobs", "/static/../../etc/passwd",
                     "/api/jobs/%2e%2e/status", "/api/jobs/..%2f..%2fx/status",
                     f"/api/jobs/{self.job}%00/status"):
            answer = self.client.get(path)
            self.assertIn(answer.status, (400, 404, 405), (path, answer))
            self.assertProblem(answer, answer.status)
        for path in ("/api/uploads/x", "/api/jobs/x/status", "/api/jobs/x/download",
                     "/api/jobs/x/clusters", "/api/jobs/x/possible", "/api/jobs/x/recipe"):
            self.assertProblem(self.client.get(path), 404)
        for word in ("cancel", "pause", "resume"):
            self.assertProblem(self.client.post(f"/api/jobs/x/{word}"), 404)
        self.assertProblem(self.client.post("/api/process", {
            "upload_id": "x", "table_type": "people"}), 404)
        self.assertProblem(self.client.upload(sample(PEOPLE), upload_id="x"), 404)

    def test_another_method_is_405_and_says_which_there_are(self):
        paths = self.client.get("/api/openapi.json").json()["paths"]
        for path, methods in paths.items():
            known = {method.upper() for method in methods if method != "parameters"}
            for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - known:
                answer = self.client.ask(method, path.replace("{", "").replace("}", ""))
                self.assertProblem(answer, 405)
                self.assertLessEqual(known, set(answer.headers["Allow"].split(", ")), path)

    def test_what_the_state_of_a_job_does_not_allow_is_409(self):
        for word in ("cancel", "pause", "resume"):
            self.assertProblem(self.client.post(f"/api/jobs/{self.job}/{word}"), 409)
        answer = self.client.ask("PUT", f"/api/jobs/{self.job}/rate", json_body={"rate_limit": 5})
        self.assertProblem(answer, 409)
        pending = self.client.tus("POST", "/api/tus", Upload_Length=100)
        body = {"upload_id": pending.headers["Upload-Id"], "table_type": "people"}
        self.assertIn(self.client.post("/api/process", body).status, (409, 422))
        self.assertIn(self.client.post("/api/mapping/preview", body).status, (409, 422))

    def test_garbage_and_cut_requests_leave_the_service_up(self):
        requests = [b"\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00", b"GET / HTTP/9.9\r\n\r\n",
                    b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
                    b"POST /api/process HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                    b"POST /api/process HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n",
                    b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
                    b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 10_000 + b"\r\n",
                    b"POST /api/process HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"]
        for request in requests:
            connection = socket.create_connection(self.service.address)
            connection.settimeout(30)
            try:
                connection.sendall(request)
                connection.shutdown(socket.SHUT_WR)
                answer = connection.recv(200)
                self.assertTrue(answer == b"" or answer.startswith(b"HTTP/1.1 "), answer)
                self.assertFalse(answer.startswith(b"HTTP/1.1 5") and
                                 not answer.startswith(b"HTTP/1.1 505"), (request[:60], answer))
            except (ConnectionResetError, BrokenPipeError):
                pass
            finally:
                connection.close()
        self.assertEqual(self.client.get("/health").status, 200)


if __name__ == "__main__":
    unittest.main()
