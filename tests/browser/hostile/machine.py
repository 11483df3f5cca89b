"""What is said to vendors and by them: pushes, callbacks, drift, standstills; jobs over orders."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from backoffice.engine.models import Callback, Drift, Heartbeat, Integration, Push, PushAttempt, WebhookSubscription
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.models.push import PushState
from backoffice.jobs.models import Job, JobRow
from backoffice.jobs.models.job import JobState
from backoffice.jobs.models.row import RowState
from backoffice.jobs.services.kinds import JOB_KINDS
from backoffice.staff.models import PolicyReport
from orders.models import VendorOrder
from tests.browser.hostile.seeding import Scene
from tests.browser.hostile.words import ACTOR, HOSTILE, LONG, MARKUP, SCRIPT, at_place, bulk

BODIES = (b'{"id": 1, "state": "shipped"}', SCRIPT.encode(), b"\xff\xfe\x00broken", (LONG * 20).encode(), b"")
STEPS = {PushState.UNKNOWN: "submit"}


def fill(scene: Scene, count: int) -> None:
    Heartbeat.objects.update_or_create(name="sweep", defaults={"at": scene.now})
    _pushes(scene)
    _reports(scene)
    _callbacks(scene, max(len(CallbackState) * 2, count // 6))
    bulk(
        [
            Drift(
                vendor="mypromo",
                kind="orders",
                reference=at_place(HOSTILE, n)[:100],
                raw_state=LONG[:64],
                changed_at=scene.now,
                found_at=scene.now,
            )
            for n in range(max(4, count // 20))
        ]
    )
    Integration.objects.update_or_create(
        vendor="lettrlabs",
        defaults={
            "paused_at": scene.now,
            "paused_by": ACTOR,
            "pause_reason": MARKUP + LONG[:200],
            "last_failure": LONG,
        },
    )
    bulk(
        [
            WebhookSubscription(
                vendor="sign-customiser",
                topic=f"{scene.mark}{n}"[:64],
                url=f"https://shop.example.com/{LONG}",
                status=MARKUP[:64],
                created_by=ACTOR,
            )
            for n in range(3)
        ]
    )
    _jobs(scene)


def _reports(scene: Scene) -> None:
    bulk(
        [
            PolicyReport(
                page=SCRIPT,
                directive="script-src-elem",
                blocked=f"{LONG[:160]}{uuid4().hex}",
                source=MARKUP[:200],
                last_at=scene.now,
            )
            for _n in range(4)
        ]
    )


def _pushes(scene: Scene) -> None:
    parts = list(VendorOrder.objects.filter(order__in=scene.orders).order_by("pk"))
    pushes = bulk([_push(scene, part, n) for n, part in enumerate(parts)])
    bulk([_attempt(scene, push, n) for push in pushes for n in range(3)])


def _push(scene: Scene, part: VendorOrder, place: int) -> Push:
    state = at_place(
        (PushState.FAILED, PushState.CONFIRMED, PushState.UNKNOWN, PushState.NEW, PushState.CONFIRMED), place
    )
    is_open = state in (PushState.NEW, PushState.UNKNOWN)
    return Push(
        vendor="mypromo",
        kind="orders.place",
        subject_type="orders.vendororder",
        subject_id=part.pk,
        generation=7,
        state=state,
        step=STEPS.get(state, ""),
        attempts=3,
        next_at=scene.now + timedelta(days=300),
        needs_attention=state == PushState.FAILED or (state == PushState.UNKNOWN and place % 2 == 0),
        cause=f"Refused: {at_place(HOSTILE, place)}" if state != PushState.CONFIRMED else "",
        errors=[{"field": "recipient.street", "text": MARKUP}] if state == PushState.FAILED else [],
        unknown_since=scene.now - timedelta(hours=place) if state == PushState.UNKNOWN else None,
        settles_at=scene.now if state == PushState.UNKNOWN else None,
        created_by=ACTOR,
        finished_at=None if is_open else scene.now,
        payload={"note": MARKUP, LONG[:60]: LONG},
    )


def _attempt(scene: Scene, push: Push, place: int) -> PushAttempt:
    return PushAttempt(
        push=push,
        step="submit",
        started_at=scene.now - timedelta(hours=2, seconds=place),
        duration_ms=30_000,
        method="POST",
        url=f"https://api.example.com/v1/{LONG}",
        request=f'{{"reference": "WEB-1", "attempt": {place}, "note": "{SCRIPT}{LONG}"}}',
        status={PushState.UNKNOWN: None, PushState.FAILED: 422}.get(PushState(push.state), 201),
        answer=f'{{"error": "{MARKUP}{LONG}"}}',
        error="Read timed out. " + LONG if push.state == PushState.UNKNOWN else "",
    )


def _callbacks(scene: Scene, count: int) -> None:
    states = [state for state in CallbackState.values if state != CallbackState.NEW]
    bulk(
        [
            Callback(
                vendor=at_place(("mypromo", "sign-customiser"), n),
                topic="order",
                key=uuid4().hex,
                body=at_place(BODIES, n),
                headers={"user-agent": MARKUP},
                state=at_place(states, n),
                note=at_place(HOSTILE, n),
                source_ip="127.0.0.1",
            )
            for n in range(count)
        ]
    )


def _jobs(scene: Scene) -> None:
    """Make a job of each kind, and of each state."""
    kinds, states = sorted(JOB_KINDS), list(JobState.values)
    jobs = bulk([_job(scene, at_place(kinds, n), at_place(states, n), n) for n in range(max(len(kinds), len(states)))])
    bulk(
        [
            JobRow(
                job=job,
                subject_id=order.pk,
                label=order.number,
                detail=at_place(HOSTILE, n)[:200],
                state=at_place(RowState.values, n),
                text=at_place(HOSTILE, n) if n % 2 else "",
                errors={"street": [MARKUP]} if n % 3 == 0 else {},
            )
            for job in jobs
            for n, order in enumerate(scene.orders[:12])
        ]
    )


def _job(scene: Scene, kind: str, state: str, place: int) -> Job:
    inputs: dict[str, Any] = {"reason": MARKUP + LONG, "text": LONG, "tag": SCRIPT[:40], "assignee": scene.staff[0].pk}
    is_ended = state in (JobState.DONE, JobState.FAILED, JobState.STOPPED)
    return Job(
        kind=kind,
        state=state,
        inputs=inputs,
        query=f"q={LONG}",
        total=12,
        counts={row: 12 // len(RowState.values) for row in RowState.values},
        created_by=ACTOR,
        started_at=None if state in (JobState.CHECKING, JobState.READY) else scene.now - timedelta(minutes=5),
        finished_at=scene.now if is_ended else None,
        lease_until=scene.now + timedelta(days=1) if state in (JobState.RUNNING, JobState.CHECKING) else None,
        stopped_by=ACTOR if state == JobState.STOPPED else "",
        needs_attention=state == JobState.FAILED,
        problem=at_place(HOSTILE, place) + LONG if state == JobState.FAILED else "",
    )
