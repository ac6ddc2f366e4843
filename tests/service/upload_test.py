"""Uploads: forms, tus, limits, cut connections, hostile names."""
import base64
import socket
import unittest

from service import Client, ServiceTest, leads, multipart, sample, wait_until

MIB = 1 << 20
CSV = b"First Name,Last Name,Email\nAda,Novak,ada@one.example\n"
NO_CSV = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8

# What nobody should be able to do with a name: leave the folder, break a header or a page.
HOSTILE_NAMES = [
    "../../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/shadow", "C:\\boot.ini", "..", ".", "",
    "%2e%2e%2fup.csv", "....//....//up.csv", "a/../../b.csv", "~root", "$(touch pwned).csv",
    "`id`.csv", "; rm -rf x.csv", "| cat.csv", "&& ls.csv", "-rf.csv", "--output=x.csv",
    "<script>alert(1)</script>.csv", "<img src=x onerror=alert(1)>.csv", "'; DROP TABLE files;--.csv",
    "x\tx.csv", "x\x00y.csv", "x\x1b[31mred.csv", "x\x7f.csv",
    "CON", "aux.csv", "leads.csv.exe", "leads.csv ", "leads.csv...", "x" * 400 + ".csv",
    "\u202egnp.csv", "a\u2028b.csv", "a\u200fb\u2066c.csv", "\u0085.csv", "=cmd|x.csv",
    "na\u00efve \u65e5\u672c.csv", "\U0001f600.csv", "{{7*7}}.csv", "%s%n.csv", "field_mappings.json",
]
FORBIDDEN = [*map(chr, range(32)), *map(chr, range(0x7F, 0xA0)), "\u202e", "\u2028", "\u200f", "\u2066"]


