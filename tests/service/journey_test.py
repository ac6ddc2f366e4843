"""From files to a clean table, as a browser would: upload, mapping, job, live events, downloads."""
import gzip
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from service import PROGRAM, ServiceTest, Sockets, leads, sample, wait_until

PEOPLE = ["people/apollo_contacts.csv", "people/cognism_contacts.csv", "people/lusha_contacts.csv"]
COMPANIES = ["company/apollo_accounts.csv", "company/hubspot_companies.csv"]


def merged_on_the_command_line(files, *arguments):
    """{part: bytes} of the files that `merge` writes."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files:
            (Path(folder) / name).write_bytes(content)
        subprocess.run([PROGRAM, "merge", *[name for name, _ in files], "-o", "out.csv",
                        "--duplicates", "duplicates.csv", "--rejected", "rejected.csv", *arguments],
                       cwd=folder, check=True, capture_output=True)
        return {part: (Path(folder) / name).read_bytes() for part, name in
                (("csv", "out.csv"), ("duplicates", "duplicates.csv"), ("rejected", "rejected.csv"))}


class Journey(ServiceTest):
    def test_two_people_files_become_one_table_and_every_step_says_so(self):
        files = [sample(path) for path in PEOPLE]
        upload = self.client.uploaded(*files)
        self.assertEqual(upload["status"], "success")
        self.assertEqual([file["filename"] for file in upload["files"]], [f[0] for f in files])
        for file, (_, content) in zip(upload["files"], files):
            self.assertEqual(file["size"], len(content))
            self.assertGreater(file["records"], 0)
            self.assertIn(file["dialect"]["delimiter"], (",", ";", "\t"))
            self.assertEqual(file["suggested_type"], "people")
            self.assertEqual(len(file["preview"][0]), len(file["headers"]))

        preview = self.client.post("/api/mapping/preview", {
            "upload_id": upload["upload_id"], "table_type": "people", "rows": 7})
        self.assertEqual(preview.status, 200, preview)
        of_company = preview.json()["company_fields"]
        self.assertLessEqual({"Company Name", "Industry"}, set(of_company))
        self.assertTrue({"Full Name", "Work Email"}.isdisjoint(of_company))
        for file in preview.json()["files"]:
            self.assertTrue(any(column["field"] for column in file["columns"]))
            self.assertIn("Work Email", file["feeds"])
        table = preview.json()["table"]
        self.assertEqual({len(row) for row in table["rows"]}, {len(table["columns"])})
        self.assertEqual(len(table["rows"]), 7)

        sockets = Sockets(self.client)
        self.assertEqual(sockets.next("session_jobs"), {"jobs": []})
        job = self.client.process(upload["upload_id"])
        self.assertEqual(sockets.ask("subscribe", {"job_id": job})["job"]["job_id"], job)
        done = sockets.next("job_completed")
        self.assertEqual(done["job_id"], job)

        status = self.client.status(job)
        progress = status["progress"]
        self.assertEqual(status["status"], "completed")
        self.assertEqual(progress["percentage"], 100)
        self.assertEqual(progress["total_records"] - progress["rejected"],
                         sum(file["records"] for file in upload["files"]))
        self.assertTrue(progress["download_available"])
        self.assertEqual(self.client.get("/api/jobs").json()["jobs"][0]["job_id"], job)
        self.assertEqual(self.client.get("/api/session").json()["jobs"][0]["job_id"], job)

        answer = self.client.get(progress["download_url"])
        self.assertRegex(answer.headers["Content-Disposition"],
                         r'attachment; filename="people_leads_\d{4}-\d\d-\d\d_\d\d-\d\d\.csv"')
        self.assertEqual(self.client.status(job)["progress"]["downloads"], 1)

    def test_the_downloads_are_what_the_command_line_writes(self):
        for paths, table_type, wishes, arguments in (
                (PEOPLE, "people", {}, []),
                (PEOPLE, "people", {"match": "exact", "survivor": "first"},
                 ["--match", "exact", "--survivor", "first"]),
                (COMPANIES, "company", {"threshold": 92}, ["--threshold", "92"])):
            files = [sample(path) for path in paths]
            expected = merged_on_the_command_line(files, "--type", table_type, *arguments)
            job = self.client.merged(*files, table_type=table_type, **wishes)
            for part, content in expected.items():
                self.assertEqual(self.client.download(job, part), content, (table_type, part))

    def test_a_mapping_by_hand_and_a_suppression_list_are_heeded(self):
        name, content = sample(PEOPLE[0])
        upload = self.client.uploaded((name, content))
        file = upload["files"][0]
        header = next(header for header in file["headers"] if "itle" in header)
        plain = self.client.merged((name, content))
        mapped = self.client.process(upload["upload_id"],
                                     mapping={file["file_id"]: {header: None}})
        self.client.wait_for_state(mapped, "completed")
        self.assertNotEqual(self.client.download(mapped), self.client.download(plain))

        suppression = self.client.uploaded((name, content))["upload_id"]
        job = self.client.process(upload["upload_id"], suppression_upload_id=suppression)
        status = self.client.wait_for_state(job, "completed")
        self.assertEqual(len(self.client.download(job).splitlines()), 1, status)

    def test_the_recipe_of_a_job_is_a_command_that_does_the_same(self):
        files = [sample(path) for path in PEOPLE]
        job = self.client.merged(*files, survivor="longest", threshold=90)
        answer = self.client.get(f"/api/jobs/{job}/recipe").json()
        self.assertEqual(answer["recipe"]["survivor"], "longest")
        self.assertIn("--survivor longest", answer["command"])
        for name, _ in files:
            self.assertIn(name, answer["command"])

    def test_clusters_come_by_pages_and_name_where_each_row_stood(self):
        job = self.client.merged(("a.csv", leads(400)), ("b.csv", leads(400)))
        total = self.client.status(job)["progress"]["duplicates_removed"]
        self.assertGreaterEqual(total, 400)
        result = self.client.download(job).decode().splitlines()
        rows, after, pages = 0, 0, 0
        while after is not None:
            page = self.client.get(f"/api/jobs/{job}/clusters?limit=50&after={after}").json()
            self.assertLessEqual(len(page["clusters"]), 50)
            for cluster in page["clusters"]:
                self.assertGreater(cluster["row"], after)
                survivor, *merged = cluster["members"]
                self.assertEqual(",".join(survivor["values"]), result[cluster["row"]])
                for member in merged:
                    self.assertIn(member["file"], ("a.csv", "b.csv"))
                    self.assertTrue(member["reason"])
                rows += len(merged)
            after, pages = page["next"], pages + 1
        self.assertEqual(rows, total)
        self.assertGreater(pages, 2)
        possible = self.client.get(f"/api/jobs/{job}/possible?limit=10")
        self.assertEqual(possible.status, 200)
        self.assertLessEqual(len(possible.json()["pairs"]), 10)
        for query in ("after=x", "limit=-1", "after=1e3"):
            self.assertProblem(self.client.get(f"/api/jobs/{job}/clusters?{query}"), 422, "errors")

    def test_downloads_have_ranges_gzip_and_tags(self):
        job = self.client.merged(sample(PEOPLE[0]))
        path = f"/api/jobs/{job}/download"
        whole = self.client.get(path)
        tag = whole.headers["ETag"]
        part = self.client.get(path, headers={"Range": "bytes=10-19"})
        self.assertEqual((part.status, part.body), (206, whole.body[10:20]))
        self.assertEqual(part.headers["Content-Range"], f"bytes 10-19/{len(whole.body)}")
        tail = self.client.get(path, headers={"Range": "bytes=-5", "If-Range": tag})
        self.assertEqual((tail.status, tail.body), (206, whole.body[-5:]))
        self.assertEqual(self.client.get(path, headers={
            "Range": "bytes=-5", "If-Range": '"other"'}).status, 200)
        self.assertEqual(self.client.get(path, headers={
            "Range": f"bytes={len(whole.body)}-"}).status, 416)
        self.assertEqual(self.client.get(path, headers={"If-None-Match": tag}).status, 304)
        packed = self.client.get(path, headers={"Accept-Encoding": "gzip"})
        self.assertEqual(packed.headers["Content-Encoding"], "gzip")
        self.assertEqual(gzip.decompress(packed.body), whole.body)
        head = self.client.ask("HEAD", path)
        self.assertEqual((head.status, head.body), (200, b""))
        # Ranges, a look at the header and "not modified" are no downloads.
        self.assertEqual(self.client.status(job)["progress"]["downloads"], 2)
        report = self.client.get(path + "?part=report")
        self.assertTrue(report.headers["Content-Type"].startswith("application/json"))
        self.assertTrue(report.json())
        self.assertProblem(self.client.get(path + "?part=clusters"), 404)
        self.assertProblem(self.client.get(path + "?part=../../x"), 404)

    def test_a_running_job_can_be_cancelled_and_then_removed(self):
        upload = self.client.uploaded(("leads.csv", leads(100_000)))["upload_id"]
        job = self.client.process(upload)
        self.client.wait_for_state(job, "processing")
        self.assertProblem(self.client.ask("DELETE", f"/api/jobs/{job}"), 409)
        self.assertEqual(self.client.post(f"/api/jobs/{job}/cancel").status, 200)
        status = self.client.wait_for_state(job, "cancelled", "completed")
        self.assertEqual(status["status"], "cancelled")
        self.assertFalse(status["progress"]["download_available"])
        self.assertProblem(self.client.get(f"/api/jobs/{job}/download"), 404)
        self.assertProblem(self.client.post(f"/api/jobs/{job}/cancel"), 409)
        self.assertEqual(self.client.ask("DELETE", f"/api/jobs/{job}").status, 200)
        self.assertProblem(self.client.get(f"/api/jobs/{job}/status"), 404)
        session = self.client.get("/api/session").json()["session_id"]
        self.assertFalse([path for path in self.service.stored_files()
                          if path.startswith(session) and job in path])


class Operation(ServiceTest):
    settings = {"LOG_FORMAT": "json"}

    def test_health_metrics_storage_and_the_description_are_there(self):
        health = self.client.get("/health").json()
        self.assertEqual(health["status"], "healthy")
        self.assertLessEqual({"store", "files", "workers", "disk"}, set(health["checks"]))
        self.assertEqual(self.client.get("/health/live").json(), {"status": "alive"})
        self.client.merged(sample(PEOPLE[0]))
        self.client.ask("BREW", "/api/jobs")
        figures = self.client.get("/metrics").body.decode()
        self.assertIn('csv_merger_http_requests_total{method="POST",route="/api/process"', figures)
        self.assertNotIn("BREW", figures)
        storage = self.client.get("/api/storage/status").json()
        self.assertGreaterEqual(storage["session_count"], 1)
        self.assertGreater(storage["total_storage_limit_mb"], 10_000)
        wait_until(lambda: self.client.get("/api/storage/status").json()["last_cleanup"],
                   "the first clean-up")
        self.assertEqual(self.client.get("/api/openapi.json").json()["openapi"][:3], "3.1")

    def test_log_lines_are_json_whatever_is_asked_for(self):
        self.client.get("/%22%5C%7B%22x%22%3A1%7D")
        wait_until(lambda: '{\\"x\\":1}' in self.service.text_of_log(), "the line in the log")
        for line in self.service.log:
            self.assertEqual(set(json.loads(line)), {"time", "level", "message"})

    def test_a_request_id_is_taken_over_and_always_there(self):
        given = self.client.get("/health", headers={"X-Request-Id": "abc-123"})
        self.assertEqual(given.headers["X-Request-Id"], "abc-123")
        for path in ("/", "/nowhere", "/api/jobs", "/metrics", "/health/live"):
            self.assertTrue(self.client.get(path).headers["X-Request-Id"], path)


if __name__ == "__main__":
    unittest.main()
