"""Opens vendors for use, wired to what all workers share."""

from collections.abc import Callable
from typing import TypeVar

from backoffice.engine.models.push import Lane
from backoffice.engine.services.experience import SharedExperience
from backoffice.engine.services.limiter import SharedLimiter
from backoffice.engine.services.tokens import SharedTokens
from backoffice.vendors.base import Connection, Exchange, Vendor
from backoffice.vendors.registry import vendor_type


def _ignore(exchange: Exchange) -> None:
    """Reads outside of a push leave no record of their own."""


V = TypeVar("V", bound=Vendor)


def get_vendor(
    name: str,
    ability: type[V],
    *,
    lane: Lane,
    record: Callable[[Exchange], None] = _ignore,
    before_send: Callable[[], None] = lambda: None,
    patience: float | None = None,
) -> V:
    """Return the vendor, with gate and tokens, as one that has that ability. `record` gets every masked exchange.

    `patience`: somebody waits for the answer, so many seconds a call. Raises UnknownVendor, MissingAbility.
    """
    found = vendor_type(name, ability)
    limiter = SharedLimiter(name, lane, before_send)
    return found(
        Connection(
            limiter=limiter,
            tokens=SharedTokens(name),
            record=record,
            patience=patience,
            experience=SharedExperience(name),
        )
    )
