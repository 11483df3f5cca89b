"""A production desk with orders that the sandbox makes, and staff who may act or only look."""

import pytest
from django.test import Client

from tests.admin.desk.conftest import SignIn, sign_in
from tests.fulfillment.conftest import fetch, make, sandbox, work

__all__ = ["fetch", "make", "sandbox", "sign_in", "work"]

DISPATCHER = ("view_productionorder", "dispatch_productionorder", "view_documents")


@pytest.fixture
def dispatcher(sign_in: SignIn) -> Client:
    """Sign in somebody who sees the desk, opens papers, fetches labels and reports parcels; may not force."""
    return sign_in(*DISPATCHER, name="anna")


@pytest.fixture
def reader(sign_in: SignIn) -> Client:
    """Sign in somebody who may only look."""
    return sign_in("view_productionorder", name="otto")
