"""Background work that came to a standstill: it ends in words, has a way out on its page, and is on the home page."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from catalog.models import ChangeSet, ChangeSetState, SyncRun, TableImport, TableImportState, VendorJobState
from catalog.models.sync import SyncState
from catalog.services.overdue import close_dead_runs, fail_overdue_tables, move_stalled_change_sets
from catalog.services.pushing.starting import push_change_set, push_due_change_sets, schedule_change_set
from catalog.services.tables.importing import accept_table, discard_import, read_import
from catalog.tasks import follow_change_sets
from tests.catalog.change_desk import Desk

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def home(client: Client) -> Callable[[], dict[str, list[str]]]:
    """Return what a member of staff with all rights is asked to look at, by group."""
    cache.clear()
    client.force_login(User.objects.create_superuser("mara"))

    def groups() -> dict[str, list[str]]:
        kinds = [row.kind for row in client.get("/admin/").context["rows"]]
        lists = {kind.title: client.get(f"/admin/?kind={kind.name}").context["listing"] for kind in kinds}
        return {title: [item.need.what for item in listing.items] for title, listing in lists.items()}

    return groups


def table(**changes: Any) -> TableImport:
    row = accept_table(
        b"sku,quantity,sales\nA,1,1\n",
        file_name="may.csv",
        kind="sales_prices",
        vendor="mypromo",
        clear_blanks=False,
        actor="mara",
    )
    TableImport.objects.filter(pk=row.pk).update(**changes)
    row.refresh_from_db()
    return row


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "waiting", "waiting_since": timezone.now() - 2 * HOUR},
        {"state": "reading", "reading_since": timezone.now() - 2 * HOUR},
    ],
    ids=["waiting", "reading"],
)
def test_a_table_that_nobody_reads_is_refused_in_words_and_can_be_read_again(
    changes: dict[str, Any], home: Callable[[], dict[str, list[str]]], client: Client, settings: Any
) -> None:
    row = table(**changes)
    follow_change_sets()
    row.refresh_from_db()
    assert row.state == TableImportState.REFUSED
    assert "Try again" in row.problems[0]["text"]
    assert home()["Tables that could not be read"] == ["may.csv"]
    page = client.get(reverse("admin:catalog_tableimport_change", args=[row.pk])).content.decode()
    assert "Read it again" in page
    assert "Discard the table" in page
    client.post(reverse("admin:catalog_tableimport_again", args=[row.pk]))
    row.refresh_from_db()
    assert (row.state, row.problems) == (TableImportState.WAITING, [])
    read_import(row)
    assert row.state == TableImportState.READY
    assert "Tables that could not be read" not in home()


def test_a_table_that_is_young_or_read_is_left_alone() -> None:
    rows = [
        table(),
        table(state="reading", reading_since=timezone.now() - timedelta(minutes=5)),
        table(state="ready", waiting_since=timezone.now() - 9 * HOUR),
    ]
    assert fail_overdue_tables() == 0
    states = [row.state for row in rows]
    for row in rows:
        row.refresh_from_db()
    assert [row.state for row in rows] == states


def test_a_table_can_be_discarded_while_it_is_read_and_stays_so() -> None:
    row = table(state="reading", reading_since=timezone.now())
    discard_import(row)
    assert read_import(row).state == TableImportState.DISCARDED


def test_a_fault_while_reading_refuses_the_table_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it is: here a database that refuses the comparison."""
    row = table(kind="nonsense")
    with pytest.raises(ValueError, match="nonsense"):
        read_import(row)
    row.refresh_from_db()
    assert row.state == TableImportState.REFUSED
    assert "worker log" in row.problems[0]["text"]


def test_a_run_whose_process_died_is_closed_and_shown(home: Callable[[], dict[str, list[str]]]) -> None:
    run = SyncRun.objects.create(vendor="mypromo")
    SyncRun.objects.update(heartbeat_at=timezone.now() - HOUR)
    assert close_dead_runs() == 1
    run.refresh_from_db()
    assert run.state == SyncState.FAILED
    assert home()["Failed syncs"] == ["mypromo · catalog"]
    SyncRun.objects.create(vendor="mypromo", state=SyncState.DONE)
    assert "Failed syncs" not in home()


@pytest.mark.django_db(transaction=True)
def test_a_run_that_is_only_slow_is_left_alone() -> None:
    database = connection.settings_dict
    SyncRun.objects.create(vendor="mypromo")
    SyncRun.objects.update(heartbeat_at=timezone.now() - HOUR)
    with psycopg.connect(
        host=database["HOST"],
        port=database["PORT"],
        user=database["USER"],
        password=database["PASSWORD"],
        dbname=database["NAME"],
        autocommit=True,
    ) as other:
        other.execute("SELECT pg_advisory_lock(%s, hashtext('catalog:mypromo'))", [0x5359])
        assert close_dead_runs() == 0
    assert SyncRun.objects.get().state == SyncState.RUNNING


