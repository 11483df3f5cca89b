"""Parcels to make, and what became of them."""

import pytest

from backoffice.engine.models import Push
from backoffice.errors import InvalidInput
from backoffice.sandbox import Sandbox
from fulfillment.models import ParcelState, ProductionOrder
from fulfillment.services.dispatching import add_parcel
from fulfillment.services.parcel_rules import ParcelToMake

CODE = "1Z123891378124"


def parcel(code: str = CODE, *, carrier: str = "ups", **more: object) -> ParcelToMake:
    return ParcelToMake(carrier, code, code_is_confirmed=True, **more)


def shipped(sandbox: Sandbox) -> list[str]:
    return [entry["tracking_code"] for entry in sandbox.ledger.shipments()]


def refused(order: ProductionOrder, asked: ParcelToMake, *, match: str) -> dict[str, list[str]]:
    """Check that it is refused, with nothing made or queued, and return the errors."""
    with pytest.raises(InvalidInput, match=match) as refusal:
        add_parcel(order, asked, actor="anna", may_force=True)
    assert not order.shipments.filter(made_by="anna", state=ParcelState.WAITING).exists()
    assert not Push.objects.open().exists()
    return refusal.value.errors
