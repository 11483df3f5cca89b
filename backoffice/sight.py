"""What a reader may see beside the rows themselves: purchase prices, personal data, payments.

One function for each right. Who reads is known for as long as a request or a job of theirs lasts (`reading`). Where
nobody does, in background work, in commands and at the doors of shops, all is seen: those ask for rights of their own.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied

from backoffice.masking import MASK

PERSONAL_DATA = "accounts.see_personal_data"
PURCHASE_PRICES = "accounts.see_purchase_prices"
PAYMENTS = "accounts.see_payments"
SIGHTS = (PERSONAL_DATA, PURCHASE_PRICES, PAYMENTS)
T = TypeVar("T")
# Answers whether the reader has a right.
Asked = Callable[[str], bool]

_reader: ContextVar[Asked | None] = ContextVar("sight", default=None)


@contextmanager
def reading(asked: Asked) -> Iterator[None]:
    """Let what is read in here be read by somebody; they are asked once a right counts."""
    before = _reader.set(asked)
    try:
        yield
    finally:
        _reader.reset(before)


def may_see(*rights: str) -> bool:
    """Return whether the reader has all of these rights."""
    asked = _reader.get()
    return asked is None or all(map(asked, rights))


def may_see_personal_data() -> bool:
    """Return whether the reader may see names, addresses, e-mail addresses and telephone numbers of customers."""
    return may_see(PERSONAL_DATA)


def may_see_purchase_prices() -> bool:
    """Return whether the reader may see what vendors charge, and so what is earned."""
    return may_see(PURCHASE_PRICES)


def may_see_payments() -> bool:
    """Return whether the reader may see what is paid out: cards, refunds, credits."""
    return may_see(PAYMENTS)


def personal(value: Any) -> Any:
    """Return personal data as the reader may see it: masked where they may not; what is empty stays empty."""
    return value if not value or may_see_personal_data() else MASK


def purchase_price(value: T) -> T | None:
    """Return a purchase price or a margin as the reader may see it: None where they may not."""
    return value if may_see_purchase_prices() else None


def payment(value: Any) -> Any:
    """Return an amount that is paid out as the reader may see it: masked where they may not."""
    return value if not value or may_see_payments() else MASK


def require_sight(*rights: str) -> None:
    """Raise PermissionDenied where the reader lacks one of them: the page consists of nothing else."""
    if not may_see(*rights):
        raise PermissionDenied