class Uploads(ServiceTest):
    settings = {"MAX_FILE_SIZE_MB": 2, "MAX_FILES_PER_SESSION": 6, "MAX_STORAGE_PER_SESSION_MB": 5}

    def used(self):
        return self.client.get("/api/session").json()

    def test_of_several_files_those_that_are_no_csv_are_refused_and_the_others_kept(self):
        answer = self.client.upload(("a.csv", CSV), ("b.png", NO_CSV), ("c.csv", CSV))
        self.assertEqual(answer.status, 200)
        body = answer.json()
        self.assertEqual(body["status"], "partial")
        self.assertEqual([file["filename"] for file in body["files"]], ["a.csv", "c.csv"])
        self.assertEqual([file["filename"] for file in body["refused"]], ["b.png"])
        self.assertTrue(body["refused"][0]["reason"])
        upload = self.client.get(f"/api/uploads/{body['upload_id']}").json()
        self.assertEqual(len(upload["files"]), 2)

    def test_a_file_can_be_added_to_an_upload_and_removed_from_it(self):
        upload = self.client.uploaded(("a.csv", CSV))["upload_id"]
        more = self.client.uploaded(("b.csv", CSV), upload_id=upload)
        self.assertEqual(more["upload_id"], upload)
        path = f"/api/uploads/{upload}/files/{more['files'][0]['file_id']}"
        self.assertEqual(self.client.ask("DELETE", path).status, 200)
        self.assertProblem(self.client.ask("DELETE", path), 404)
        names = [file["filename"] for file in self.client.get(f"/api/uploads/{upload}").json()["files"]]
        self.assertEqual(names, ["a.csv"])

    def look_at_head(self, name, head):
        return self.client.ask("POST", f"/api/look?filename={name}", head,
                               {"Content-Type": "application/octet-stream"})

    def test_the_first_bytes_of_a_file_tell_what_it_holds_and_nothing_of_them_is_kept(self):
        head = b"First Name;Last Name;Email\nAda;Novak;ada@one.example\nBo;Lee;bo@two.example\nCy;De"
        self.assertProblem(Client(self.service).ask("POST", "/api/look", head), 404)
        self.assertEqual(self.used()["uploads"], [])
        before = self.service.stored_files()
        answer = self.look_at_head("..%2Fleads.csv", head)
        self.assertEqual(answer.status, 200, answer)
        found = answer.json()
        self.assertEqual((found["filename"], found["records"]), ("leads.csv", 2))
        self.assertEqual(found["headers"], ["First Name", "Last Name", "Email"])
        self.assertEqual((found["dialect"]["delimiter"], found["encoding"]), (";", "utf-8"))
        self.assertEqual(found["preview"][1], ["Bo", "Lee", "bo@two.example"])
        self.assertProblem(self.look_at_head("a.csv", NO_CSV), 422)
        self.assertProblem(self.look_at_head("a.csv", b"a,b\n" * MIB), 413)
        self.assertEqual(self.service.stored_files(), before)
        self.assertEqual((self.used()["uploads"], self.used()["storage_used_mb"]), ([], 0))

    def test_a_file_can_be_looked_at_as_if_it_were_written_in_another_way(self):
        text = "Name;Ort,Land\nAnn;Z\u00fcrich,CH\n".encode("utf-8")
        upload = self.client.uploaded(("a.csv", text))
        file = upload["files"][0]
        path = f"/api/uploads/{upload['upload_id']}/files/{file['file_id']}/look"
        looked = self.client.post(path, {"delimiter": ",", "encoding": "windows-1252"})
        self.assertEqual(looked.status, 200, looked)
        self.assertEqual(looked.json()["headers"], ["Name;Ort", "Land"])
        self.assertEqual(looked.json()["preview"], [["Ann;Z\u00c3\u00bcrich", "CH"]])
        kept = self.client.get(f"/api/uploads/{upload['upload_id']}").json()["files"][0]
        self.assertEqual(kept["headers"], file["headers"])
        self.assertProblem(self.client.post(path, {"delimiter": "and"}), 422, "delimiter")
        self.assertProblem(self.client.post(path, {"encoding": "no-such"}), 422)
        self.assertProblem(self.client.post(path + "x", {}), 404)

        mapping = self.client.post("/api/mapping/preview", {
            "upload_id": upload["upload_id"], "table_type": "people",
            "reading": {file["file_id"]: {"delimiter": ","}}}).json()
        self.assertEqual([c["header"] for c in mapping["files"][0]["columns"]], ["Name;Ort", "Land"])

    def test_a_refused_file_takes_nothing_from_the_upload_it_was_meant_for(self):
        upload = self.client.uploaded(("a.csv", CSV))["upload_id"]
        self.assertProblem(self.client.upload(("b.png", NO_CSV), upload_id=upload), 422, "b.png")
        self.assertEqual(len(self.client.get(f"/api/uploads/{upload}").json()["files"]), 1)

    def test_what_is_refused_leaves_nothing_behind(self):
        self.client.get("/api/session")
        before = self.service.stored_files()
        for name, content in (("a.png", NO_CSV), ("empty.csv", b""),
                              sample("errors/excel_workbook.csv"), sample("errors/zip_archive.csv")):
            self.assertProblem(self.client.upload((name, content)), 422, name)
        session = self.used()
        self.assertEqual((session["uploads"], session["storage_used_mb"]), ([], 0))
        self.assertEqual(self.service.stored_files(), before)

    def test_a_file_above_the_limit_is_413_and_the_limit_is_named(self):
        answer = self.client.upload(("big.csv", CSV + b"x,y,z\n" * (3 * MIB // 6)))
        self.assertProblem(answer, 413, "at most 2 MB")
        self.assertEqual(self.used()["uploads"], [])
        # Announced above all that a session may hold: refused before it is sent.
        answer = self.client.ask("POST", "/api/upload", b"", {
            "Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(20 * MIB)})
        self.assertProblem(answer, 413)

    def test_the_limits_of_a_session_are_shown_and_kept(self):
        shown = self.used()
        self.assertEqual(shown["limits"]["max_files"], 6)
        self.assertEqual(shown["limits"]["max_file_size_mb"], 2)
        self.assertEqual(shown["storage_limit_mb"], 5)
        for _ in range(3):
            self.client.uploaded(("a.csv", CSV), ("b.csv", CSV))
        self.assertProblem(self.client.upload(("c.csv", CSV)), 413, "at most 6 files")
        # Another session has its own.
        other = Client(self.service)
        large = CSV + b"x,y,z\n" * (1800 * 1024 // 6)
        other.uploaded(("a.csv", large))
        other.uploaded(("b.csv", large))
        self.assertProblem(other.upload(("c.csv", large)), 413, "5 MB")
        self.assertEqual(len(other.get("/api/session").json()["uploads"]), 2)

    def send_half(self, request_lines, body):
        """Sends a request whose body is cut off by a reset connection."""
        head = "\r\n".join([*request_lines, f"Host: x", f"Cookie: {self.client.cookie}", "", ""])
        connection = socket.create_connection(self.service.address)
        connection.sendall(head.encode() + body)
        return connection

    def test_a_cut_upload_leaves_nothing_behind(self):
        self.client.get("/api/session")
        before = self.service.stored_files()
        content_type, body = multipart(("a.csv", CSV), ("b.csv", leads(5000)))
        connection = self.send_half(["POST /api/upload HTTP/1.1", f"Content-Type: {content_type}",
                                     f"Content-Length: {len(body)}"], body[:len(body) - 1000])
        # The first file is in when the second is being received.
        wait_until(lambda: any(file["status"] == "complete" for upload in self.used()["uploads"]
                               for file in upload["files"]), "the first file")
        connection.close()
        wait_until(lambda: not self.used()["uploads"], "the upload to be gone")
        self.assertEqual(self.used()["storage_used_mb"], 0)
        wait_until(lambda: self.service.stored_files() == before, "the files to be gone")

    def test_a_form_that_ends_before_its_last_boundary_is_400(self):
        content_type, body = multipart(("a.csv", CSV))
        answer = self.client.ask("POST", "/api/upload", body[:-30], {"Content-Type": content_type})
        self.assertProblem(answer, 400)
        self.assertEqual(self.used()["uploads"], [])

    def test_hostile_names_come_back_inert_and_are_no_paths(self):
        for name in HOSTILE_NAMES:
            with self.subTest(name=name):
                client = Client(self.service)
                content_type, body = multipart(("@NAME@", CSV))
                quoted = name.replace("\\", "\\\\").replace('"', '\\"').encode()
                body = body.replace(b"@NAME@", quoted)
                answer = client.ask("POST", "/api/upload", body, {"Content-Type": content_type})
                self.assertIn(answer.status, (200, 400, 422), answer)
                self.check_shown(client, answer)
                created = client.tus(
                    "POST", "/api/tus", Upload_Length=len(CSV),
                    Upload_Metadata="filename " + base64.b64encode(name.encode()).decode())
                self.assertEqual(created.status, 201, created)
                self.assertEqual(client.tus_patch(created.headers["Location"], 0, CSV).status, 204)
                self.check_shown(client, answer)
        for path in self.service.data.rglob("*"):
            relative = path.relative_to(self.service.data).as_posix()
            self.assertRegex(relative, r"^(files(/[a-z0-9_.-]+){0,2}|csv-merger\.db(-wal|-shm)?)$")
        self.assertFalse([path.name for path in self.service.data.parent.iterdir()
                          if path.name != "data"])

    def check_shown(self, client, answer):
        for upload in client.get("/api/session").json()["uploads"]:
            for file in upload["files"]:
                shown = file["filename"]
                self.assertTrue(shown)
                self.assertLessEqual(len(shown.encode()), 255)
                self.assertNotIn("/", shown)
                self.assertFalse([c for c in FORBIDDEN if c in shown], repr(shown))

    def test_plain_names_come_back_as_they_were(self):
        for name in ("leads.csv", "na\u00efve \u65e5\u672c.csv", "a 'b' (1).csv", "x" * 251 + ".csv",
                     "<b>.csv"):
            client = Client(self.service)
            self.assertEqual(client.uploaded((name, CSV))["files"][0]["filename"], name)


class Tus(ServiceTest):
    settings = {"MAX_FILE_SIZE_MB": 2}

    def test_a_file_comes_in_pieces_and_is_then_like_any_other(self):
        content = leads(2000)
        location = self.client.tus_create("a.csv", len(content))
        self.assertEqual(self.client.tus_offset(location), 0)
        for begin in range(0, len(content), 50_000):
            answer = self.client.tus_patch(location, begin, content[begin:begin + 50_000])
            self.assertEqual(answer.status, 204, answer)
            self.assertEqual(int(answer.headers["Upload-Offset"]),
                             min(begin + 50_000, len(content)))
        head = self.client.tus("HEAD", location)
        self.assertEqual(head.headers["Upload-Offset"], head.headers["Upload-Length"])
        self.assertEqual(head.headers["Cache-Control"], "no-store")
        job = self.client.process(head.headers["Upload-Id"])
        self.client.wait_for_state(job, "completed")
        plain = self.client.merged(("a.csv", content))
        self.assertEqual(self.client.download(job), self.client.download(plain))

    def test_a_cut_connection_keeps_what_came_and_the_sender_goes_on(self):
        content = leads(20_000)
        location = self.client.tus_create("a.csv", len(content))
        half = len(content) // 2
        connection = self.begin_patch(location, 0, len(content), content[:half])
        connection.close()
        # Not by HEAD: that would end the cut request before its bytes were read.
        wait_until(lambda: self.offset_shown(), "bytes to be kept")
        offset = self.client.tus_offset(location)
        self.assertEqual(offset, half)
        self.assertEqual(self.client.tus_patch(location, offset, content[offset:]).status, 204)
        upload = self.client.tus("HEAD", location).headers["Upload-Id"]
        job = self.client.process(upload)
        self.client.wait_for_state(job, "completed")
        plain = self.client.merged(("a.csv", content))
        self.assertEqual(self.client.download(job), self.client.download(plain))

    def offset_shown(self):
        return self.client.get("/api/session").json()["uploads"][0]["files"][0]["offset"]

    def begin_patch(self, location, offset, length, data):
        connection = socket.create_connection(self.service.address)
        connection.sendall(
            f"PATCH {location} HTTP/1.1\r\nHost: x\r\nCookie: {self.client.cookie}\r\n"
            f"Tus-Resumable: 1.0.0\r\nContent-Type: application/offset+octet-stream\r\n"
            f"Upload-Offset: {offset}\r\nContent-Length: {length}\r\n\r\n".encode() + data)
        return connection

    def test_a_sender_that_comes_again_takes_over_from_its_half_open_connection(self):
        content = leads(20_000)
        location = self.client.tus_create("a.csv", len(content))
        half_open = self.begin_patch(location, 0, len(content), content[:len(content) // 2])
        self.addCleanup(half_open.close)
        # The half-open request stays; HEAD asks for what came and ends its right to write.
        session = self.client.get("/api/session").json()["session_id"]
        folder = self.service.data / "files" / session
        wait_until(lambda: any(path.stat().st_size for path in folder.glob("*")), "bytes on disk")
        offset = self.client.tus_offset(location)
        self.assertGreater(offset, 0)
        self.assertEqual(self.client.tus_patch(location, offset, content[offset:]).status, 204)
        try:
            half_open.sendall(b"x" * 600_000)  # too late
            half_open.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        head = self.client.tus("HEAD", location)
        self.assertEqual(head.headers["Upload-Offset"], str(len(content)))
        job = self.client.process(head.headers["Upload-Id"])
        self.client.wait_for_state(job, "completed")
        plain = self.client.merged(("a.csv", content))
        self.assertEqual(self.client.download(job), self.client.download(plain))

    def test_mistakes_of_a_sender_have_the_status_that_the_protocol_says(self):
        location = self.client.tus_create("a.csv", len(CSV))
        self.assertProblem(self.client.tus_patch(location, 5, CSV[5:]), 409)
        self.assertProblem(self.client.tus_patch(location, 0, CSV + b"more"), 413)
        self.assertEqual(self.client.tus_offset(location), 0)
        self.assertProblem(self.client.tus("PATCH", location, CSV, Upload_Offset=0,
                                           Content_Type="text/csv"), 415)
        self.assertProblem(self.client.tus("PATCH", location, CSV, Upload_Offset="x",
                                           Content_Type="application/offset+octet-stream"), 400)
        for method, path in (("POST", "/api/tus"), ("HEAD", location), ("PATCH", location),
                             ("DELETE", location)):
            answer = self.client.ask(method, path, headers={"Tus-Resumable": "0.2.2"})
            self.assertEqual(answer.status, 412)
            self.assertEqual(answer.headers["Tus-Version"], "1.0.0")
        self.assertProblem(self.client.tus("POST", "/api/tus"), 400)
        self.assertProblem(self.client.tus("POST", "/api/tus", Upload_Length=3 * MIB), 413,
                           "MAX_FILE_SIZE_MB")
        options = self.client.ask("OPTIONS", "/api/tus")
        self.assertEqual(options.status, 204)
        self.assertEqual(options.headers["Tus-Extension"], "creation,termination")
        self.assertEqual(options.headers["Tus-Max-Size"], str(2 * MIB))

    def test_a_file_can_be_given_up(self):
        location = self.client.tus_create("a.csv", len(CSV))
        self.assertEqual(self.client.tus_patch(location, 0, CSV[:10]).status, 204)
        self.assertEqual(self.client.tus("DELETE", location).status, 204)
        self.assertEqual(self.client.tus("HEAD", location).status, 404)
        session = self.client.get("/api/session").json()
        self.assertEqual(session["storage_used_mb"], 0)
        self.assertFalse([path for path in self.service.stored_files()
                          if path.startswith(session["session_id"])])

    def test_what_is_no_csv_is_refused_with_its_last_piece(self):
        location = self.client.tus_create("a.png", len(NO_CSV))
        self.assertProblem(self.client.tus_patch(location, 0, NO_CSV), 422, "a.png")
        self.assertEqual(self.client.tus("HEAD", location).status, 404)


if __name__ == "__main__":
    unittest.main()
