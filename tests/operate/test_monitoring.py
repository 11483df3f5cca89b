"""Dashboard and alerts name metrics that there are, and every metric is on the dashboard."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from backoffice.accounts.models import Shop
from backoffice.engine.models import Drift, Heartbeat, Integration, Push
from backoffice.engine.services.pushes import queue_push
from backoffice.engine.services.queue_ages import QUEUE_AGES
from backoffice.engine.services.sweep import sweep
from tests.engine.toy import MakeBoth

ROOT = Path(__file__).resolve().parents[2]
MONITORING = ROOT / "deploy" / "monitoring"
RULES = yaml.safe_load((MONITORING / "backoffice-alerts.yml").read_text())["groups"][0]["rules"]
PANELS = json.loads((MONITORING / "grafana-dashboard.json").read_text())["panels"]
SETTINGS = ROOT / "backoffice" / "settings"
# How long something is kept that was only written down.
KEPT = re.compile(r"^(\w*(?:LOG_DAYS|HISTORY_DAYS|AUDIT_DAYS|_MONTHS)) = ", re.MULTILINE)
NAMED = re.compile(r"\bbackoffice_\w+")


def expressions() -> list[str]:
    return [target["expr"] for panel in PANELS for target in panel["targets"]]


@pytest.fixture
def metrics(client: Client, toy_vendor: MakeBoth, shop: Shop) -> dict[str, set[str]]:
    """Names of metrics with their labels, as they are answered when there is something to say."""
    queue_push("toy.make", vendor="toy", subject=shop, actor="test")
    Push.objects.update(next_at=timezone.now() - timedelta(seconds=90))
    Heartbeat.objects.create(name="backup", at=timezone.now())
    Integration.objects.create(vendor="toy")
    Drift.objects.create(vendor="toy", kind="orders", reference="1", changed_at=timezone.now(), found_at=timezone.now())
    sweep()
    text = client.get("/metrics").content.decode()
    families = [*text_string_to_metric_families(text)]
    return {family.name: {label for sample in family.samples for label in sample.labels} for family in families}


@pytest.mark.django_db
def test_every_metric_that_alerts_and_dashboard_name_is_there(metrics: dict[str, set[str]]) -> None:
    alerts = {name for rule in RULES for name in NAMED.findall(rule["expr"])}
    shown = {name for expression in expressions() for name in NAMED.findall(expression)}
    assert alerts <= metrics.keys()
    assert shown == metrics.keys()


@pytest.mark.django_db
def test_labels_that_are_named_are_those_of_the_metric(metrics: dict[str, set[str]]) -> None:
    for rule in RULES:
        labels = set(re.findall(r"\$labels\.(\w+)", json.dumps(rule)))
        [name, *_more] = NAMED.findall(rule["expr"]) or ["up"]
        assert labels <= metrics.get(name, set()), rule["alert"]
    for panel in PANELS:
        for target in panel["targets"]:
            [name] = NAMED.findall(target["expr"])
            assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) <= metrics[name], panel["title"]
    assert {"queue"} == metrics["backoffice_queue_age_seconds"]


@pytest.mark.django_db
def test_the_age_of_a_queue_is_that_of_its_oldest_due_work(toy_vendor: MakeBoth, shop: Shop) -> None:
    assert {queue: read() for queue, read in QUEUE_AGES.items()} == {"celery": 0, "jobs": 0, "webhooks": 0}
    queue_push("toy.make", vendor="toy", subject=shop, actor="test")
    Push.objects.update(next_at=timezone.now() + timedelta(hours=1))
    assert QUEUE_AGES["celery"]() == 0
    with connection.cursor() as cursor:
        cursor.execute("UPDATE engine_push SET next_at = clock_timestamp() - interval '90 seconds'")
    assert 89 < QUEUE_AGES["celery"]() < 120
    # More workers would not send what a pause holds back.
    Integration.objects.update_or_create(vendor="toy", defaults={"paused_at": Now()})
    assert QUEUE_AGES["celery"]() == 0


@pytest.mark.django_db
def test_the_guide_has_every_alert_and_every_metric_as_they_are(metrics: dict[str, set[str]]) -> None:
    alerts = {row[0].strip("`"): row[1] for row in rows_of("Alerts")}
    assert alerts == {rule["alert"]: rule["labels"]["severity"] for rule in RULES}
    described = {row[0].strip("`"): set(row[1].split(", ")) - {""} for row in rows_of("Metrics")}
    assert described == metrics


def test_the_inventory_of_logs_names_tables_and_settings_that_there_are() -> None:
    rows = rows_of("Inventory of logs")
    assert {len(row) for row in rows} == {5}
    assert [row for row in rows if not all(row)] == []
    named = {name for row in rows for name in re.findall(r"`(\w+)`", f"{row[0]} {row[3]}")}
    tables = {name for name in named if "_" in name and name.islower()}
    known = {model._meta.db_table for model in apps.get_models()}
    assert tables - known == set()
    assert len(tables) >= 10
    assert {name for name in named if name.isupper() and not hasattr(settings, name)} == set()
    kept = {name for path in SETTINGS.glob("*.py") for name in KEPT.findall(path.read_text())}
    assert len(kept) >= 8
    assert kept <= named, "whoever adds such a setting has a log more"


def rows_of(section: str) -> list[list[str]]:
    """Return the rows of the table in that section of the guide, without its head."""
    text = (
        (ROOT / "docs" / "operate" / "monitor.md").read_text().partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    )
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_alert_says_what_it_costs_and_what_to_do() -> None:
    assert {frozenset(rule["annotations"]) for rule in RULES} == {frozenset({"summary", "cost", "action"})}
    commands = set(re.findall(r"manage\.py (\w+)", json.dumps(RULES)))
    from django.core.management import get_commands

    assert commands <= get_commands().keys()
