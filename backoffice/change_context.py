"""Which change of many rows is going on: each line of a timeline that is written meanwhile carries its id."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

_current: ContextVar[UUID | None] = ContextVar("change", default=None)


def current_change() -> UUID | None:
    """Return the id of the change that is going on, None outside of one."""
    return _current.get()


@contextmanager
def under_change(change: UUID) -> Iterator[None]:
    """Let what is written in here carry the id."""
    before = _current.set(change)
    try:
        yield
    finally:
        _current.reset(before)
