"""Results to webhooks: the service against the real receiver, whose counts are the truth."""
import csv
import io
import json
import signal
import socket
import threading
import unittest

from service import Client, Receiver, ServiceTest, Sockets, sample, wait_until

PEOPLE = "people/apollo_contacts.csv"
MOST_UNRECORDED = 600  # answers of a sender without a rate that one write to the disk takes along


def people(count):
    rows = ["First Name,Last Name,Work Email,Company Name,Notes"]
    rows += [f"Ann,Bee{n},ann{n}@firm{n}.example,Firm {n},note {n}" for n in range(count)]
    return "people.csv", ("\n".join(rows) + "\n").encode()


class Delivery(ServiceTest):
    settings = {"WEBHOOK_ALLOW_PRIVATE": "true"}

    def receiver(self, *options):
        receiver = Receiver(*options)
        self.addCleanup(receiver.stop)
        return receiver

    def begin(self, url, records=100, **wishes):
        """A job that sends so many records, without a limit unless one is wished."""
        upload = self.client.uploaded(people(records))["upload_id"]
        wishes = {"webhook_rate_limit": 0, "match": "none", **wishes}
        return self.client.process(upload, mode="webhook", webhook_url=url, **wishes)

    def ended(self, job):
        return self.client.wait_for_state(job, "completed", "failed", "cancelled")

    def counts(self, job):
        return self.client.get(f"/api/jobs/{job}/deliveries?limit=1").json()["counts"]

    def wait_for_progress(self, job, holds, what):
        return wait_until(lambda: (lambda now: now if holds(now["progress"], now) else None)(
            self.client.status(job)), what)

    def post(self, job, word, body=None):
        answer = self.client.post(f"/api/jobs/{job}/{word}", body or {})
        self.assertEqual(answer.status, 202 if word in ("deliver", "retry") else 200, answer)
        return answer.json()


