"""Schedules: one run a slot, missed ones as one; and orders whose event is past already, each once."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils import timezone

from backoffice.errors import Conflict, IllegalTransition, InvalidInput
from orders.models import Order
from orders.rules.models import Notice, Rule, RuleEvent, RuleJob, RuleRun
from orders.rules.services import jobs
from orders.rules.services.editing import RuleInput, build_rule, move_rule, remove_rule, save_rule, switch_rule
from orders.rules.services.jobs import apply_to_past, end_endless_jobs, open_due_slots, orders_past, stop_job, work_jobs
from orders.rules.services.slots import latest_slot, next_slot
from tests.orders.rows import make_order
from tests.orders.rules.rows import act, asks, counts, group, make_rule

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
EVENTS = {RuleEvent.RELEASED: {"state": "released"}, RuleEvent.SHIPPED: {"shipment": "shipped"}}


def scheduled(**changes: object) -> Rule:
    values = {"every_minutes": 60, "next_slot_at": NOON} | changes
    return make_rule(act("notify", text="Look."), event=RuleEvent.SCHEDULE, **values)


def test_a_slot_runs_once_and_missed_slots_become_one() -> None:
    make_order()
    rule = scheduled(next_slot_at=NOON - timedelta(hours=30))
    now = NOON + timedelta(minutes=7)
    assert [open_due_slots(now=now), open_due_slots(now=now)] == [1, 0]
    rule.refresh_from_db()
    assert (RuleJob.objects.get().slot, rule.next_slot_at) == (NOON, NOON + timedelta(hours=1))
    work_jobs()
    work_jobs()
    assert RuleRun.objects.get().source == f"slot:{NOON.isoformat()}"
    assert RuleJob.objects.get().finished_at


def test_without_coalescing_each_missed_slot_would_have_been_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: counted slot by slot, an outage of a day makes a run an hour."""
    make_order()
    rule = scheduled(next_slot_at=NOON - timedelta(hours=24))
    monkeypatch.setattr(jobs, "latest_slot", lambda rule, now: rule.next_slot_at)
    monkeypatch.setattr(jobs, "next_slot", lambda rule, now: rule.next_slot_at + timedelta(hours=1))
    for _ in range(30):
        open_due_slots(now=NOON)
        work_jobs()
    assert RuleJob.objects.filter(rule=rule).count() == 25


def test_a_rule_still_at_its_last_slot_begins_no_second() -> None:
    scheduled()
    open_due_slots(now=NOON)
    assert open_due_slots(now=NOON + timedelta(hours=5)) == 0
    work_jobs()
    assert open_due_slots(now=NOON + timedelta(hours=5)) == 1


def test_the_next_slot_does_not_tell_again_what_was_told() -> None:
    make_order()
    scheduled()
    for hours in range(3):
        open_due_slots(now=NOON + timedelta(hours=hours))
        work_jobs()
    assert RuleJob.objects.count() == 3
    assert RuleRun.objects.count() == 1


def test_daily_slots_follow_the_clock_of_their_zone_through_its_changes() -> None:
    rule = Rule(event=RuleEvent.SCHEDULE, daily_at=time(7, 30), time_zone="Europe/Berlin")
    assert latest_slot(rule, datetime(2026, 10, 24, 12, tzinfo=UTC)) == datetime(2026, 10, 24, 5, 30, tzinfo=UTC)
    assert next_slot(rule, datetime(2026, 10, 24, 12, tzinfo=UTC)) == datetime(2026, 10, 25, 6, 30, tzinfo=UTC)
    assert latest_slot(rule, datetime(2026, 10, 25, 6, tzinfo=UTC)) == datetime(2026, 10, 24, 5, 30, tzinfo=UTC)
    spring = Rule(event=RuleEvent.SCHEDULE, daily_at=time(2, 30), time_zone="Europe/Berlin")
    slots = [datetime(2026, 3, 27, 12, tzinfo=UTC)]
    for _ in range(4):
        slots.append(next_slot(spring, slots[-1]))
    assert [slot.day for slot in slots[1:]] == [28, 29, 30, 31]


def test_a_scheduled_rule_that_was_switched_off_stops() -> None:
    order = make_order()
    rule = scheduled()
    open_due_slots(now=NOON)
    switch_rule(rule, enabled=False, actor="mara")
    work_jobs()
    assert (RuleRun.objects.filter(order=order).count(), RuleJob.objects.get().stopped_by) == (0, "system")


def test_a_scheduled_rule_looks_at_open_orders_and_those_of_late(settings) -> None:
    settings.RULES_SCHEDULE_DAYS = 10
    old_open, old_closed, new_closed = make_order(), make_order(state="closed"), make_order(state="closed")
    Order.objects.filter(pk__in=[old_open.pk, old_closed.pk]).update(created_at=timezone.now() - timedelta(days=30))
    scheduled(next_slot_at=timezone.now() - timedelta(hours=2))
    open_due_slots()
    work_jobs()
    assert set(RuleRun.objects.values_list("order", flat=True)) == {old_open.pk, new_closed.pk}


