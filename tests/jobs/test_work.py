"""The work on a job: row by row, each once, whoever is killed, stopped or locked meanwhile."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.errors import Conflict, IllegalTransition, InvalidInput
from backoffice.jobs.models import Job, JobRow, JobState, RowState
from backoffice.jobs.services import working
from backoffice.jobs.services.control import can_continue, continue_job, stop_job
from backoffice.jobs.services.counting import progress_of
from backoffice.jobs.services.drafting import draft_job, repeat_failed, start_job, undo_job
from backoffice.jobs.services.kinds import JOB_KINDS
from backoffice.jobs.services.working import work_job
from orders.conversation.models import Comment
from orders.models import HoldReason, Order, OrderEvent, OrderState
from orders.services.jobs import desk
from orders.services.lifecycle import hold_order
from tests.jobs.conftest import checked, done, states
from tests.orders.rows import make_order


class Killed(BaseException):
    """What stands for the end of a worker in the middle of a row."""


@pytest.fixture
def killed_at_third(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the calls of a worker that is killed once, after the effect of the third row and before its result."""
    calls: list[int] = []
    real = working._note

    def note(row: JobRow, outcome: Any) -> None:
        calls.append(row.pk)
        if len(calls) == 3:
            raise Killed
        real(row, outcome)

    monkeypatch.setattr(working, "_note", note)
    return calls


def test_who_outlives_the_lease_leaves_that_of_the_next_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    job = checked("orders.release", [make_order()])
    start_job(job, inputs={}, actor="test")
    monkeypatch.setattr(working, "LEASE_SECONDS", 0)

    def overtaken(pk: int) -> bool:
        Job.objects.filter(pk=pk).update(lease_until=timezone.now() + timedelta(minutes=1))
        return False

    monkeypatch.setattr(working, "_work_chunk", overtaken)
    work_job(job.pk, seconds=5)
    job.refresh_from_db()
    assert job.lease_until is not None


def test_the_preview_says_what_will_and_will_not_happen_and_changes_nothing() -> None:
    ready, held, long = make_order(), make_order(), make_order()
    hold_order(held, reason=HoldReason.BAD_FILE, text="", actor="test")
    long.addresses.update(street="Straße der Pariser Kommune, Hinterhaus 3")
    job = checked("orders.release", [ready, held, long])
    assert job.state == JobState.READY
    assert states(job) == {ready.number: "ready", held.number: "skipped", long.number: "skipped"}
    refused = job.rows.get(label=long.number)
    assert list(refused.errors) == ["recipient.street"]
    assert set(Order.objects.values_list("state", flat=True)) == {"new", "held"}
    assert not Push.objects.exists()


def test_a_preview_takes_as_many_queries_for_eight_orders_as_for_one() -> None:
    orders = [make_order() for _count in range(8)]
    for order in orders[::2]:
        hold_order(order, reason=HoldReason.MANUAL, text="", actor="test")
    for name, kind in JOB_KINDS.items():
        if name.startswith("orders.") and not kind.only_reads:
            with CaptureQueriesContext(connection) as one:
                kind.check([orders[0].pk])
            with CaptureQueriesContext(connection) as many:
                kind.check([order.pk for order in orders])
            assert len(many) == len(one), name


def test_all_rows_write_under_one_change() -> None:
    orders = [make_order(), make_order()]
    job = done("orders.hold", orders, note="inventory")
    assert states(job) == {order.number: "done" for order in orders}
    events = OrderEvent.objects.filter(change=job.change)
    assert set(events.values_list("order", flat=True)) == {order.pk for order in orders}
    assert set(events.values_list("actor", flat=True)) == {"mara"}
    make_order().events.create(actor="tom", kind="order.tagged")
    assert OrderEvent.objects.filter(change__isnull=True, actor="tom").exists()


