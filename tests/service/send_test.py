#!/usr/bin/env python3
"""Drives the real sender against the real receiver, both on loopback.

    send_test.py PROGRAM [unittest arguments]
"""
import csv
import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

PROGRAM = ""
MOST_UNRECORDED = 500  # answers of a sender without a rate that one write to the disk takes along


class Receiver:
    def __init__(self, *options):
        self.process = subprocess.Popen([PROGRAM, "receiver", *options], stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().split()[-1]

    def counts(self):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.url + "counts", timeout=60) as answer:
            return json.load(answer)

    def wait_for(self, requests):
        """Asks until so many requests have come."""
        while self.counts()["requests"] < requests:
            pass

    def port(self):
        return self.url.rstrip("/").rsplit(":", 1)[1]

    def stop(self):
        if self.process.returncode is None:
            self.process.terminate()
            self.process.communicate()


class Send(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.leads = self.folder / "leads.csv"

    def receiver(self, *options):
        receiver = Receiver(*options)
        self.addCleanup(receiver.stop)
        return receiver

    def write_leads(self, count):
        with self.leads.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["First Name", "Last Name", "Work Email", "Company Name", "Notes"])
            for number in range(count):
                writer.writerow([f"Ann {number}", "O'Hara", f"ann{number}@acme.example", "Acme, Inc",
                                 'says "hi"\nand more' if number % 7 == 0 else ""])

    def command(self, receiver, *options):
        return [PROGRAM, "send", str(self.leads), "--type", "people", "--to", receiver.url,
                "--allow-private", "--rate", "0", *options]

    def send(self, receiver, *options):
        return subprocess.run(self.command(receiver, *options), capture_output=True, text=True,
                              timeout=300, check=False)

    def receipt(self):
        with (self.folder / "leads_receipt.csv").open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def test_every_record_arrives_once_and_stands_in_the_receipt(self):
        self.write_leads(1000)
        recorded = self.folder / "got.jsonl"
        receiver = self.receiver("--record", str(recorded))
        run = self.send(receiver)
        self.assertEqual(run.returncode, 0, run.stderr)
        counts = receiver.counts()
        self.assertEqual((counts["requests"], counts["accepted_ids"]), (1000, 1000))
        rows = self.receipt()
        self.assertEqual({row["delivery_status"] for row in rows}, {"delivered"})
        self.assertEqual({row["http_status"] for row in rows}, {"200"})
        receiver.stop()
        got = {}
        for line in recorded.read_text("utf-8").splitlines():
            entry = json.loads(line)
            got[entry["id"]] = json.loads(entry["body"])
        for number, row in enumerate(rows):
            body = got[row["webhook_id"]]
            self.assertEqual(body["person"]["work_email"], f"ann{number}@acme.example")
            self.assertEqual(body["company"]["company_name"], "Acme, Inc")
            self.assertEqual(body["additional_fields"].get("Notes", ""), row["Notes"])

    def test_a_file_that_was_sent_is_not_sent_again(self):
        self.write_leads(100)
        receiver = self.receiver()
        self.assertEqual(self.send(receiver).returncode, 0)
        self.assertEqual(self.send(receiver).returncode, 0)
        self.assertEqual(receiver.counts()["requests"], 100)

    def test_a_killed_run_is_gone_on_with(self):
        self.write_leads(3000)
        receiver = self.receiver("--delay", "0.002")
        kills = 5
        for kill in range(1, kills + 1):
            sender = subprocess.Popen(self.command(receiver), stderr=subprocess.DEVNULL)
            receiver.wait_for(kill * 400)
            sender.send_signal(signal.SIGKILL)
            sender.wait()
        run = self.send(receiver)
        self.assertEqual(run.returncode, 0, run.stderr)
        counts = receiver.counts()
        self.assertEqual(counts["accepted_ids"], 3000)
        self.assertEqual(counts["ids"], 3000)
        self.assertEqual(counts["changed"], 0)
        # What was answered but not yet on disk counts as in flight.
        self.assertLessEqual(counts["surplus"], kills * MOST_UNRECORDED)
        self.assertEqual({row["delivery_status"] for row in self.receipt()}, {"delivered"})

    def test_a_stopped_run_ends_in_order_and_repeats_nothing(self):
        self.write_leads(3000)
        receiver = self.receiver("--delay", "0.002")
        sender = subprocess.Popen(self.command(receiver), stderr=subprocess.PIPE, text=True)
        receiver.wait_for(500)
        sender.send_signal(signal.SIGTERM)
        _, words = sender.communicate()
        self.assertEqual(sender.returncode, 1, words)
        self.assertIn("The same command goes on from here.", words)
        self.assertIn("pending", {row["delivery_status"] for row in self.receipt()})
        self.assertEqual(self.send(receiver).returncode, 0)
        counts = receiver.counts()
        self.assertEqual((counts["requests"], counts["surplus"]), (3000, 0))

    def test_what_was_not_delivered_fails_the_run_and_can_be_sent_again(self):
        self.write_leads(200)
        receiver = self.receiver("--plan", "ok=90,422=10")
        run = self.send(receiver)
        self.assertEqual(run.returncode, 1)
        self.assertIn("rejected by the receiver", run.stderr)
        rejected = [row for row in self.receipt() if row["delivery_status"] == "rejected"]
        self.assertEqual(len(rejected), receiver.counts()["answered_other"])
        self.assertEqual({row["http_status"] for row in rejected}, {"422"})
        port = receiver.port()
        receiver.stop()
        again = self.receiver("--port", port)
        run = self.send(again, "--retry")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(again.counts()["requests"], len(rejected))

    def test_the_first_records_can_be_looked_at_before_the_others_go(self):
        self.write_leads(100)
        receiver = self.receiver()
        self.assertEqual(self.send(receiver, "--first", "5").returncode, 1)
        self.assertEqual(receiver.counts()["requests"], 5)
        self.assertEqual(self.send(receiver).returncode, 0)
        self.assertEqual(receiver.counts()["requests"], 100)

    def test_a_recipe_says_how_where_the_options_do_not(self):
        self.write_leads(100)
        recipe = self.folder / "recipe.json"
        recipe.write_text(json.dumps({"table_type": "people", "destination": {
            "host": "hooks.example", "rate": 50, "webhook_canary": 5, "webhook_retries": 0}}))
        receiver = self.receiver()
        self.assertEqual(self.send(receiver, "--recipe", recipe).returncode, 1)
        self.assertEqual(receiver.counts()["requests"], 5)
        self.assertEqual(self.send(receiver, "--recipe", recipe, "--first", "0").returncode, 0)
        self.assertEqual(receiver.counts()["requests"], 100)

    def test_a_changed_file_needs_a_new_ledger(self):
        self.write_leads(10)
        receiver = self.receiver()
        self.assertEqual(self.send(receiver).returncode, 0)
        self.write_leads(11)
        run = self.send(receiver)
        self.assertEqual(run.returncode, 1)
        self.assertIn("belongs to another content of the file", run.stderr)

    def test_a_private_address_is_refused_before_anything_is_sent(self):
        self.write_leads(10)
        receiver = self.receiver()
        command = [word for word in self.command(receiver) if word != "--allow-private"]
        run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(run.returncode, 1)
        self.assertIn("loopback", run.stderr)
        self.assertEqual(receiver.counts()["requests"], 0)
        self.assertEqual(os.listdir(self.folder), ["leads.csv"])

    def test_a_quota_rolls_over_to_the_next_url(self):
        self.write_leads(100)
        first, second = self.receiver(), self.receiver()
        run = self.send(first, "--to", second.url, "--quota", "60")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual((first.counts()["requests"], second.counts()["requests"]), (60, 40))


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
