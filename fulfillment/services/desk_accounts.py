"""The accounts that the production desk is for."""

from dataclasses import dataclass

from backoffice.engine.services.vendor_status import Mode, mode_of
from backoffice.vendors.abilities import GivesProductionOrders
from backoffice.vendors.registry import live_accounts, vendor_type
from fulfillment.models import ProductionOrder


@dataclass(frozen=True)
class DeskAccount:
    """A vendor's account by which we are a fulfiller; `is_real` when what we send has consequences."""

    vendor: str
    is_configured: bool
    is_real: bool


def desk_accounts() -> list[DeskAccount]:
    """Return the accounts that bring production orders, set up or not."""
    return [
        DeskAccount(name, vendor_type(name, GivesProductionOrders).is_configured(), mode_of(name) == Mode.LIVE)
        for name in live_accounts(GivesProductionOrders)
    ]


def has_desk() -> bool:
    """Return whether an account that brings production orders is set up, or brought some before."""
    return any(account.is_configured for account in desk_accounts()) or ProductionOrder.objects.exists()
