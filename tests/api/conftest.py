"""A shop with its key and a small catalogue."""

import pytest

from catalog.models import Variant
from tests.api.storefront import Storefront, make_catalog, make_storefront


@pytest.fixture
def storefront(db: None) -> Storefront:
    return make_storefront()


@pytest.fixture
def catalog(db: None) -> dict[str, Variant]:
    return make_catalog()
