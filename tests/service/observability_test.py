"""The figures are true, and the dashboard and the alerts speak of figures and labels that there are."""
import json
import re
import signal
import unittest
from pathlib import Path

from cluster import Redis, Web, Worker
from delivery_test import people
from service import Client, Receiver, ServiceTest, leads, sample, wait_until

DOCS = Path(__file__).resolve().parents[2] / "docs"
# What expressions consist of besides figures and labels.
WORDS = {"and", "or", "offset", "sum", "min", "max", "count", "topk", "rate", "increase", "resets",
         "histogram_quantile"}
FROM_PROMETHEUS = {"up"}
LABELS_FROM_PROMETHEUS = {"instance", "job"}


def figures(client):
    """name -> [(labels, value)] of GET /metrics."""
    found = {}
    for name, labels, value in re.findall(r"^(\w+)(?:\{(.*)\})? (\S+)$",
                                          client.get("/metrics").body.decode(), re.M):
        found.setdefault(name, []).append((dict(re.findall(r'(\w+)="([^"]*)"', labels)),
                                           float(value)))
    return found


def figure(client, name, **labels):
    return next(value for have, value in figures(client)[name] if have == labels)


def matchers(expression):
    """(name, [(label, operator, value)]) of every figure with labels."""
    return [(name, re.findall(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"', inside))
            for name, inside in re.findall(r"([\w:]+)\{([^}]*)\}", expression)]


def grouped_by(expression):
    return {label.strip() for inside in re.findall(r"\bby\s*\(([^)]*)\)", expression)
            for label in inside.split(",")}


def names_in(expression):
    """Of figures and of rules that record some."""
    bare = re.sub(r"\{[^}]*\}", "", expression)
    bare = re.sub(r"\[[^\]]*\]", "", bare)
    bare = re.sub(r"\bby\s*\([^)]*\)", "", bare)
    bare = re.sub(r"\boffset\s+\w+", "", bare)
    return set(re.findall(r"(?<![\w.])[a-zA-Z_][\w:]*", bare)) - WORDS


def rules():
    """Of prometheus-rules.yml: a dictionary each, its keys and values as they stand."""
    found = []
    text = (DOCS / "prometheus-rules.yml").read_text()
    for block in re.split(r"^      - ", text, flags=re.M)[1:]:
        folded = re.sub(r": >-\n((?: {10,}.*\n)+)", lambda match: ": " + " ".join(
            line.strip() for line in match[1].splitlines()) + "\n", block)
        found.append(dict(re.findall(r"^\s*(\w+): ?(.*)$", folded, re.M)))
    return found


def dashboard():
    return json.loads((DOCS / "grafana-dashboard.json").read_text())["panels"]


class FiguresTest(ServiceTest):
    settings = {"WEBHOOK_ALLOW_PRIVATE": "true"}

    def send(self, records, *plan, **wishes):
        receiver = Receiver(*plan)
        self.addCleanup(receiver.stop)
        upload = self.client.uploaded(people(records))["upload_id"]
        return self.client.process(upload, mode="webhook", webhook_url=receiver.url, match="none",
                                   webhook_rate_limit=0, webhook_retries=0, **wishes)


class Observability(FiguresTest):
    def test_every_figure_of_the_dashboard_and_the_alerts_exists(self):
        self.client.merged(sample("people/apollo_contacts.csv"))
        self.client.wait_for_state(self.send(20), "completed")
        have = figures(self.client)
        labels = {name: {label for one, _ in series for label in one}
                  for name, series in have.items()}
        recorded = {rule["record"] for rule in rules() if "record" in rule}
        shown = [(target["expr"], target["legendFormat"])
                 for panel in dashboard() for target in panel["targets"]]
        self.assertGreater(len(shown), 20)
        self.assertGreater(len(rules()), 12)
        used = set()
        for expression, legend in shown + [(rule["expr"], "") for rule in rules()]:
            names = names_in(expression)
            self.assertTrue(names, expression)
            self.assertLessEqual(names, set(have) | recorded | FROM_PROMETHEUS, expression)
            used |= names
            known = LABELS_FROM_PROMETHEUS.union(*(labels.get(name, ()) for name in names))
            self.assertLessEqual(grouped_by(expression), known, expression)
            self.assertLessEqual(set(re.findall(r"\{\{(\w+)\}\}", legend)), known, expression)
            for name, wanted in matchers(expression):
                for label, operator, value in wanted:
                    self.assertIn(label, labels.get(name, set()) | LABELS_FROM_PROMETHEUS, expression)
                    if label in ("state", "outcome"):  # all of these are there from the start
                        values = {one[label] for one, _ in have[name]}
                        alternatives = set(value.split("|")) if operator == "=~" else {value}
                        self.assertLessEqual(alternatives, values, expression)
        unused = {re.sub("_(bucket|sum|count)$", "", name) for name in have} - {
            re.sub("_bucket$", "", name) for name in used}
        self.assertEqual(unused, set(), "told, but neither shown nor watched")

    def test_every_alert_says_how_long_how_bad_and_what_to_do(self):
        for rule in rules():
            if "record" in rule:
                continue
            self.assertRegex(rule["for"], r"^\d+[ms]$", rule)
            self.assertRegex(rule["labels"], r"^\{ severity: (page|ticket) \}$", rule)
            self.assertTrue(rule["summary"] and rule["action"], rule)
        names = [rule["alert"] for rule in rules() if "alert" in rule]
        self.assertEqual(len(names), len(set(names)))
        # What must not go unnoticed.
        self.assertLessEqual({
            "CsvMergerDown", "CsvMergerErrors", "CsvMergerStoreAway", "CsvMergerFilesAway",
            "CsvMergerNoWorker", "CsvMergerJobsFail", "CsvMergerQueueWaits", "CsvMergerDiskFull",
            "CsvMergerReceiverDown", "CsvMergerDeliveriesFail"}, set(names))

    def test_a_receiver_that_is_down_is_told_of_while_its_job_sends(self):
        job = self.send(100, "--plan", "500=100")
        wait_until(lambda: figure(self.client, "csv_merger_jobs_held") == 1, "a job to be held")
        self.assertEqual(figure(self.client, "csv_merger_jobs_sending"), 1)
        self.assertEqual(self.client.post(f"/api/jobs/{job}/cancel").status, 200)
        self.client.wait_for_state(job, "cancelled")
        wait_until(lambda: figure(self.client, "csv_merger_jobs_held") == 0, "none to be held")

    def test_the_disk_and_the_limit_are_told(self):
        have = {name: series[0][1] for name, series in figures(self.client).items()}
        self.assertEqual(have["csv_merger_storage_limit_bytes"], 10 << 30)
        self.assertLess(0, have["csv_merger_disk_free_bytes"])
        self.assertLess(have["csv_merger_disk_free_bytes"], have["csv_merger_disk_bytes"])
        self.assertEqual((have["csv_merger_store_up"], have["csv_merger_files_up"]), (1, 1))
        self.assertEqual(have["csv_merger_worker_processes"], 1)


class Counts(FiguresTest):
    """With a service of its own: nobody else's late news are counted."""

    def test_records_and_ends_are_counted_as_the_jobs_count_them(self):
        def counted():
            have = figures(self.client)
            return ({one["outcome"]: value for one, value in have["csv_merger_deliveries_total"]},
                    {one["state"]: value for one, value in have["csv_merger_jobs_ended_total"]})
        records, ends = counted()
        for words, state in (("ok=50,422=30,500=20", "completed"), ("422=100", "failed")):
            job = self.send(9, "--plan", words)
            self.assertEqual(self.client.wait_for_state(job, "completed", "failed")["status"], state)
            of_job = self.client.status(job)["progress"]["deliveries"]
            ends[state] += 1
            for outcome in records:
                records[outcome] += of_job[outcome]
        wait_until(lambda: counted() == (records, ends), f"{records} and {ends}")
        for job in (job["job_id"] for job in self.client.get("/api/session").json()["jobs"]):
            self.client.download(job)  # changes them
        self.client.wait_for_state(self.send(3), "completed")
        records["delivered"] += 3
        ends["completed"] += 1
        wait_until(lambda: counted() == (records, ends), f"{records} and {ends}")


class SeveralProcesses(unittest.TestCase):
    def test_a_web_process_tells_of_redis_of_workers_and_of_what_waits(self):
        redis = Redis()
        self.addCleanup(redis.close)

        def started(kind):
            process = kind(redis.folder / "data", REDIS_URL=redis.url)
            self.addCleanup(process.end, signal.SIGKILL)
            return process
        web = started(Web)
        client = Client(web)
        upload = client.uploaded(("leads.csv", leads(100)))["upload_id"]
        job = client.process(upload)
        self.assertEqual(figure(client, "csv_merger_worker_processes"), 0)
        wait_until(lambda: figure(client, "csv_merger_jobs_longest_wait_seconds") > 1, "a wait")
        # Another process, that was told nothing of the job, sees that one waits.
        other = Client(started(Web))
        wait_until(lambda: figure(other, "csv_merger_jobs_longest_wait_seconds") > 0, "a wait")

        worker = started(Worker)
        client.wait_for_state(job, "completed")
        for one in (client, other):
            wait_until(lambda: figure(one, "csv_merger_jobs_ended_total", state="completed") == 1,
                       "the end of a job that a worker did")
            wait_until(lambda: figure(one, "csv_merger_jobs_longest_wait_seconds") == 0, "no wait")
            wait_until(lambda: figure(one, "csv_merger_worker_processes") == 1, "a worker")
        worker.end()

        redis.end()
        wait_until(lambda: figure(client, "csv_merger_store_up") == 0, "the store to be away")
        redis.start()
        wait_until(lambda: figure(client, "csv_merger_store_up") == 1, "the store to be back")
        wait_until(lambda: figure(client, "csv_merger_worker_processes") == 0, "no worker")


if __name__ == "__main__":
    unittest.main()