def test_what_refuses_by_then_is_named_and_the_others_are_done() -> None:
    good, gone = make_order(), make_order()
    job = checked("orders.release", [good, gone])
    hold_order(gone, reason=HoldReason.BAD_FILE, text="", actor="test")
    job = start_job(job, inputs={"note": ""}, actor="mara")
    work_job(job.pk, seconds=60)
    job.refresh_from_db()
    assert states(job) == {good.number: "done", gone.number: "failed"}
    assert (job.state, job.needs_attention, job.counts) == (JobState.DONE, True, {"done": 1, "failed": 1})
    gone.refresh_from_db()
    assert gone.state == OrderState.HELD
    assert Push.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_after_a_killed_worker_the_next_goes_on_and_no_row_is_done_twice(killed_at_third: list[int]) -> None:
    orders = [make_order() for _count in range(5)]
    job = start_job(checked("orders.note", orders), inputs={"text": "Fragile"}, actor="mara")
    with pytest.raises(Killed):
        work_job(job.pk, seconds=60)
    assert sorted(states(job).values()) == ["done", "done", "ready", "ready", "ready"]
    assert Comment.objects.count() == 2  # the third was rolled back
    assert work_job(job.pk, seconds=60) is False
    assert Comment.objects.values("order").distinct().count() == Comment.objects.count() == 5
    assert OrderEvent.objects.filter(kind="comment.written").count() == 5


