"""What a kind of push means, and at which vendors it means something of its own."""

from collections.abc import Iterator

import pytest

from backoffice.engine.models import Push
from backoffice.engine.services import handlers
from backoffice.engine.services.handlers import PUSH_HANDLERS, PushHandler, handler_of, push_kind
from backoffice.vendors.abilities import TakesOrdersAtOnce


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


def test_a_kind_that_nobody_has_registered_has_no_handler() -> None:
    with pytest.raises(KeyError):
        handler_of(Push(kind="test.nothing", vendor="mypromo"))
