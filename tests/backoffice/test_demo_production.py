"""The demo's production desk has something to do."""

import pytest

from backoffice.demo.sandbox import KINDS
from backoffice.demo.sandbox import Sandbox as Hands
from backoffice.sandbox import Sandbox
from fulfillment.models import ProductionOrder
from fulfillment.services.production_pulling import ProductionPull
from tests.fulfillment.conftest import VENDOR, sandbox

__all__ = ["sandbox"]
pytestmark = pytest.mark.django_db


def test_the_demo_fills_the_desk_with_one_order_of_each_kind(sandbox: Sandbox) -> None:
    assert Hands(sandbox.url).make_production_orders() == len(KINDS)
    ProductionPull(VENDOR).run()
    assert ProductionOrder.objects.to_do().count() == len(KINDS)
    assert ProductionOrder.objects.filter(is_express=True).exists()
    assert ProductionOrder.objects.filter(labels__isnull=False).exists()
