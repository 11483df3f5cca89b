"""Orders that are at the vendor as far as we know, without any vendor."""

from collections.abc import Callable

import pytest

from orders.models import Order, VendorOrder, VendorOrderState
from orders.services.lifecycle import release_order
from tests.orders.rows import make_order


@pytest.fixture
def sent(db: None) -> Callable[..., VendorOrder]:
    """Make a released order whose vendor order is a draft with the id 9 at mypromo."""

    def make(*lines: dict[str, object], vendor_id: str = "9", **changes: object) -> VendorOrder:
        order: Order = release_order(make_order(*lines, **changes), actor="tester")
        vendor_order = order.vendor_orders.get()
        vendor_order.vendor_id, vendor_order.state = vendor_id, VendorOrderState.DRAFT
        vendor_order.save()
        return vendor_order

    return make
