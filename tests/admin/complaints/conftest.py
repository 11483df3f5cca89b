"""The order desk, with complaints of orders that arrived."""

import pytest
from django.test import Client

from tests.admin.desk.conftest import SignIn, nothing_remembered, sign_in
from tests.orders.complaints.conftest import arrived, catalog, storefront

__all__ = ["arrived", "catalog", "nothing_remembered", "sign_in", "storefront"]


@pytest.fixture
def clerk(sign_in: SignIn) -> Client:
    """Return a member of the order desk."""
    return sign_in("view_order", "change_order", "view_complaint", "change_complaint", "pay_refund")


@pytest.fixture
def reader(sign_in: SignIn) -> Client:
    """Return somebody who may only look."""
    return sign_in("view_order", "view_complaint", name="rita")