def on_its_way(desk: Desk, *, count: int = 2) -> ChangeSet:
    """Approve the set and release it for sending, without sending any of it."""
    rows = {}
    for sku in desk.skus(count):
        tier = desk.held(sku)["sales_prices"][0]
        rows[sku] = {"sales": {str(tier["qty"]): f"{float(tier['price']) * 1.05:.2f}"}}
    change_set = desk.make(rows)
    push_change_set(desk.approve(change_set), user=desk.boss)
    ChangeSet.objects.update(pushed_at=timezone.now() - 2 * HOUR)
    change_set.refresh_from_db()
    return change_set


def test_a_change_set_whose_push_was_put_aside_is_to_be_approved_anew(desk: Desk) -> None:
    change_set = on_its_way(desk)
    assert move_stalled_change_sets() == 0  # its push is to come
    Push.objects.update(state=PushState.FAILED, needs_attention=False)
    assert move_stalled_change_sets() == 1
    change_set.refresh_from_db()
    assert (change_set.state, change_set.approved_by) == (ChangeSetState.CHECKED, "")
    assert change_set.events.filter(kind="changeset.stalled").exists()
    assert desk.sandbox.ledger.total("PATCH") == 0


def test_batches_that_nobody_sends_are_withdrawn_and_the_set_is_read_back(desk: Desk) -> None:
    change_set = on_its_way(desk)
    [compare] = Push.objects.all()
    from backoffice.engine.services.sending import deliver

    deliver(compare.pk)
    Push.objects.open().update(state=PushState.FAILED, needs_attention=False)
    assert move_stalled_change_sets() == 1
    assert set(change_set.jobs.values_list("state", flat=True)) == {VendorJobState.WITHDRAWN}
    assert desk.work_off(change_set).state == ChangeSetState.FAILED
    assert desk.sandbox.ledger.total("PATCH") == 0


def test_a_set_that_cannot_be_read_back_differs_until_it_is(
    desk: Desk, home: Callable[[], dict[str, list[str]]], client: Client
) -> None:
    change_set = on_its_way(desk)
    while change_set.jobs.filter(state=VendorJobState.PLANNED).exists() or not change_set.jobs.exists():
        desk.work_once()
    while not Push.objects.open().filter(kind="catalog.verify").exists():
        desk.work_once()
    Push.objects.open().update(state=PushState.FAILED, needs_attention=False)
    assert home()["Change sets that are stuck"] == [change_set.title]
    assert move_stalled_change_sets() == 1
    change_set.refresh_from_db()
    assert change_set.state == ChangeSetState.DIFFERING
    assert home()["Change sets that differ at the vendor"] == [change_set.title]
    page = client.get(reverse("admin:catalog_changeset_change", args=[change_set.pk])).content.decode()
    assert "Read back again" in page
    assert "Stalled" in page


def test_a_scheduled_set_that_may_not_leave_stops_no_other(desk: Desk) -> None:
    broken, whole = (
        desk.make({sku: {"sales": {"50": price}}}) for sku, price in zip(desk.skus(2), ("99", "98"), strict=True)
    )
    for change_set in (broken, whole):
        approved = desk.approve(change_set, override_reason="seen")
        schedule_change_set(approved, at=timezone.now() + HOUR, user=desk.boss)
    ChangeSet.objects.update(scheduled_for=timezone.now() - HOUR)
    broken.changes.update(requested={"sales": {"50": "1.00"}}, after={"currency": "EUR", "sales": {"50": "1.00"}})
    assert push_due_change_sets() == 1
    states = [ChangeSet.objects.get(pk=row.pk).state for row in (broken, whole)]
    assert states == [ChangeSetState.DRAFT, ChangeSetState.PUSHING]


def test_the_badges_of_a_table_and_a_run_count_what_they_say(client: Client) -> None:
    client.force_login(User.objects.create_superuser("mara"))
    row = read_import(table())
    page = client.get(reverse("admin:catalog_tableimport_change", args=[row.pk])).content.decode()
    assert row.counts["problems"] == len(row.problems) == 1
    assert '<span class="badge tone-amber">1</span>' in page
    problem = {"text": "Broken.", "product": "", "skus": []}
    run = SyncRun.objects.create(vendor="mypromo", state="partial", errors=[problem] * 2, counts={"problems": 300})
    page = client.get(reverse("admin:catalog_syncrun_change", args=[run.pk])).content.decode()
    assert '<span class="badge tone-amber">300</span>' in page
