"""The mapping configuration over HTTP and by its file."""
import json
import os
import unittest

from service import Client, ServiceTest, Sockets, sample, wait_until

FIELDS = {"people_mappings": {"Work Email": ["Email", "Mail of the lead"]}}


class Configuration(ServiceTest):
    def setUp(self):
        super().setUp()
        self.client.get("/api/session")
        self.file = self.service.data / "field_mappings.json"

    def current(self):
        answer = self.client.get("/api/config/mappings")
        self.assertEqual(answer.status, 200)
        return answer.headers["ETag"], answer.json()

    def put(self, body, tag=None, **headers):
        if tag:
            headers["If-Match"] = tag
        return self.client.ask("PUT", "/api/config/mappings", json_body=body, headers=headers)

    def test_a_change_is_taken_over_by_the_holder_of_the_latest_version_only(self):
        tag, body = self.current()
        self.assertIsNone(body["problem"])
        self.assertIn("Work Email", body["configuration"]["people_mappings"])
        sockets = Sockets(self.client)
        changed = self.put(FIELDS, tag)
        self.assertEqual(changed.status, 200, changed)
        self.assertNotEqual(changed.headers["ETag"], tag)
        self.assertEqual(f'"{sockets.next("config_changed")["tag"]}"', changed.headers["ETag"])
        self.assertProblem(self.put({"people_mappings": {"Mail": []}}, tag), 412)
        self.assertEqual(self.current()[1]["configuration"]["people_mappings"],
                         FIELDS["people_mappings"])
        self.assertEqual(json.loads(self.file.read_text()), FIELDS)
        naming = self.client.get("/api/config/preview?table_type=people").json()
        self.assertEqual(naming["fields"], [{"field": "Work Email",
                                             "aliases": FIELDS["people_mappings"]["Work Email"]}])

    def test_mistakes_are_all_named_by_their_paths_and_change_nothing(self):
        self.put(FIELDS)
        before = self.current()
        answer = self.put({"people_mappings": {"Work Email": ["Email", 3], "": []},
                           "data_cleaning_rules": {"normalize_whitespace": "yes"}})
        problem = self.assertProblem(answer, 422, "people_mappings")
        fields = [error["field"] for error in problem["errors"]]
        self.assertTrue([f for f in fields if "Work Email" in f and "[1]" in f], fields)
        self.assertTrue([f for f in fields if "normalize_whitespace" in f], fields)
        self.assertEqual(self.current(), before)
        self.assertEqual(json.loads(self.file.read_text()), FIELDS)

    def test_backups_are_listed_and_restored_and_a_restore_backs_up_first(self):
        self.put(FIELDS)
        name = self.client.post("/api/config/backup").json()["name"]
        self.assertRegex(name, r"^field_mappings_\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ(_\d+)?\.json$")
        other = {"people_mappings": {"Mail": ["Email"]}}
        self.put(other)
        before = self.client.get("/api/config/backups").json()["backups"]
        self.assertIn(name, [backup["name"] for backup in before])
        restored = self.client.post("/api/config/restore", {"name": name})
        self.assertEqual(restored.status, 200, restored)
        self.assertEqual(self.current()[1]["configuration"]["people_mappings"],
                         FIELDS["people_mappings"])
        after = self.client.get("/api/config/backups").json()["backups"]
        self.assertEqual(len(after), len(before) + 1)
        new = ({b["name"] for b in after} - {b["name"] for b in before}).pop()
        backup = json.loads((self.service.data / "configuration_backups" / new).read_text())
        self.assertEqual(backup["people_mappings"], other["people_mappings"])
        for wrong in ("../field_mappings.json", "field_mappings_none.json", "/etc/passwd", ""):
            self.assertProblem(self.client.post("/api/config/restore", {"name": wrong}), 404)
        self.assertProblem(self.client.post("/api/config/restore", {}), 422, "name")

    def test_a_file_changed_on_disk_is_taken_in_and_a_broken_one_keeps_the_old(self):
        self.put(FIELDS)
        sockets = Sockets(self.client)
        by_hand = {"people_mappings": {"Mail": ["Email", "E-Mail"]}}
        self.file.write_text(json.dumps(by_hand))
        self.assertFalse(sockets.next("config_changed")["problem"])
        wait_until(lambda: "Mail" in self.current()[1]["configuration"]["people_mappings"],
                   "the file to be taken in")
        # As editors do: a new file takes the place of the old.
        broken = self.file.with_suffix(".new")
        broken.write_text('{"people_mappings": {"Mail": 5}}')
        os.replace(broken, self.file)
        problem = wait_until(lambda: self.current()[1]["problem"], "the mistake to be noticed")
        self.assertIn("people_mappings", problem)
        self.assertIn("Mail", self.current()[1]["configuration"]["people_mappings"])
        self.file.write_text(json.dumps(FIELDS))
        wait_until(lambda: self.current()[1]["problem"] is None, "the file to be whole again")

    def test_a_trial_says_what_the_headers_of_late_would_become(self):
        self.put({"people_mappings": {"Work Email": ["Email"], "Job Title": ["Title"]}})
        self.client.uploaded(sample("people/apollo_contacts.csv"))
        before = self.current()
        answer = self.client.post("/api/config/trial", {
            "people_mappings": {"Mail": ["Email"], "Job Title": ["Title"]}})
        self.assertEqual(answer.status, 200, answer)
        changed = [one for recent in answer.json()["recent"] for one in recent["changed"]]
        self.assertIn({"header": "Email", "now": "Work Email", "then": "Mail"}, changed)
        self.assertEqual(self.current(), before)
        self.assertProblem(self.client.post("/api/config/trial", {"people_mappings": 1}), 422,
                           "people_mappings")

    def test_a_new_configuration_is_what_the_next_job_works_with(self):
        self.put({"people_mappings": {"Only Mail": ["Email"]}})
        job = self.client.merged(sample("people/apollo_contacts.csv"))
        header = self.client.download(job).decode("utf-8-sig").splitlines()[0]
        self.assertTrue(header.startswith("Only Mail"), header)


class AdminToken(ServiceTest):
    settings = {"ADMIN_TOKEN": "a-long-secret", "SECRET_KEY": "no-one-guesses-this-key",
                "APP_ENV": "production"}

    def test_changes_need_the_token_and_reading_does_not(self):
        client = Client(self.service)
        changes = [("PUT", "/api/config/mappings", FIELDS), ("POST", "/api/config/backup", {}),
                   ("POST", "/api/config/restore", {"name": "x"})]
        for method, path, body in changes:
            for given in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "},
                          {"Authorization": "Bearer a-long-secre"}):
                answer = client.ask(method, path, json_body=body, headers=given)
                self.assertProblem(answer, 401)
                self.assertEqual(answer.headers["WWW-Authenticate"], "Bearer")
        token = {"Authorization": "Bearer a-long-secret"}
        self.assertEqual(client.ask("PUT", "/api/config/mappings", json_body=FIELDS,
                                    headers=token).status, 200)
        self.assertEqual(client.get("/api/config/mappings").status, 200)
        self.assertNotIn("a-long-secret", self.service.text_of_log())


if __name__ == "__main__":
    unittest.main()
