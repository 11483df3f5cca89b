"""Workers killed (-9) at every point of fetching a label and of reporting a parcel; the ledger counts what happened."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone
from pytest_django import Settings

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services import files
from backoffice.engine.services.delivery import Delivery
from backoffice.engine.services.pushes import decide_push
from backoffice.engine.services.sending import deliver, end_expired_leases
from backoffice.sandbox import Sandbox
from fulfillment.models import Label, LabelKind, LabelState, ParcelState
from fulfillment.services.dispatching import add_parcel
from fulfillment.services.labels import fetch_label
from fulfillment.services.parcel_rules import ParcelToMake
from tests.fulfillment.conftest import Make

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]
PATIENCE_SECONDS = 30
LEASE_SECONDS = 2


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def forked() -> Iterator[bool]:
    """Fork a worker: true in it, false here, where its end by SIGKILL is waited for."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            yield True
        finally:
            os._exit(7)
    yield False
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            assert os.WIFSIGNALED(status), (
                f"the worker was not killed but ended with {os.waitstatus_to_exitcode(status)}"
            )
            return
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    raise AssertionError("the worker never came to the point where it should die")


def plan_death(step: str, moment: str) -> None:
    """Plan the worker's death: before the call, with the response, with the copy on disk, or once recorded."""
    true_write: Any = Delivery.write

    def write(
        delivery: Delivery, name: str, call: Callable[[], Any], record: Callable[[Any], None], **more: Any
    ) -> Any:
        if name != step:
            return true_write(delivery, name, call, record, **more)

        def calling() -> Any:
            if moment == "before":
                die()
            answer = call()
            if moment == "answered":
                die()
            return answer

        answer = true_write(delivery, name, calling, record, **more)
        die()
        return answer

    patched: Any = Delivery
    patched.write = write
    if moment == "handed out":
        store: Any = files
        store.keep_file = lambda *args, **more: die()


def crash(push: Push, step: str, moment: str) -> None:
    """Let a worker take the push and be killed there; then its lease is over."""
    with forked() as is_worker:
        if is_worker:
            plan_death(step, moment)
            deliver(push.pk)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not end_expired_leases():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def go_on(*, happened: bool) -> None:
    """Do what the other workers do, and the person where nothing else is left: who knows what `happened`."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while Push.objects.open().exists():
        assert time.monotonic() < deadline
        for push in Push.objects.filter(state__in=[PushState.NEW, PushState.UNKNOWN]):
            if push.needs_attention:
                decide_push(push, happened=happened, actor="anna", reason="asked the carrier")
            else:
                Push.objects.filter(pk=push.pk, next_at__gt=timezone.now(), settles_at__isnull=True).update(
                    next_at=timezone.now()
                )
                deliver(push.pk)
        time.sleep(0.02)


@pytest.fixture(autouse=True)
def _short_leases(settings: Settings) -> None:
    settings.PUSH_LEASE_SECONDS = LEASE_SECONDS


@pytest.mark.parametrize(
    ("moment", "ends"),
    [
        ("before", LabelState.KEPT),  # nothing was sent, which only a person can know
        ("handed out", LabelState.LOST),  # announced, and the copy went down with the worker
        ("answered", LabelState.KEPT),  # the copy on the disk proves it
        ("recorded", LabelState.KEPT),
    ],
)
def test_a_label_is_handed_out_once_wherever_the_worker_dies(
    moment: str, ends: LabelState, sandbox: Sandbox, make: Make
) -> None:
    label = make("label").labels.get()
    fetch_label(label, actor="anna", dispatch_on=timezone.localdate())
    crash(Push.objects.get(), "download", moment)
    fetch_label(label, actor="bert", dispatch_on=timezone.localdate())  # the page is rendered again, and clicked
    go_on(happened=moment != "before")
    label.refresh_from_db()
    assert list(sandbox.ledger.label_downloads().values()) == [1]
    assert label.state == ends


@pytest.mark.parametrize(
    ("step", "moment", "ends"),
    [
        ("make", "before", LabelState.KEPT),
        ("make", "answered", LabelState.KEPT),  # the production order shows it
        ("make", "recorded", LabelState.KEPT),
        ("download", "before", LabelState.KEPT),
        ("download", "answered", LabelState.KEPT),
    ],
)
def test_a_generic_label_is_made_once_wherever_the_worker_dies(
    step: str, moment: str, ends: LabelState, sandbox: Sandbox, make: Make
) -> None:
    order = make("generic")
    fetch_label(order.labels.get(kind=LabelKind.GENERIC), actor="anna", dispatch_on=timezone.localdate())
    crash(Push.objects.get(), step, moment)
    fetch_label(order.labels.get(kind=LabelKind.GENERIC), actor="bert", dispatch_on=timezone.localdate())
    go_on(happened=moment != "before")
    label = Label.objects.get(production_order=order, kind=LabelKind.GENERIC)
    assert list(sandbox.ledger.generic_labels().values()) == [1]
    assert max(sandbox.ledger.label_downloads().values(), default=0) <= 1
    assert label.state == ends


@pytest.mark.parametrize("moment", ["before", "answered", "recorded"])
def test_a_parcel_is_reported_once_wherever_the_worker_dies(moment: str, sandbox: Sandbox, make: Make) -> None:
    order = make("plain")
    item = order.items.get()
    codes = ["1Z1", "1Z2"]
    parcels = [
        add_parcel(order, ParcelToMake("ups", code, quantities={item.pk: 1}, code_is_confirmed=True), actor="anna")
        for code in codes
    ]
    crash(Push.objects.get(subject_id=parcels[0].pk), "add", moment)
    go_on(happened=True)
    assert [entry["tracking_code"] for entry in sandbox.ledger.shipments()] == codes
    assert {parcel.state for parcel in order.shipments.all()} == {ParcelState.REPORTED}
    assert order.shipments.count() == 2
    assert not Push.objects.exclude(decided_by="").exists()