class Outcomes(Delivery):
    def test_every_record_arrives_once_and_the_counts_are_the_receivers(self):
        receiver = self.receiver()
        job = self.begin(receiver.url, 500)
        status = self.ended(job)
        self.assertEqual(status["status"], "completed", status)
        progress = status["progress"]
        self.assertEqual(progress["stage"], "sending")
        self.assertEqual((progress["percentage"], progress["eta_seconds"]), (100, 0))
        self.assertEqual((progress["total_records"], progress["processed"],
                          progress["successful_webhooks"]), (500, 500, 500))
        self.assertEqual(progress["deliveries"], {
            "delivered": 500, "rejected": 0, "failed": 0, "maybe": 0, "skipped": 0, "pending": 0})
        self.assertEqual(self.counts(job), progress["deliveries"])
        counts = receiver.counts()
        self.assertEqual((counts["requests"], counts["accepted_ids"]), (500, 500))

        seen, after = [], 0
        while after is not None:
            page = self.client.get(f"/api/jobs/{job}/deliveries?limit=150&after={after}").json()
            seen += [row["record"] for row in page["deliveries"]]
            after = page["next"]
        self.assertEqual(seen, list(range(1, 501)))

    def test_a_result_that_was_made_for_download_can_be_sent_and_sent_again(self):
        receiver = self.receiver()
        job = self.client.merged(sample(PEOPLE))
        records = len(list(csv.DictReader(io.StringIO(self.client.download(job).decode()))))
        rows_read = self.client.status(job)["progress"]["total_records"]
        for times in (1, 2):
            answer = self.post(job, "deliver",
                               {"webhook_url": receiver.url, "webhook_rate_limit": 0})
            self.assertEqual(answer["delivery"]["records"], records)
            status = self.ended(job)
            self.assertEqual(status["status"], "completed", status)
            self.assertEqual(status["progress"]["rows_read"], rows_read)
            counts = receiver.counts()
            # Another delivery has other ids: a receiver must not take it for a repeat.
            self.assertEqual((counts["requests"], counts["ids"]), (records * times,) * 2)

    def test_what_failed_is_grouped_listed_downloaded_and_sent_again(self):
        receiver = self.receiver("--plan", "ok=60,422=20,500=20")
        job = self.begin(receiver.url, 300, webhook_retries=0)
        status = self.ended(job)
        self.assertEqual(status["status"], "completed", status)
        counts, received = self.counts(job), receiver.counts()
        self.assertEqual(counts["delivered"], received["answered_2xx"])
        self.assertEqual(counts["rejected"] + counts["failed"], received["answered_other"])
        self.assertEqual(sum(counts.values()), 300)
        failed = status["progress"]["failed_webhooks"]
        self.assertEqual(failed, counts["rejected"] + counts["failed"])
        self.assertIn(status["progress"]["last_failure"]["http_status"], (422, 500))

        groups = self.client.get(f"/api/jobs/{job}/failures").json()["failures"]
        self.assertEqual({(group["state"], group["http_status"], group["count"])
                          for group in groups},
                         {("rejected", 422, counts["rejected"]), ("failed", 500, counts["failed"])})
        rejected = self.client.get(f"/api/jobs/{job}/deliveries?state=rejected&limit=200").json()
        self.assertEqual(len(rejected["deliveries"]), counts["rejected"])
        one = rejected["deliveries"][-1]
        path = f"/api/jobs/{job}/deliveries/{one['record']}"
        shown = self.client.get(path).json()
        self.assertEqual({name: shown[name] for name in one}, one)
        # Where the merge kept its row, in the table.
        table = list(csv.DictReader(io.StringIO(self.client.download(job).decode())))
        self.assertEqual(shown["payload"]["person"]["work_email"],
                         table[one["record"] - 1]["Work Email"])
        self.assertGreater(shown["payload_bytes"], 20)
        for record in ("0", "301", "x", "-1"):
            self.assertProblem(self.client.get(f"/api/jobs/{job}/deliveries/{record}"), 404)

        rows = list(csv.DictReader(io.StringIO(self.client.download(job, "failed").decode())))
        self.assertEqual(len(rows), failed)
        self.assertEqual({row["delivery_status"] for row in rows}, {"rejected", "failed"})
        receipt = list(csv.DictReader(io.StringIO(self.client.download(job, "receipt").decode())))
        self.assertEqual(len(receipt), 300)
        self.assertEqual(sum(row["delivery_status"] == "delivered" for row in receipt),
                         counts["delivered"])

        port = receiver.port()
        receiver.stop()
        again = self.receiver("--port", port)
        some = [row["record"] for row in rejected["deliveries"][:3]]
        self.assertEqual(self.post(job, "retry", {"records": some})["queued"], 3)
        self.ended(job)
        self.assertEqual(again.counts()["requests"], 3)
        kind = {"state": "rejected", "http_status": 422}
        self.assertEqual(self.post(job, "retry", kind)["queued"], counts["rejected"] - 3)
        self.ended(job)
        self.assertEqual(again.counts()["requests"], counts["rejected"])
        self.assertEqual(self.post(job, "retry")["queued"], counts["failed"])
        self.assertEqual(self.ended(job)["progress"]["successful_webhooks"], 300)
        self.assertEqual(again.counts()["requests"], failed)
        self.assertProblem(self.client.post(f"/api/jobs/{job}/retry", {}), 409)
        self.assertProblem(self.client.post(f"/api/jobs/{job}/retry", {"records": []}), 409)

    def test_every_fault_of_a_receiver_ends_in_an_outcome_and_nothing_is_lost(self):
        receiver = self.receiver("--plan", "ok=79,500=5,429=1,reset=5,cut=5,lost=5", "--seed", "7")
        job = self.begin(receiver.url, 200, webhook_backoff=[0.01], webhook_retries=30)
        status = self.ended(job)
        self.assertEqual(status["progress"]["successful_webhooks"], 200, status)
        counts = receiver.counts()
        self.assertEqual((counts["accepted_ids"], counts["ids"], counts["changed"]), (200, 200, 0))
        # Taken twice is only what was taken without an answer.
        self.assertLessEqual(counts["surplus"], counts["unanswered"])

    def test_the_first_records_are_sent_and_the_others_wait_for_a_go_on(self):
        receiver = self.receiver()
        job = self.begin(receiver.url, 30, webhook_canary=5)
        status = self.client.wait_for_state(job, "paused")
        self.wait_for_progress(job, lambda progress, _: progress["waits_for_go_on"], "the question")
        self.assertEqual(receiver.counts()["requests"], 5)
        self.service.restart()
        status = self.client.status(job)
        self.assertEqual((status["status"], status["progress"]["waits_for_go_on"]), ("paused", True))
        self.assertIn("first 5 records", status["progress"]["held_by"])
        self.assertEqual(receiver.counts()["requests"], 5)
        self.post(job, "resume")
        self.assertEqual(self.ended(job)["status"], "completed")
        counts = receiver.counts()
        self.assertEqual((counts["requests"], counts["ids"]), (30, 30))

    def test_a_job_stops_when_too_many_fail_or_the_url_is_gone(self):
        for plan in ("422=80,ok=20", "400=100", "404=100"):
            receiver = self.receiver("--plan", plan)
            job = self.begin(receiver.url, 2000, webhook_fail_above_percent=50,
                             webhook_rate_limit=2000)
            status = self.ended(job)
            self.assertEqual(status["status"], "failed", plan)
            self.assertIn("more than the 50 % allowed", status["error"], plan)
            self.assertLess(receiver.counts()["requests"], 2000, plan)
        gone = self.receiver("--plan", "410=100")
        job = self.begin(gone.url, 2000, webhook_rate_limit=2000)
        status = self.ended(job)
        self.assertEqual(status["status"], "failed")
        self.assertIn("410", status["error"])
        self.assertLess(gone.counts()["requests"], 2000)

    def test_a_quota_counts_over_jobs_rolls_over_and_is_forecast(self):
        first, second = self.receiver(), self.receiver()
        upload = self.client.uploaded(people(100))["upload_id"]
        wishes = {"upload_id": upload, "table_type": "people", "mode": "webhook", "match": "none",
                  "webhook_url": first.url, "webhook_rate_limit": 0, "webhook_quota": 60}
        answer = self.client.post("/api/process", wishes).json()
        self.assertEqual(answer["delivery"]["quota"], {"limit": 60, "left": 60, "not_sent": 40})
        self.assertEqual(self.ended(answer["job_id"])["progress"]["deliveries"]["skipped"], 40)
        self.assertEqual(first.counts()["requests"], 60)
        answer = self.client.post("/api/process", {
            **wishes, "webhook_quota": 80, "webhook_roll_over_urls": [second.url]}).json()
        self.assertEqual(answer["delivery"]["quota"], {"limit": 80, "left": 100, "not_sent": 0})
        self.assertEqual(self.ended(answer["job_id"])["progress"]["successful_webhooks"], 100)
        self.assertEqual((first.counts()["requests"], second.counts()["requests"]), (80, 80))

    def test_records_over_the_size_limit_or_the_record_limit_are_not_sent(self):
        receiver = self.receiver()
        status = self.ended(self.begin(receiver.url, 5, webhook_max_record_bytes=20))
        self.assertEqual(status["status"], "failed")
        self.assertIn("the receiver takes 20", status["error"])
        self.assertEqual(receiver.counts()["requests"], 0)
        status = self.ended(self.begin(receiver.url, 50, record_limit=7))
        self.assertEqual(status["progress"]["successful_webhooks"], 7)
        self.assertEqual(receiver.counts()["requests"], 7)

    def test_formulas_are_made_safe_in_the_table_and_sent_as_they_are(self):
        recorded = self.folder / "formulas.jsonl"
        receiver = self.receiver("--record", str(recorded))
        table = b"Full Name,Work Email,Notes\nAda Novak,ada@a.example,=1+1\n"
        upload = self.client.uploaded(("a.csv", table))["upload_id"]
        job = self.client.process(upload, mode="webhook", webhook_url=receiver.url, excel_safe=True)
        self.ended(job)
        self.assertIn(b"'=1+1", self.client.download(job))
        receiver.stop()
        body = json.loads(json.loads(recorded.read_text("utf-8").splitlines()[0])["body"])
        self.assertEqual(body["additional_fields"]["Notes"], "=1+1")


