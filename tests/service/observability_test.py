"""The dashboard and the alerts speak of metrics and labels that there are."""
import json
import re
import unittest
from pathlib import Path

from service import ServiceTest, sample

DOCS = Path(__file__).resolve().parents[2] / "docs"


class Observability(ServiceTest):
    def test_every_metric_of_the_dashboard_and_the_alerts_exists(self):
        self.client.merged(sample("people/apollo_contacts.csv"))
        told = self.client.get("/metrics").body.decode()
        metrics = {}
        for name, labels in re.findall(r"^(csv_merger_\w+)(?:\{([^}]*)\})?", told, re.M):
            metrics.setdefault(name, set()).update(re.findall(r'(\w+)="', labels))
        dashboard = json.loads((DOCS / "grafana-dashboard.json").read_text())
        expressions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
        self.assertGreater(len(expressions), 10)
        rules = (DOCS / "prometheus-rules.yml").read_text()
        alerts = re.findall(r"^ +expr: (?:>-\n((?: {10}.*\n)+)|(.*))", rules, re.M)
        self.assertEqual(len(alerts), rules.count("- alert:") + rules.count("- record:"))
        added_by_prometheus = {"instance", "job"}
        for expression in expressions + ["".join(alert) for alert in alerts]:
            for name, labels in re.findall(r"(?<![:\w])(csv_merger_\w+)(?:\{([^}]*)\})?", expression):
                self.assertIn(name, metrics, expression)
                used = set(re.findall(r'(\w+)\s*[=!]~?"', labels)) - added_by_prometheus
                self.assertLessEqual(used, metrics[name], expression)


if __name__ == "__main__":
    unittest.main()
