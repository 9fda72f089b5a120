"""Metrics are there to be read: each is written by some code, and what operators look at names real ones."""

import json
import re
from pathlib import Path

import pytest
from prometheus_client.metrics import MetricWrapperBase

from shared.telemetry import metrics

ROOT = Path(__file__).parents[2]
OURS = {name: it for name, it in vars(metrics).items() if isinstance(it, MetricWrapperBase)}
ENDINGS = ("", "_total", "_bucket", "_sum", "_count")
EXPORTED = {it._name + ending for it in OURS.values() for ending in ENDINGS}
ALERTS = (ROOT / "ops/alerts.yml").read_text(encoding="utf-8")
PANELS = json.loads((ROOT / "ops/dashboard.json").read_text(encoding="utf-8"))["panels"]
EXPRESSIONS = [target["expr"] for panel in PANELS for target in panel["targets"]]


@pytest.mark.parametrize("name", OURS)
def test_each_metric_is_written_by_some_code(name: str) -> None:
    writing = re.compile(rf"\b{name}\.(labels|inc|set|observe|time)\(")
    code = [path for part in ("shared", "services") for path in (ROOT / part).rglob("*.py")]
    assert any(writing.search(path.read_text(encoding="utf-8")) for path in code)


@pytest.mark.parametrize("expression", [*EXPRESSIONS, ALERTS])
def test_alerts_and_dashboard_name_metrics_and_labels_that_exist(expression: str) -> None:
    named = set(re.findall(r"\bdze_\w+", expression))
    assert named <= EXPORTED
    labels = {label for it in OURS.values() for label in it._labelnames} | {"le"}
    for by in re.findall(r"\bby \(([^)]*)\)", expression):
        assert {label.strip() for label in by.split(",")} <= labels


def test_each_metric_stands_on_the_dashboard() -> None:
    shown = " ".join(EXPRESSIONS)
    assert [it._name for it in OURS.values() if it._name not in shown] == []


@pytest.mark.parametrize("name", re.findall(r"- alert: (\w+)", ALERTS))
def test_each_alert_is_explained_in_the_runbook(name: str) -> None:
    assert f"`{name}`" in (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