class Steering(Delivery):
    def test_a_new_rate_takes_effect_while_sending(self):
        receiver = self.receiver()
        job = self.begin(receiver.url, 300, webhook_rate_limit=0.5)
        self.wait_for_progress(job, lambda progress, _: progress["held_by"] == "the rate set: 0.5/s",
                               "the rate to be shown")
        answer = self.client.ask("PUT", f"/api/jobs/{job}/rate", json_body={"rate_limit": 0})
        self.assertEqual(answer.json(), {
            "status": "success", "new_rate_limit": 0, "previous_rate_limit": 0.5})
        self.assertEqual(self.ended(job)["progress"]["successful_webhooks"], 300)
        self.assertEqual(receiver.counts()["requests"], 300)

    def test_a_pause_holds_and_a_resume_goes_on(self):
        receiver, other = self.receiver(), self.receiver()
        job = self.begin(receiver.url, 200, webhook_rate_limit=50)
        receiver.wait_for(10)
        self.post(job, "pause")
        self.wait_for_progress(job, lambda progress, now: now["status"] == "paused" and
                               progress["held_by"] == "paused" and progress["in_flight"] == 0,
                               "the pause")
        before = receiver.counts()["requests"]
        # Meanwhile another job sends for a second.
        self.ended(self.begin(other.url, 50, webhook_rate_limit=50))
        self.assertEqual(receiver.counts()["requests"], before)
        self.assertLess(before, 200)
        self.post(job, "resume")
        self.assertEqual(self.ended(job)["status"], "completed")
        counts = receiver.counts()
        self.assertEqual((counts["requests"], counts["ids"]), (200, 200))

    def test_a_cancel_ends_it_and_what_was_sent_is_known(self):
        receiver = self.receiver()
        job = self.begin(receiver.url, 2000, webhook_rate_limit=50)
        receiver.wait_for(5)
        self.post(job, "cancel")
        self.assertEqual(self.ended(job)["status"], "cancelled")
        counts = self.counts(job)
        self.assertEqual(counts["delivered"], receiver.counts()["requests"])
        self.assertLess(counts["delivered"], 2000)
        self.assertProblem(self.client.post(f"/api/jobs/{job}/resume", {}), 409)
        receipt = self.client.download(job, "receipt").decode()
        self.assertEqual(receipt.count(",delivered,200,"), counts["delivered"])

    def test_two_jobs_to_one_url_share_its_rate(self):
        receiver = self.receiver()
        jobs = [self.begin(receiver.url, 1000, webhook_rate_limit=6) for _ in range(2)]
        for job in jobs:
            status = self.wait_for_progress(
                job, lambda progress, _: "to the same URL" in (progress["held_by"] or ""), "a share")
            self.assertEqual(status["progress"]["effective_rate_limit"], 3)
        self.post(jobs[0], "cancel")
        self.wait_for_progress(
            jobs[1], lambda progress, _: progress["effective_rate_limit"] == 6, "the whole rate")
        self.post(jobs[1], "cancel")
        for job in jobs:
            self.ended(job)

    def test_a_receiver_that_hangs_holds_up_no_merge_and_no_other_receiver(self):
        hanging, receiver = self.receiver("--plan", "hang=100"), self.receiver()
        stuck = self.begin(hanging.url, 100, webhook_timeout=300)
        hanging.wait_for(1)
        self.client.merged(sample(PEOPLE))
        self.assertEqual(self.ended(self.begin(receiver.url, 100))["status"], "completed")
        self.assertEqual(self.client.status(stuck)["status"], "sending")
        hanging.stop()  # the requests end
        self.post(stuck, "cancel")
        self.assertEqual(self.ended(stuck)["status"], "cancelled")

    def test_clients_hear_of_progress_and_of_failures_together(self):
        receiver = self.receiver("--plan", "ok=50,422=50")
        self.client.get("/api/session")
        sockets = Sockets(self.client)
        job = self.begin(receiver.url, 200, webhook_rate_limit=0)
        progress = sockets.next("job_progress")
        self.assertEqual(progress["job_id"], job)
        failed = 0
        events = 0
        while True:
            event = sockets.next("webhook_failed")
            events += 1
            failed += event["count"]
            self.assertEqual((event["job_id"], event["http_status"], event["state"]),
                             (job, 422, "rejected"))
            self.assertGreaterEqual(event["record"], 1)
            self.assertEqual(event["failed_webhooks"], failed)
            if self.client.status(job)["status"] == "completed" and \
                    failed == self.counts(job)["rejected"]:
                break
        self.assertLess(events, failed)


