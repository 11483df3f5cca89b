"""Batches at the vendor: cut, refused in part, failed in part, ambiguous, silent, superseded, and worked on by a
worker that is killed.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as project
from django.contrib.auth.models import Permission, User
from django.utils import timezone
from pytest_django import Settings

from backoffice.engine.models import Callback, Push
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.models.push import PushState
from backoffice.engine.services.callbacks import store_callback, work_due_callbacks
from backoffice.engine.services.pushes import decide_push
from backoffice.engine.services.sending import deliver
from backoffice.sandbox import Sandbox, running_sandbox
from backoffice.vendors.base import CallbackRequest
from backoffice.webhooks.models import RecordedEvent
from catalog.models import ChangeSet, ChangeSetState, ChangeState, VendorJob, VendorJobState
from catalog.services.change_sets.approval import hash_of_rows
from catalog.services.change_sets.values import Value
from catalog.services.overdue import move_stalled_change_sets
from catalog.services.pushing import starting
from catalog.services.pushing.jobs import follow_job, poll_due_jobs
from catalog.services.pushing.starting import push_change_set
from catalog.services.pushing.verifying import read_back_again
from tests.api.storefront import make_variant
from tests.catalog.change_desk import Desk
from tests.catalog.conftest import PERMISSIONS
from tests.faults.conftest import database_url

MANY = [2000, pytest.param(5000, marks=pytest.mark.soak)]
BATCH = 500


@pytest.fixture
def big_sandbox(sandbox: Sandbox, settings: Settings) -> Iterator[Sandbox]:
    """Run it with a catalogue of which more than 5,000 SKUs ship from here."""
    with running_sandbox(manual_clock=True, rate_limit=0, job_hidden_seconds=0, catalog_variants=8000) as big:
        settings.MYPROMO_URL = big.url
        settings.VENDOR_READ_TIMEOUT = 10
        yield big


def plan(desk: Desk, skus: list[str]) -> ChangeSet:
    """Approve a set of these SKUs and plan its batches without sending them."""
    change_set = desk.approve(desk.make(desk.moved(skus)), override_reason="seen")
    push_change_set(change_set, user=desk.boss)
    deliver(Push.objects.get(kind=starting.COMPARE, subject_id=change_set.pk).pk)
    return change_set


def jobs_begun(sandbox: Sandbox) -> list[int]:
    """Return how many rows each batch had that the vendor took."""
    return [event["entries"] for event in sandbox.ledger.of_kind("job") if event["status"] == ""]


def send(desk: Desk) -> None:
    """Send every batch that is due, while the vendor's time stands still."""
    for push in Push.objects.filter(kind=starting.SEND, state=PushState.NEW):
        deliver(push.pk)