@pytest.mark.django_db(transaction=True)
def test_a_result_that_is_written_apart_from_its_effect_is_done_twice(
    killed_at_third: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: with the effect committed before its result, the killed row has its note twice."""
    monkeypatch.setattr(working.transaction, "atomic", lambda *_args, **_more: _Nothing())
    monkeypatch.setattr(working, "_ready_rows", _unlocked)
    orders = [make_order() for _count in range(5)]
    job = draft_job(JOB_KINDS["orders.note"], Order.objects.all(), actor="mara")
    JobRow.objects.update(state=RowState.READY)
    Job.objects.update(state=JobState.READY)
    job = start_job(job, inputs={"text": "Fragile"}, actor="mara")
    with pytest.raises(Killed):
        work_job(job.pk, seconds=60)
    work_job(job.pk, seconds=60)
    assert Comment.objects.values("order").annotate(count=Count("pk")).filter(count=2).count() == 1
    assert len(orders) == 5


class _Nothing:
    def __enter__(self) -> None: ...

    def __exit__(self, *_args: object) -> None: ...


def _unlocked(job: Job, *, after: int) -> Any:
    return JobRow.objects.filter(job=job, state=RowState.READY, pk__gt=after).order_by("pk")


def test_one_worker_has_a_job_at_a_time_until_its_lease_ends() -> None:
    job = start_job(checked("orders.hold", [make_order()]), inputs={"note": "x"}, actor="mara")
    assert working._claim(job.pk)
    assert not working._claim(job.pk)
    assert work_job(job.pk, seconds=60) is False
    assert set(states(job).values()) == {"ready"}
    with connection.cursor() as cursor:
        cursor.execute("UPDATE jobs_job SET lease_until = now() - interval '1 second'")
    work_job(job.pk, seconds=60)
    assert set(states(job).values()) == {"done"}


def test_a_stopped_job_goes_no_further_and_can_go_on() -> None:
    orders = [make_order() for _count in range(3)]
    job = start_job(checked("orders.hold", orders), inputs={"note": "x"}, actor="mara")
    stop_job(job, actor="tom")
    work_job(job.pk, seconds=60)
    assert set(states(job).values()) == {"ready"}
    with pytest.raises(IllegalTransition):
        stop_job(job, actor="tom")
    continue_job(job)
    work_job(job.pk, seconds=60)
    job.refresh_from_db()
    assert (job.state, set(states(job).values())) == (JobState.DONE, {"done"})


def test_a_row_that_stays_locked_has_failed_after_some_tries_and_the_others_are_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    locked, free = make_order(), make_order()
    real = desk.HoldOrders.apply

    def apply(self: desk.HoldOrders, job: Job, row: JobRow) -> Any:
        if row.subject_id == locked.pk:
            raise OperationalError("canceling statement due to lock timeout")
        return real(self, job, row)

    monkeypatch.setattr(desk.HoldOrders, "apply", apply)
    job = start_job(checked("orders.hold", [locked, free]), inputs={"note": "x"}, actor="mara")
    work_job(job.pk, seconds=60)
    job.refresh_from_db()
    assert states(job) == {locked.number: "failed", free.number: "done"}
    assert job.state == JobState.DONE


def test_a_fault_of_ours_in_one_row_keeps_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = make_order(), make_order()
    real = desk.HoldOrders.apply

    def apply(self: desk.HoldOrders, job: Job, row: JobRow) -> Any:
        if row.subject_id == bad.pk:
            real(self, job, row)
            raise KeyError("oops")
        return real(self, job, row)

    monkeypatch.setattr(desk.HoldOrders, "apply", apply)
    job = start_job(checked("orders.hold", [bad, good]), inputs={"note": "x"}, actor="mara")
    work_job(job.pk, seconds=60)
    assert states(job) == {bad.number: "failed", good.number: "done"}
    bad.refresh_from_db()
    assert bad.state == OrderState.NEW


def test_a_job_is_started_once() -> None:
    job = checked("orders.hold", [make_order()])
    start_job(job, inputs={"note": "x"}, actor="mara")
    with pytest.raises(IllegalTransition):
        start_job(job, inputs={"note": "x"}, actor="tom")


def test_nothing_and_too_much_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    orders = [make_order() for _count in range(3)]
    with pytest.raises(InvalidInput):
        draft_job(JOB_KINDS["orders.hold"], Order.objects.none(), actor="mara")
    monkeypatch.setattr(desk.HoldOrders, "most_rows", 2)
    with pytest.raises(InvalidInput):
        draft_job(JOB_KINDS["orders.hold"], Order.objects.all(), actor="mara")
    assert len(orders) == 3
    assert not Job.objects.exists()


def test_the_failed_rows_are_tried_again_in_a_job_of_their_own() -> None:
    good, held = make_order(), make_order()
    job = checked("orders.release", [good, held])
    hold_order(held, reason=HoldReason.BAD_FILE, text="", actor="test")
    work_job(start_job(job, inputs={"note": ""}, actor="mara").pk, seconds=60)
    job.refresh_from_db()
    again = repeat_failed(job, actor="mara")
    assert list(again.rows.values_list("label", flat=True)) == [held.number]
    job.refresh_from_db()
    assert job.needs_attention  # until the other one is started: a preview that nobody starts is cleared away
    work_job(again.pk, seconds=60)
    start_job(again, inputs={"note": ""}, actor="mara")
    job.refresh_from_db()
    assert not job.needs_attention


def test_progress_says_how_much_is_left_and_for_how_long() -> None:
    orders = [make_order() for _count in range(4)]
    job = start_job(checked("orders.hold", orders), inputs={"note": "x"}, actor="mara")
    working._do_next(job, JOB_KINDS["orders.hold"], after=0)
    assert job.started_at is not None
    progress = progress_of(job, now=job.started_at + timedelta(seconds=10))
    assert (progress.worked, progress.to_do, progress.share, progress.seconds_left) == (1, 4, 25, 30)


def test_an_undone_job_cannot_be_continued() -> None:
    orders = [make_order() for _count in range(3)]
    job = start_job(checked("orders.hold", orders), inputs={"note": "x"}, actor="mara")
    working._do_next(job, JOB_KINDS["orders.hold"], after=0)
    stop_job(job, actor="mara")
    assert can_continue(Job.objects.get(pk=job.pk))
    undo_job(Job.objects.get(pk=job.pk), actor="mara")
    assert not can_continue(Job.objects.get(pk=job.pk))
    with pytest.raises(IllegalTransition):
        continue_job(job)
    assert Job.objects.get(pk=job.pk).state == JobState.STOPPED


def test_an_undone_job_cannot_be_undone_again() -> None:
    order = make_order()
    job = done("orders.hold", [order], note="x")
    undo = undo_job(job, actor="mara")
    with pytest.raises((Conflict, IllegalTransition)):
        undo_job(Job.objects.get(pk=job.pk), actor="mara")
    with pytest.raises(IllegalTransition):
        undo_job(undo, actor="mara")