@pytest.mark.parametrize("event", list(EVENTS))
def test_an_event_already_past_is_made_up_for_when_somebody_asks(event: str, monkeypatch) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 2)
    had = [make_order(**EVENTS[event]) for _ in range(3)]
    make_order()
    rule = make_rule(event=event)
    assert set(orders_past(rule)) == set(had)
    job = apply_to_past(rule, since=None, expected=3, actor="mara")
    with pytest.raises(Conflict):
        apply_to_past(rule, since=None, expected=3, actor="tom")
    work_jobs()
    work_jobs()
    job.refresh_from_db()
    assert (job.looked_at, job.matched, job.done, job.failed) == (3, 3, 3, 0)
    assert set(RuleRun.objects.values_list("source", "asked_by")) == {(f"past:{job.pk}", "mara")}
    apply_to_past(rule, since=None, expected=3, actor="mara")
    work_jobs()
    assert RuleRun.objects.count() == 3


def test_a_job_that_is_stopped_goes_no_further() -> None:
    make_order()
    job = apply_to_past(make_rule(), since=None, expected=1, actor="mara")
    stop_job(job, actor="tom")
    work_jobs()
    assert RuleRun.objects.count() == 0
    with pytest.raises(Conflict):
        stop_job(job, actor="tom")


def given(**changes: object) -> RuleInput:
    values = {
        "name": "Signs", "event": "received", "conditions": '{"type":"group","match":"all","of":[]}',
        "actions": '[{"kind":"tag","params":{"tag":"sign"}}]',
    }  # fmt: skip
    return RuleInput(**values | changes)


def test_a_rule_is_written_switched_moved_and_taken_away() -> None:
    first = save_rule(given(), rule=None, revision=None, actor="mara")
    second = save_rule(given(event="schedule", every_minutes=30, name="Second"), rule=None, revision=None, actor="mara")
    assert (first.enabled, first.position, second.position) == (False, 1, 2)
    assert switch_rule(second, enabled=True, actor="tom").next_slot_at is not None
    move_rule(second, before=first, actor="tom")
    assert list(Rule.objects.values_list("name", flat=True)) == ["Second", "Signs"]
    remove_rule(first, actor="tom")
    with pytest.raises(IllegalTransition):
        switch_rule(first, enabled=True, actor="tom")


def test_of_two_people_who_edit_one_rule_the_second_is_told() -> None:
    rule = save_rule(given(), rule=None, revision=None, actor="mara")
    save_rule(given(name="Toms"), rule=rule, revision=1, actor="tom")
    with pytest.raises(Conflict):
        save_rule(given(name="Maras"), rule=rule, revision=1, actor="mara")
    rule.refresh_from_db()
    assert (rule.name, rule.revision) == ("Toms", 2)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "x" * 101}),
        ("note", {"note": "x" * 2001}),
        ("event", {"event": "birthday"}),
        ("every_minutes", {"event": "schedule"}),
        ("every_minutes", {"event": "schedule", "every_minutes": 1}),
        ("every_minutes", {"event": "schedule", "every_minutes": 60, "daily_at": time(7)}),
        ("time_zone", {"event": "schedule", "every_minutes": 60, "time_zone": "Mars/Olympus"}),
        ("conditions", {"conditions": "{"}),
        ("actions", {"actions": "[]"}),
        ("actions", {"actions": "["}),
        ("actions", {"actions": '[{"kind":"tag"}]'}),
        ("actions", {"actions": '[{"kind":"tag","params":{"tag":"a,b"}}]'}),
        ("actions", {"actions": '[{"kind":"launch","params":{}}]'}),
        ("actions", {"actions": '[{"kind":"release"},{"kind":"release"}]'}),
        ("actions", {"actions": f"[{','.join(['1'] * 11)}]"}),
    ],
)
def test_a_rule_that_breaks_limits_is_refused_by_field(field: str, changes: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        save_rule(given(**changes), rule=None, revision=None, actor="mara")
    assert list(refusal.value.errors) == [field]
    assert not Rule.objects.exists()


def test_a_rule_being_edited_is_built_without_being_saved() -> None:
    rule = build_rule(given())
    assert rule.pk is None
    assert not Rule.objects.exists()


def test_a_past_job_narrows_to_orders_received_since_then() -> None:
    old, new = make_order(), make_order()
    Order.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=30))
    rule = make_rule(when=group("all", asks("state", "is_any", "new"), counts("pieces", "at_least", "1")))
    apply_to_past(rule, since=timezone.now() - timedelta(days=1), expected=1, actor="mara")
    work_jobs()
    assert list(RuleRun.objects.values_list("order", flat=True)) == [new.pk]


def test_a_job_that_is_not_through_after_a_day_is_stopped_and_staff_are_given_notice() -> None:
    rule = scheduled()
    open_due_slots(now=NOON)
    assert end_endless_jobs() == 0
    RuleJob.objects.update(begun_at=timezone.now() - timedelta(hours=25))
    assert end_endless_jobs() == 1
    job = RuleJob.objects.get()
    assert (job.finished_at is None, job.stopped_by) == (False, "system")
    assert Notice.objects.get(rule=rule, done_at=None).kind == "rule_failed"
