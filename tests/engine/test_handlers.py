"""What a kind of push means, and at which vendors it means something of its own."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services import handlers
from backoffice.engine.services.diagnosis import examine
from backoffice.engine.services.handlers import PUSH_HANDLERS, PushHandler, handler_of, push_kind
from backoffice.engine.services.pushes import queue_push
from backoffice.engine.services.sending import deliver, end_expired_leases
from backoffice.engine.services.sweep import due_pushes
from backoffice.vendors.abilities import TakesOrdersAtOnce
from tests.engine.toy import MakeBoth


@pytest.fixture
def kinds(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[type[PushHandler], type[PushHandler]]]:
    """Register a kind that means one thing at most vendors, and another at those that take orders at once."""
    monkeypatch.setattr(handlers, "_AT_VENDORS", {})

    @push_kind("test.greet")
    class Greet(PushHandler):
        pass

    @push_kind("test.greet", at=TakesOrdersAtOnce)
    class GreetBlind(PushHandler):
        pass

    yield Greet, GreetBlind
    del PUSH_HANDLERS["test.greet"]


def test_a_vendor_has_the_handler_that_is_registered_for_it(kinds: tuple[type[PushHandler], type[PushHandler]]) -> None:
    most, blind = kinds
    assert type(handler_of(Push(kind="test.greet", vendor="mypromo"))) is most
    assert type(handler_of(Push(kind="test.greet", vendor="sign-customiser"))) is blind


def test_each_push_has_a_handler_of_its_own(kinds: tuple[type[PushHandler], type[PushHandler]]) -> None:
    push = Push(kind="test.greet", vendor="mypromo")
    first = handler_of(push)
    first.push = push
    assert not hasattr(handler_of(push), "push")


@pytest.fixture
def of_tomorrow(toy_vendor: MakeBoth, shop: Shop) -> Push:
    """Return what the workers of a newer release were sending when they were stopped."""
    with transaction.atomic():
        push = queue_push("toy.make", vendor="toy", subject=shop, actor="test")
    Push.objects.update(kind="of.tomorrow")
    push.refresh_from_db()
    return push


@pytest.mark.django_db
def test_what_only_a_newer_release_knows_waits_for_its_workers(of_tomorrow: Push) -> None:
    assert due_pushes(limit=10) == []
    assert deliver(of_tomorrow.pk) is None
    of_tomorrow.refresh_from_db()
    assert (of_tomorrow.attempts, of_tomorrow.lease_until) == (0, None)
    [found] = [result for result in examine(ask_vendors=False) if "of.tomorrow" in result.text]
    assert not found.is_well


@pytest.mark.django_db
def test_it_does_not_keep_the_sweep_from_ending_the_leases_of_others(of_tomorrow: Push, shop: Shop) -> None:
    with transaction.atomic():
        other = queue_push("toy.make", vendor="toy", subject=shop, actor="test")
    lost = {"state": PushState.IN_FLIGHT, "lease_until": timezone.now() - timedelta(minutes=1)}
    Push.objects.update(**lost)
    assert end_expired_leases() == 1
    other.refresh_from_db()
    of_tomorrow.refresh_from_db()
    assert (other.state, of_tomorrow.state) == (PushState.NEW, PushState.IN_FLIGHT)


def test_a_kind_that_nobody_has_registered_has_no_handler() -> None:
    with pytest.raises(KeyError):
        handler_of(Push(kind="test.nothing", vendor="mypromo"))
