"""Metrics are there to be read: each is written by some code, and what operators look at names real ones."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import get_args

import pytest
from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase

from services.moderation.telegram import actor
from services.moderation.telegram.audit import AuditOutcome
from shared.bus import Bus, Commit
from shared.contracts.registry import STREAMS
from shared.contracts.submissions import SubmissionWithdrawn
from shared.contracts.telegram import Method
from shared.settings import Settings
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


@pytest.mark.parametrize("name", re.findall(r"- alert: (\w+)", ALERTS))
def test_each_alert_has_a_test_in_which_it_fires(name: str) -> None:
    tests = (ROOT / "ops/alerts.test.yml").read_text(encoding="utf-8")
    assert re.search(rf"alertname: {name}\n +exp_alerts:\n", tests)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool (Debian: prometheus) is not installed")
def test_alerts_fire_when_they_should_and_not_before() -> None:
    for command in (["check", "rules", "alerts.yml"], ["test", "rules", "alerts.test.yml"]):
        done = subprocess.run(
            ["promtool", *command], cwd=ROOT / "ops", capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("outcome", get_args(AuditOutcome))
def test_an_outcome_has_a_series_before_its_first_action(method: Method, outcome: str) -> None:
    assert callable(actor.Actor)
    labels = {"method": method.value, "outcome": outcome}
    assert REGISTRY.get_sample_value("dze_telegram_actions_total", labels) is not None


def test_dead_letters_have_a_series_before_the_first_one() -> None:
    async def on_any(_: SubmissionWithdrawn) -> Commit:
        return Commit()

    streams = [stream for stream in STREAMS if "submissions" in stream.consumers]
    bus = Bus("submissions", Settings(key="k" * 64, redis_url="redis://nowhere.invalid", _env_file=None))
    bus.register(dict.fromkeys(streams, on_any))
    for stream in streams:
        labels = {"stream": stream.topic, "group": "submissions"}
        assert REGISTRY.get_sample_value("dze_dead_letters_total", labels) is not None
