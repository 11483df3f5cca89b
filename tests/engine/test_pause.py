"""A pause stops what is sent; reads, searches and pulls go on. And what operators type to pause and resume."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.engine.models import Integration, Push
from backoffice.engine.models.push import Lane, PushState
from backoffice.engine.services import limiter
from backoffice.engine.services.delivery import Delivery
from backoffice.engine.services.handlers import PUSH_HANDLERS, PushHandler
from backoffice.engine.services.pushes import queue_push
from backoffice.engine.services.sending import deliver
from backoffice.engine.services.sweep import due_pushes
from backoffice.vendors.errors import RateLimited, VendorAmbiguous
from backoffice.vendors.registry import vendor_title
from tests.engine.toy import SHELF, MakeBoth

pytestmark = pytest.mark.django_db


@pytest.fixture
def push(toy_vendor: MakeBoth, shop: Shop) -> Push:
    with transaction.atomic():
        return queue_push("toy.make", vendor="toy", subject=shop, actor="test")


def lost(*, after_work: bool) -> Callable[[str], None]:
    """Lose the vendor's response, before or after it did its work."""

    def mishap(name: str) -> None:
        if after_work:
            SHELF.made.append(name)
        raise VendorAmbiguous("cut")

    return mishap


def make_due(push: Push) -> None:
    Push.objects.filter(pk=push.pk).update(next_at=timezone.now(), settles_at=timezone.now())


def test_a_paused_vendor_can_be_read_and_not_written(toy_vendor: MakeBoth) -> None:
    mine = limiter.SharedLimiter("toy", Lane.ORDERS)
    limiter.pause("toy", actor="jo")
    mine.acquire(write=False)
    with pytest.raises(RateLimited, match="paused"):
        mine.acquire(write=True)
    limiter.resume("toy")
    mine.acquire(write=True)


@pytest.mark.parametrize("vendor", ["autoletter", "sign-customiser"])
def test_what_keeps_a_call_back_names_the_vendor_by_its_title(vendor: str) -> None:
    mine = limiter.SharedLimiter(vendor, Lane.ORDERS)
    limiter.pause(vendor, actor="jo")
    with pytest.raises(RateLimited, match=f"^{vendor_title(vendor)} is paused"):
        mine.acquire(write=True)
    limiter.stop_for_credentials(vendor, text="No.")
    with pytest.raises(RateLimited, match=f"^Calls to {vendor_title(vendor)} are stopped"):
        mine.acquire(write=False)


def test_a_waiting_push_is_left_alone_during_a_pause_and_sent_after_it(push: Push) -> None:
    limiter.pause("toy", actor="jo")
    assert due_pushes(limit=10) == []
    assert deliver(push.pk) is None
    push.refresh_from_db()
    assert (push.state, push.attempts, SHELF.made) == (PushState.NEW, 0, [])
    limiter.resume("toy")
    assert due_pushes(limit=10) == [push.pk]
    assert deliver(push.pk) == PushState.CONFIRMED


def test_a_push_on_its_way_stops_before_its_next_write(push: Push, monkeypatch: pytest.MonkeyPatch) -> None:
    SHELF.mishaps = [lambda name: limiter.pause("toy", actor="jo") and None]
    assert deliver(push.pk) == PushState.NEW
    assert [f"{push.subject_id}/a"] == SHELF.made
    limiter.resume("toy")
    make_due(push)
    assert deliver(push.pk) == PushState.CONFIRMED
    assert [f"{push.subject_id}/a", f"{push.subject_id}/b"] == SHELF.made


def test_an_unknown_outcome_is_found_during_a_pause_and_nothing_more_is_sent(push: Push) -> None:
    SHELF.mishaps = [lost(after_work=True)]
    assert deliver(push.pk) == PushState.UNKNOWN
    limiter.pause("toy", actor="jo")
    make_due(push)
    assert due_pushes(limit=10) == [push.pk]
    deliver(push.pk)
    push.refresh_from_db()
    assert push.state == PushState.NEW
    assert [f"{push.subject_id}/a"] == SHELF.made
    assert due_pushes(limit=10) == []


def test_what_is_proved_absent_during_a_pause_is_sent_after_it_only(push: Push) -> None:
    SHELF.mishaps = [lost(after_work=False)]
    deliver(push.pk)
    limiter.pause("toy", actor="jo")
    for _ in range(3):
        make_due(push)
        deliver(push.pk)
    push.refresh_from_db()
    assert (push.state, push.looks, SHELF.made) == (PushState.NEW, 2, [])
    limiter.resume("toy")
    assert deliver(push.pk) == PushState.CONFIRMED


def test_a_push_that_only_reads_goes_on_during_a_pause(toy_vendor: MakeBoth, shop: Shop) -> None:
    class Ask(PushHandler):
        writes = False

        def deliver(self, delivery: Delivery) -> None:
            delivery.read(delivery.vendor.check)

    PUSH_HANDLERS["toy.ask"] = Ask()
    try:
        limiter.pause("toy", actor="jo")
        with transaction.atomic():
            push = queue_push("toy.ask", vendor="toy", subject=shop, actor="test")
        assert due_pushes(limit=10) == [push.pk]
        assert deliver(push.pk) == PushState.CONFIRMED
    finally:
        del PUSH_HANDLERS["toy.ask"]


def test_what_waits_for_a_paused_vendor_is_not_overdue(push: Push, settings: object) -> None:
    Push.objects.update(next_at=timezone.now() - timedelta(hours=2))
    settings.TOY_URL = "http://127.0.0.1:1/"  # type: ignore[attr-defined]
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("doctor", "--offline", stdout=out)
    assert "has been due for" in out.getvalue()
    limiter.pause("toy", actor="jo")
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("doctor", "--offline", stdout=out)
    assert "has been due for" not in out.getvalue()


def typed(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_operators_pause_and_resume_by_command(push: Push) -> None:
    assert "toy: paused" in typed("pause", "toy", "--actor", "jana", "--reason", "restore")
    row = Integration.objects.get()
    assert (row.paused_by, row.pause_reason) == ("jana", "restore")
    assert row.paused_at is not None
    assert "already paused" in typed("pause", "--all", "--actor", "jo", "--reason", "another")
    assert Integration.objects.get().pause_reason == "restore"
    assert deliver(push.pk) is None
    assert "toy: resumed" in typed("resume", "toy")
    row.refresh_from_db()
    assert (row.paused_at, row.paused_by, row.pause_reason) == (None, "", "")
    assert deliver(push.pk) == PushState.CONFIRMED


@pytest.mark.parametrize("option", [("--reason", "x" * 301), ("--actor", "x" * 151)])
def test_a_reason_longer_than_what_is_kept_is_refused(toy_vendor: MakeBoth, option: tuple[str, str]) -> None:
    with pytest.raises(CommandError, match="at most"):
        typed("pause", "toy", *option)
    assert not Integration.objects.exists()


@pytest.mark.parametrize("arguments", [[], ["nobody"], ["toy", "nobody"]])
@pytest.mark.parametrize("command", ["pause", "resume"])
def test_a_vendor_that_is_not_known_is_refused_and_none_is_changed(
    toy_vendor: MakeBoth, command: str, arguments: list[str]
) -> None:
    with pytest.raises(CommandError, match="There are: toy"):
        typed(command, *arguments)
    assert not Integration.objects.exists()