class Crashes(Delivery):
    def test_after_kill_9_it_goes_on_and_nothing_is_lost(self):
        receiver = self.receiver("--delay", "0.002")
        job = self.begin(receiver.url, 4000)
        kills = 4
        for kill in range(1, kills + 1):
            receiver.wait_for(kill * 500)
            self.service.restart(signal.SIGKILL)
        status = self.ended(job)
        self.assertEqual(status["status"], "completed", status)
        self.assertEqual(status["progress"]["successful_webhooks"], 4000)
        counts = receiver.counts()
        self.assertEqual((counts["accepted_ids"], counts["ids"], counts["changed"]), (4000, 4000, 0))
        self.assertLessEqual(counts["surplus"], kills * MOST_UNRECORDED)

    def test_how_fast_it_went_is_known_from_its_beginning_after_kill_9_too(self):
        job = self.begin(self.receiver().url, 400, webhook_rate_limit=20)
        points = lambda: self.client.get(f"/api/jobs/{job}/pace").json()["points"]
        before = wait_until(lambda: points() if len(points()) > 1 else None, "two points")
        self.service.restart(signal.SIGKILL)
        wait_until(lambda: len(points()) > len(before), "a point after the restart")
        self.client.ask("PUT", f"/api/jobs/{job}/rate", json_body={"rate_limit": 0})
        self.assertEqual(self.ended(job)["status"], "completed")
        self.assertEqual(points()[:len(before)], before)
        times = [point["at"] for point in points()]
        self.assertEqual(times, sorted(set(times)))
        self.assertTrue(any(point["rate"] > 0 for point in points()), points())
        self.assertProblem(Client(self.service).get(f"/api/jobs/{job}/pace"), 404)

    def test_a_stop_in_order_repeats_nothing(self):
        receiver = self.receiver("--delay", "0.002")
        job = self.begin(receiver.url, 3000)
        receiver.wait_for(500)
        self.service.restart()
        self.assertEqual(self.ended(job)["progress"]["successful_webhooks"], 3000)
        counts = receiver.counts()
        self.assertEqual((counts["requests"], counts["surplus"]), (3000, 0))

    def test_a_paused_job_stays_paused_over_a_crash(self):
        receiver = self.receiver()
        job = self.begin(receiver.url, 100, webhook_rate_limit=20)
        receiver.wait_for(3)
        self.post(job, "pause")
        self.wait_for_progress(job, lambda progress, _: progress["held_by"] == "paused" and
                               progress["in_flight"] == 0, "the pause")
        self.service.restart(signal.SIGKILL)
        self.assertEqual(self.client.status(job)["status"], "paused")
        answer = self.client.ask("PUT", f"/api/jobs/{job}/rate", json_body={"rate_limit": 0})
        self.assertEqual(answer.status, 200, answer)
        self.post(job, "resume")
        self.assertEqual(self.ended(job)["status"], "completed")
        self.assertEqual(receiver.counts()["accepted_ids"], 100)


