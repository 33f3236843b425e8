"""The files under operations/: what rules and panels ask of Prometheus is there to be asked."""

import json
import re
from pathlib import Path

import pytest
import yaml
from prometheus_client import REGISTRY

from asset_tracker.edge import metrics

FOLDER = Path(__file__).parents[2] / "operations"
RULES = yaml.safe_load((FOLDER / "alerts.yaml").read_text("utf-8"))["groups"][0]["rules"]
PANELS = json.loads((FOLDER / "dashboard.json").read_text("utf-8"))["panels"]
EXPRESSIONS = [
    *(rule["expr"] for rule in RULES),
    *(target["expr"] for panel in PANELS for target in panel.get("targets", ())),
]
OURS = {
    metric._name: {*metric._labelnames, *(["le"] if metric._type == "histogram" else [])}
    for metric in set(REGISTRY._names_to_collectors.values())
    if getattr(metric, "_name", "").startswith("asset_tracker_")
}
FROM_PROMETHEUS = {"instance", "job"}
ENDS = r"(?:_bucket|_count|_sum|_total)$"


def asked(expression):
    """Metrics of ours in an expression, with the labels that are asked of each."""
    for name, labels in re.findall(r"(asset_tracker_\w+)(?:\{([^}]*)\})?", expression):
        known = name if name in OURS else re.sub(ENDS, "", name)
        yield known, set(re.findall(r"(\w+)\s*[=!]", labels or ""))


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_each_metric_that_is_asked_for_is_told_with_these_labels(expression):
    assert metrics.REQUESTS
    names = [name for name, _ in asked(expression)]
    if not names:
        assert expression.startswith("up{")
    given = set().union(*(OURS[name] for name in names), FROM_PROMETHEUS)
    for name, labels in asked(expression):
        assert labels <= OURS[name] | FROM_PROMETHEUS
    grouped = re.findall(r"\b(?:by|on)\s*\(([^)]*)\)", expression)
    assert {label.strip() for each in grouped for label in each.split(",")} <= given


def test_each_metric_is_watched_by_somebody():
    watched = {name for each in EXPRESSIONS for name, _ in asked(each)}
    assert set(OURS) <= watched


def test_each_rule_says_what_to_do():
    for rule in RULES:
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert set(rule["annotations"]) == {"summary", "action"}
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
