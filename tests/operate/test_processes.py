"""docs/operate/processes.md names every process, queue, task and entry of the timetable, as the code has them."""

import re
from fnmatch import fnmatch

import pytest
from celery import current_app
from django.conf import settings

from tests.operate.shipped import DEPLOY, ROOT, SERVICES, pods

PAGE = (ROOT / "docs" / "operate" / "processes.md").read_text()
DEFAULTS = dict(re.findall(r"^# ([A-Z_]+_SECONDS)=(\d+)", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))
# What the source says of each entry: a number, or the setting that has it.
SCHEDULES = dict(
    re.findall(
        r'"([a-z-]+)": \{\s+"task": "[^"]+",(?:\s+#[^\n]*)*\s+"schedule": ([^\n]+),\n',
        (ROOT / "backoffice" / "settings" / "celery.py").read_text(),
    )
)


def rows_of(section: str) -> list[list[str]]:
    """Return the rows of the section's table, without its head."""
    text = PAGE.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def named_in(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def queue_of(task: str) -> str:
    """Return the queue that the settings give to a task."""
    routes = settings.CELERY_TASK_ROUTES.items()
    return next((route["queue"] for pattern, route in routes if fnmatch(task, pattern)), "celery")


def test_every_entry_of_the_timetable_is_described_as_it_is() -> None:
    rows = rows_of("The timetable of beat")
    described = {named_in(row[0])[0]: row for row in rows}
    assert len(described) == len(rows)
    assert described.keys() == settings.CELERY_BEAT_SCHEDULE.keys()
    for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
        _name, every, queue, does, without = described[name]
        assert named_in(every) == re.findall("[A-Z_]{3,}", SCHEDULES[name]), name
        seconds = DEFAULTS[named_in(every)[0]] if named_in(every) else f"{entry['schedule']:g}"
        assert every.split()[0] == seconds, name
        assert named_in(queue) == [queue_of(entry["task"])], name
        assert all((does, without)), name


def test_every_task_is_one_of_the_timetable_or_says_who_enqueues_it() -> None:
    current_app.loader.import_default_modules()
    ours = {name for name in current_app.tasks if name.startswith(("backoffice.", "catalog.", "fulfil", "orders."))}
    rows = {named_in(row[0])[0]: row for row in rows_of("Tasks that others enqueue")}
    assert ours - {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} == rows.keys()
    for task, (_name, queues, enqueued_by, does) in rows.items():
        assert queue_of(task) in named_in(queues), task
        assert all((enqueued_by, does)), task
        assert set(named_in(enqueued_by)) <= settings.CELERY_BEAT_SCHEDULE.keys()


def test_every_queue_is_described() -> None:
    assert [named_in(row[0])[0] for row in rows_of("Queues")] == [queue.name for queue in settings.CELERY_TASK_QUEUES]


@pytest.mark.parametrize("kind", ["compose", "kubernetes", "systemd"])
def test_every_process_that_is_shipped_is_described(kind: str) -> None:
    rows = rows_of("Processes")
    names = {
        "compose": {name for name, one in SERVICES.items() if "backoffice" in one.get("image", "")},
        "kubernetes": {name.split()[1] for name, _pod in pods()},
        "systemd": {path.name for path in (DEPLOY / "systemd").glob("*.service")},
    }[kind]
    column = 2 if kind == "systemd" else 1
    described = {re.sub(r"@\w+\.", "@.", name) for row in rows for name in named_in(row[column])}
    assert names <= described


def test_metrics_and_alerts_that_are_named_are_there() -> None:
    alerts = (DEPLOY / "monitoring" / "backoffice-alerts.yml").read_text()
    health = (ROOT / "backoffice" / "engine" / "api" / "health.py").read_text()
    assert all(f"alert: {name}\n" in alerts for name in re.findall(r"`(Backoffice\w+)`", PAGE))
    assert all(f'"{name}"' in health for name in re.findall(r"`(backoffice_\w+)", PAGE))