class StrangeServer:
    """Answers every connection with what `answer` yields, until the other side goes."""

    def __init__(self, answer):
        self.answer = answer
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/hook"
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.recv(65536)
                    for piece in self.answer():
                        connection.sendall(piece)
                except OSError:
                    pass

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()


def huge_answer():
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n"
    for _ in range(1000):
        yield b"x" * 100_000


def endless_headers():
    yield b"HTTP/1.1 200 OK\r\n"
    while True:
        yield b"X-More: " + b"y" * 1000 + b"\r\n"


def redirect():
    yield (b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n"
           b"Connection: close\r\n\r\n")


class Trials(Delivery):
    def try_out(self, url, **more):
        answer = self.client.post("/api/webhook/test",
                                  {"webhook_url": url, "table_type": "people", **more})
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def strange(self, answer):
        server = StrangeServer(answer)
        self.addCleanup(server.stop)
        return server

    def test_the_first_record_is_sent_and_what_came_of_it_is_told(self):
        receiver = self.receiver()
        upload = self.client.uploaded(people(3))["upload_id"]
        told = self.try_out(receiver.url, upload_id=upload)
        self.assertEqual((told["status"], told["delivered"], told["http_status"], told["source"]),
                         ("success", True, 200, "upload"))
        self.assertEqual(told["payload"]["person"]["work_email"], "ann0@firm0.example")
        self.assertEqual(told["payload_bytes"], len(json.dumps(told["payload"], separators=(",", ":"))))
        self.assertGreater(told["ms"], 0)
        job = self.client.merged(people(3))
        told = self.try_out(receiver.url, job_id=job, webhook_secret="secret")
        self.assertEqual((told["source"], told["signed"]), ("job", True))
        self.assertEqual(told["payload"]["company"]["company_name"], "Firm 0")
        self.assertEqual(self.try_out(receiver.url)["source"], "example")
        self.assertEqual(receiver.counts()["requests"], 3)
        told = self.try_out(receiver.url, webhook_max_record_bytes=10)
        self.assertEqual((told["delivered"], told["too_large"]), (False, True))
        self.assertEqual(receiver.counts()["requests"], 3)

    def test_a_refusal_is_told_with_the_answer(self):
        told = self.try_out(self.receiver("--plan", "422=100").url)
        self.assertEqual((told["status"], told["http_status"]), ("failed", 422))
        self.assertIn("refused", told["detail"])

    def test_every_bad_destination_has_a_clear_sentence(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            closed = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        for url, words in ((closed, "connect"), ("http://no-such-name.invalid/x", "does not exist"),
                           ("ftp://files.example/x", "http"), ("nonsense", ""),
                           (self.strange(endless_headers).url, "header"),
                           (self.strange(redirect).url, "redirects are not followed"),
                           (self.receiver("--plan", "cut=100").url, "no answer")):
            told = self.try_out(url)
            self.assertEqual((told["status"], told["delivered"]), ("failed", False), told)
            self.assertIn(words, told["detail"], url)
        told = self.try_out(self.strange(huge_answer).url)
        self.assertLess(len(json.dumps(told)), 5000)

    def test_members_that_are_wrong_are_named(self):
        answer = self.client.post("/api/webhook/test", {"table_type": "people"})
        self.assertProblem(answer, 422, "webhook_url")
        answer = self.client.post("/api/webhook/test", {
            "webhook_url": "https://a.example/", "table_type": "people",
            "webhook_headers": {"Host": "b.example"}, "webhook_secret": "whsec_%"})
        self.assertProblem(answer, 422, "webhook_headers.Host", "webhook_secret")

    def test_a_job_to_a_dead_receiver_says_why(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            closed = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        status = self.ended(self.begin(closed, 3, webhook_retries=0))
        self.assertEqual(status["status"], "failed")
        self.assertIn("none of the 3 records arrived", status["error"])
        self.assertIn("connect", status["error"])
        status = self.ended(self.begin(self.strange(endless_headers).url, 2, webhook_retries=0))
        self.assertEqual(status["progress"]["failed_webhooks"], 2)
        self.assertIn("header", status["progress"]["last_failure"]["reason"])


class PublicOnly(Delivery):
    settings = {}

    def test_private_addresses_are_refused_when_a_job_is_begun_and_when_it_is_tried(self):
        receiver = self.receiver()
        upload = self.client.uploaded(people(2))["upload_id"]
        done = self.client.merged(people(2))
        for url, word in ((receiver.url, "loopback"), ("http://10.1.2.3/", "10.1.2.3"),
                          ("http://169.254.169.254/latest", "169.254.169.254"),
                          ("http://[::1]/", "::1"), ("http://localhost/", "localhost"),
                          ("https://no-such-name.invalid/", "no-such-name.invalid"),
                          ("gopher://a.example/", "http"), ("http://2130706433/", "")):
            wishes = {"webhook_url": url}
            answer = self.client.post("/api/process", {
                "upload_id": upload, "table_type": "people", "mode": "webhook", **wishes})
            problem = self.assertProblem(answer, 422)
            self.assertEqual(problem["errors"][0]["field"], "webhook_url")
            self.assertIn(word, problem["errors"][0]["detail"])
            answer = self.client.post(f"/api/jobs/{done}/deliver", wishes)
            self.assertProblem(answer, 422, "webhook_url")
            told = self.client.post("/api/webhook/test", {**wishes, "table_type": "people"}).json()
            self.assertEqual(told["status"], "failed")
            self.assertIn(word, told["detail"])
        self.assertEqual(receiver.counts()["requests"], 0)

    def test_presets_are_listed_and_taken_by_the_host(self):
        listed = self.client.get("/api/destinations").json()
        self.assertEqual(listed["rates"], [1, 5, 10, 30, 60, 0])
        clay = [one for one in listed["destinations"] if one["name"] == "clay"][0]
        self.assertEqual((clay["rate_limit"], clay["burst"], clay["quota"]), (10, 20, 50000))


class Secrets(Delivery):
    def test_stand_in_no_answer_and_no_log(self):
        receiver = self.receiver("--plan", "ok=50,500=50")
        url = receiver.url + "hooks/private-path-9f3b?key=private-query"
        hidden = {"webhook_headers": {"Authorization": "Bearer private-header"},
                  "webhook_secret": "private-secret"}
        job = self.begin(url, 50, webhook_retries=0, **hidden)
        self.ended(job)
        answers = [self.client.get(path) for path in (
            "/api/jobs", f"/api/jobs/{job}/status", f"/api/jobs/{job}/deliveries",
            f"/api/jobs/{job}/deliveries/1",
            f"/api/jobs/{job}/failures", f"/api/jobs/{job}/recipe", "/api/session", "/metrics")]
        answers.append(self.client.post("/api/webhook/test", {
            "webhook_url": url, "table_type": "people", **hidden}))
        answers.append(self.client.post(f"/api/jobs/{job}/deliver", {
            "webhook_url": url, "webhook_retries": 0, **hidden}))
        for answer in answers:
            self.assertLess(answer.status, 300, answer)
            self.assertNotIn(b"private", answer.body)
        destination = self.client.get(f"/api/jobs/{job}/recipe").json()["recipe"]["destination"]
        self.assertEqual((destination["headers"], destination["signed"], destination["webhook_retries"]),
                         (["Authorization"], True, 0))
        shown = self.client.status(job)["webhook"]
        self.assertEqual((shown["host"], shown["headers"], shown["signed"]),
                         ("127.0.0.1", ["Authorization"], True))
        self.ended(job)
        stranger = Client(self.service)
        stranger.get("/api/session")
        for method, path in (("GET", "deliveries"), ("GET", "deliveries/1"), ("GET", "failures"), ("POST", "retry"),
                             ("POST", "deliver")):
            body = {"webhook_url": url} if path == "deliver" else {}
            answer = stranger.ask(method, f"/api/jobs/{job}/{path}",
                                  json_body=body if method == "POST" else None)
            self.assertProblem(answer, 404)
        self.service.restart()
        self.assertNotIn("private", self.service.text_of_log())


if __name__ == "__main__":
    unittest.main()
