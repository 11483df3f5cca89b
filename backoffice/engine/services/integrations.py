"""Opens vendors for use, wired to what all workers share."""

from collections.abc import Callable
from typing import TypeVar

from backoffice.engine.models import Integration
from backoffice.engine.models.push import Lane
from backoffice.engine.services.limiter import SharedLimiter
from backoffice.engine.services.tokens import SharedTokens
from backoffice.vendors.base import Connection, Exchange, Vendor
from backoffice.vendors.registry import fingerprint_of, vendor_type

V = TypeVar("V", bound=Vendor)


class SharedExperience:
    """The `Experience` of one vendor: what was found out by trying, where its documents contradict each other."""

    def __init__(self, vendor: str) -> None:
        self.vendor = vendor

    def get(self, name: str) -> str:
        """Return what was found; empty when nothing was yet."""
        found = Integration.objects.filter(vendor=self.vendor).values_list(f"experience__{name}", flat=True).first()
        return str(found or "")

    def keep(self, name: str, value: str) -> None:
        """Save what was found; what another worker finds at the same time may be lost, and is found again."""
        row, _is_new = Integration.objects.get_or_create(vendor=self.vendor)
        row.experience[name] = value
        row.save(update_fields=["experience"])


def get_vendor(
    name: str,
    ability: type[V],
    *,
    lane: Lane,
    record: Callable[[Exchange], None] = lambda exchange: None,
    before_send: Callable[[], None] = lambda: None,
    patience: float | None = None,
) -> V:
    """Return the vendor, with limiter and tokens, as one that has that ability. `record` gets every masked exchange;
    reads outside of a push leave none.

    `patience`: somebody waits for the response, so many seconds a call. Raises UnknownVendor, MissingAbility.
    """
    connection = Connection(
        limiter=SharedLimiter(name, lane, before_send),
        tokens=SharedTokens(name, got_with=fingerprint_of(name)),
        record=record,
        patience=patience,
        experience=SharedExperience(name),
    )
    return vendor_type(name, ability)(connection)