@pytest.mark.parametrize("many", MANY)
def test_thousands_of_prices_with_a_failing_batch_and_two_failing_rows(
    big_sandbox: Sandbox, desk: Desk, many: int
) -> None:
    desk.sandbox = big_sandbox
    skus = desk.skus(many)
    assert len(skus) == many
    change_set = plan(desk, skus)
    send(desk)
    jobs = {job.number: job for job in change_set.jobs.all()}
    assert [job.entries for job in jobs.values()] == [BATCH] * (many // BATCH)
    big_sandbox.settings.job_outcome, big_sandbox.settings.job_outcome_only = "ERROR", [int(jobs[2].queue_id)]
    unlucky = list(jobs[4].changes.order_by("pk").values_list("sku", flat=True)[10:12])
    big_sandbox.settings.job_failing_skus = unlucky
    desk.work_off(change_set)
    states = Counter(change_set.changes.values_list("state", flat=True))
    assert (change_set.state, states) == (ChangeSetState.DIFFERING, {"verified": many - 502, "failed": 502})
    failed = change_set.changes.filter(state=ChangeState.FAILED)
    assert set(failed.exclude(job=jobs[2]).values_list("sku", flat=True)) == set(unlucky)
    assert failed.filter(job=jobs[2]).count() == BATCH
    assert set(failed.values_list("note", flat=True)) == {"The entry could not be processed."}
    sent = jobs_begun(big_sandbox)
    assert (max(sent), sum(sent)) == (BATCH, many)


def test_rows_named_in_a_refusal_fail_and_the_rest_of_the_batch_is_sent(desk: Desk) -> None:
    skus = desk.skus(5)
    change_set = plan(desk, skus)
    row = change_set.changes.get(sku=skus[2])
    bad = {"currency": "EUR", "sales": {"77777": "9.99"}}
    rewrite_approved(change_set, row.pk, bad)
    desk.work_off(change_set)
    assert change_set.state == ChangeSetState.DIFFERING
    states = dict(change_set.changes.values_list("sku", "state"))
    assert states == {sku: ("failed" if sku == skus[2] else "verified") for sku in skus}
    assert "77777" in change_set.changes.get(sku=skus[2]).note
    assert desk.sandbox.ledger.total("PATCH v1/prices 400") == 1
    assert desk.sandbox.ledger.total("PATCH v1/prices 200") == 1


def rewrite_approved(change_set: ChangeSet, pk: int, after: Value) -> None:
    """Rewrite the approved row, so that only the vendor's refusal shows that it is wrong."""
    change_set.changes.filter(pk=pk).update(after=after)
    for job in change_set.jobs.all():
        VendorJob.objects.filter(pk=job.pk).update(rows_hash=hash_of_rows(job.changes.all()))


def test_a_refusal_that_names_no_row_fails_the_batch(desk: Desk) -> None:
    change_set = plan(desk, desk.skus(2))
    desk.sandbox.faults.add("status", method="PATCH", status=422, body='{"message": "The data is odd."}')
    desk.work_off(change_set)
    assert change_set.state == ChangeSetState.FAILED
    assert change_set.jobs.get().state == VendorJobState.REFUSED
    assert set(change_set.changes.values_list("state", flat=True)) == {"failed"}


def test_a_batch_without_an_answer_that_arrived_is_not_sent_again(desk: Desk) -> None:
    change_set = plan(desk, desk.skus(4))
    desk.sandbox.faults.add("cut_after", method="PATCH", times=1)
    desk.work_off(change_set)
    assert change_set.state == ChangeSetState.VERIFIED
    assert change_set.jobs.get().state == VendorJobState.ASSUMED
    assert len(jobs_begun(desk.sandbox)) == 1


def test_a_batch_without_an_answer_that_never_arrived_is_sent_again(desk: Desk) -> None:
    change_set = plan(desk, desk.skus(4))
    desk.sandbox.faults.add("cut_before", method="PATCH", times=1)
    desk.work_off(change_set)
    assert change_set.state == ChangeSetState.VERIFIED
    assert len(jobs_begun(desk.sandbox)) == 1


def test_a_person_may_decide_that_a_batch_arrived(desk: Desk) -> None:
    change_set = plan(desk, desk.skus(2))
    desk.sandbox.faults.add("cut_after", method="PATCH", times=1)
    send(desk)
    [push] = Push.objects.filter(state=PushState.UNKNOWN)
    decide_push(push, happened=True, actor="boss", reason="seen in their portal")
    desk.sandbox.advance(60)
    assert desk.work_off(change_set).state == ChangeSetState.VERIFIED


def test_a_callback_ends_a_job_as_a_poll_does_and_a_replay_changes_nothing(desk: Desk, settings: Settings) -> None:
    settings.JOB_POLL_BACKOFF = [3600.0]
    settings.MYPROMO_CALLBACK_SECRET = "a secret for callbacks of jobs"
    change_set = plan(desk, desk.skus(2))
    send(desk)
    job = change_set.jobs.get()
    desk.sandbox.advance(60)
    held = desk.sandbox.mypromo.jobs
    body = json.dumps(held.view(held.held[int(job.queue_id)])).encode()
    headers = {"authorization": "Bearer a secret for callbacks of jobs"}
    request = CallbackRequest(topic="jobs", headers=headers, body=body)
    store_callback("mypromo", request, source_ip="127.0.0.1")
    work_due_callbacks()
    assert Callback.objects.get().state == CallbackState.APPLIED
    desk.work_off(change_set)
    assert (change_set.state, change_set.jobs.get().polls) == (ChangeSetState.VERIFIED, 0)
    events = change_set.events.count()
    Callback.objects.update(next_at=timezone.now())
    work_due_callbacks()
    assert change_set.events.count() == events


def test_a_job_with_another_number_than_its_batch_is_found_in_the_list(desk: Desk) -> None:
    desk.sandbox.settings.queue_id_differs = True
    first = plan(desk, desk.skus(2))
    send(desk)
    desk.work_off(first)
    job = first.jobs.get()
    assert (first.state, job.state) == (ChangeSetState.VERIFIED, VendorJobState.SUCCESS)
    assert job.job_id != job.queue_id


def test_a_job_that_stays_silent_for_a_day_is_read_back_and_told_to_a_person(desk: Desk) -> None:
    change_set = plan(desk, desk.skus(2))
    send(desk)
    job = change_set.jobs.get()
    desk.sandbox.advance(60)
    desk.sandbox.faults.add("status", method="GET", path="jobs", status=404)
    VendorJob.objects.update(sent_at=timezone.now() - timedelta(hours=25))
    job.refresh_from_db()
    follow_job(job)
    job.refresh_from_db()
    assert (job.state, job.needs_attention) == (VendorJobState.SILENT, True)
    assert desk.work_off(change_set).state == ChangeSetState.VERIFIED


def test_a_cancelled_job_fails_its_rows(desk: Desk) -> None:
    desk.sandbox.settings.job_outcome = "CANCELED"
    done = desk.work_off(plan(desk, desk.skus(2)))
    assert done.state == ChangeSetState.FAILED
    assert set(done.changes.values_list("note", flat=True)) == {"The vendor cancelled the batch."}


def test_a_report_that_cannot_be_read_leaves_the_verdict_to_the_reading_back(desk: Desk) -> None:
    skus = desk.skus(3)
    desk.sandbox.settings.job_failing_skus = skus[:1]
    desk.sandbox.faults.add("html", method="GET", path=r"v1/X[0-9A-F]{12}$")
    done = desk.work_off(plan(desk, skus))
    assert done.state == ChangeSetState.DIFFERING
    assert done.jobs.get().report_note
    assert dict(done.changes.values_list("sku", "state")) == {
        skus[0]: "differs",
        skus[1]: "verified",
        skus[2]: "verified",
    }
    assert done.changes.get(sku=skus[0]).note.startswith("sales:")


def test_a_report_behind_a_link_that_is_not_followed_leaves_the_verdict_to_the_reading_back(desk: Desk) -> None:
    skus = desk.skus(2)
    desk.sandbox.settings.job_failing_skus = skus[:1]
    change_set = plan(desk, skus)
    send(desk)
    desk.sandbox.advance(60)
    poll_due_jobs()
    assert change_set.jobs.update(report_url="https://files.example.com/report.xlsx") == 1
    desk.work_off(change_set)
    assert change_set.state == ChangeSetState.DIFFERING
    assert "does not lead to mypromo" in change_set.jobs.get().report_note
    assert dict(change_set.changes.values_list("sku", "state")) == {skus[0]: "differs", skus[1]: "verified"}


def test_a_set_that_could_not_be_read_back_may_turn_out_to_have_failed(desk: Desk) -> None:
    desk.sandbox.settings.job_outcome = "CANCELED"
    change_set = plan(desk, desk.skus(2))
    send(desk)
    desk.sandbox.advance(60)
    poll_due_jobs()
    Push.objects.filter(kind=starting.VERIFY).update(state=PushState.FAILED)
    ChangeSet.objects.update(pushed_at=timezone.now() - timedelta(hours=1))
    assert move_stalled_change_sets() == 1
    read_back_again(change_set, actor="boss")
    desk.work_off(change_set)
    assert change_set.state == ChangeSetState.FAILED


def test_prices_that_are_verified_are_told_to_storefronts(desk: Desk) -> None:
    skus = desk.skus(2)
    for sku in skus:
        make_variant(sku)
    desk.work_off(plan(desk, skus))
    told = RecordedEvent.objects.order_by("pk").values_list("topic", "object_id")
    assert list(told) == [("price.changed", sku) for sku in skus]


def test_values_that_were_read_while_another_set_was_on_its_way_are_read_again(desk: Desk) -> None:
    [sku] = desk.skus(1)
    first = plan(desk, [sku])
    send(desk)
    # The vendor has the batch and does not work on it yet: it still shows the old prices.
    second = desk.approve(desk.make(desk.moved([sku], percent=20)))
    assert desk.work_off(first).state == ChangeSetState.VERIFIED
    push_change_set(second, user=desk.boss)
    desk.work_off(second)
    assert second.state == ChangeSetState.CHECKED
    assert second.changes.get().before["sales"] == first.changes.get().read_back["sales"]


def test_a_newer_set_supersedes_rows_that_have_not_left_yet(desk: Desk) -> None:
    skus = desk.skus(3)
    older = plan(desk, skus)
    newer = desk.approve(desk.make(desk.moved(skus[:1], percent=20), title="Newer"))
    push_change_set(newer, user=desk.boss)
    deliver(Push.objects.get(kind=starting.COMPARE, subject_id=newer.pk).pk)
    assert older.changes.get(sku=skus[0]).state == ChangeState.SUPERSEDED
    desk.work_off(older)
    desk.work_off(newer)
    assert (older.state, newer.state) == (ChangeSetState.VERIFIED, ChangeSetState.VERIFIED)
    wanted = newer.changes.get().after["sales"]
    assert {str(t["qty"]): float(t["price"]) for t in desk.held(skus[0])["sales_prices"]} == {
        quantity: float(price) for quantity, price in wanted.items()
    }


def test_a_newer_set_waits_while_an_older_batch_is_just_being_sent(desk: Desk) -> None:
    skus = desk.skus(2)
    older = plan(desk, skus)
    busy = Push.objects.get(kind=starting.SEND)
    Push.objects.filter(pk=busy.pk).update(
        state=PushState.IN_FLIGHT, step="send", lease_until=timezone.now() + timedelta(minutes=1)
    )
    newer = desk.approve(desk.make(desk.moved(skus, percent=20)))
    push_change_set(newer, user=desk.boss)
    compare = Push.objects.get(kind=starting.COMPARE, subject_id=newer.pk)
    deliver(compare.pk)
    compare.refresh_from_db()
    assert (compare.state, newer.jobs.count()) == (PushState.NEW, 0)
    assert set(older.changes.values_list("state", flat=True)) == {"pending"}


class Worker:
    """A worker process on this test's database, which can be killed at any moment."""

    def __init__(self, sandbox: Sandbox) -> None:
        environment = {
            "DATABASE_URL": database_url(),
            "REDIS_URL": project.REDIS_URL,
            "VAR_DIR": str(project.VAR_DIR),
            "MYPROMO_URL": sandbox.url,
            "MYPROMO_CLIENT_ID": "1",
            "MYPROMO_CLIENT_SECRET": "sandbox-merchant-secret",
            "MYPROMO_REQUESTS_PER_MINUTE": "60000",
            "PUSH_LEASE_SECONDS": "2",
            "PUSH_SETTLE_SECONDS": "1",
            "PUSH_RETRY_BACKOFF": "0.1",
            "JOB_POLL_BACKOFF": "0.1",
            "LOG_LEVEL": "CRITICAL",
            "DJANGO_SETTINGS_MODULE": "backoffice.settings",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.catalog.push_worker"],
            cwd=Path(__file__).resolve().parents[2],
            env=os.environ | environment,
            stdin=subprocess.PIPE,
        )

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.mark.fault
@pytest.mark.parametrize(
    ("moment", "number"),
    [
        ("hang_after", 4 * BATCH),
        pytest.param("hang", 4 * BATCH, marks=pytest.mark.soak),
        pytest.param("hang_after", 5000, marks=pytest.mark.soak),
    ],
)
def test_thousands_of_prices_with_the_worker_killed_in_the_middle(
    transactional_db: None, big_sandbox: Sandbox, moment: str, number: int
) -> None:
    people = [User.objects.create_user(name) for name in ("author", "boss")]
    people[1].user_permissions.set(Permission.objects.filter(codename__in=PERMISSIONS))
    desk = Desk(big_sandbox, author=people[0], boss=people[1])
    change_set = desk.approve(desk.make(desk.moved(desk.skus(number))), override_reason="seen")
    push_change_set(change_set, user=desk.boss)
    rule = big_sandbox.faults.add(moment, method="PATCH", nth=[4], seconds=120)
    worker = Worker(big_sandbox)
    try:
        wait_until(lambda: rule.hits == 1)
        worker.kill()
        worker = Worker(big_sandbox)
        wait_until(lambda: advance(big_sandbox) and ended(change_set))
    finally:
        worker.kill()
    assert change_set.state == ChangeSetState.VERIFIED
    assert set(change_set.changes.values_list("state", flat=True)) == {"verified"}
    batches = number // BATCH
    assert change_set.jobs.count() == batches
    # Sent again only where it cannot be seen that it arrived; absolute values, so that does no harm.
    assert len(jobs_begun(big_sandbox)) in ((batches,) if moment == "hang" else (batches, batches + 1))


def advance(sandbox: Sandbox) -> bool:
    sandbox.advance(1)
    return True


def ended(change_set: ChangeSet) -> bool:
    change_set.refresh_from_db()
    return change_set.state != ChangeSetState.PUSHING


def wait_until(condition: Callable[[], object], *, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)
