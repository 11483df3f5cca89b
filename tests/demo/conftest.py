"""A shop with the sandbox's catalogue and the demo's month of history."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from pytest_django import Settings

from backoffice.accounts.models import Shop
from backoffice.demo.history.writing import write_history
from backoffice.engine.models.push import Lane
from backoffice.engine.services.integrations import get_vendor
from backoffice.sandbox import Sandbox, running_sandbox
from backoffice.vendors.abilities import HasCatalogue
from catalog.services.sync.reading import sync_catalog


@pytest.fixture
def sandbox(settings: Settings, db: None) -> Iterator[Sandbox]:
    """Run a mypromo with the demo's catalogue."""
    with running_sandbox(manual_clock=True, rate_limit=0, catalog_awkward=False) as sandbox:
        settings.MYPROMO_URL = sandbox.url
        settings.MYPROMO_CLIENT_ID, settings.MYPROMO_CLIENT_SECRET = "1", "sandbox-merchant-secret"
        settings.MYPROMO_REQUESTS_PER_MINUTE = 60_000
        yield sandbox


@pytest.fixture
def shop(sandbox: Sandbox) -> Shop:
    sync_catalog(get_vendor("mypromo", HasCatalogue, lane=Lane.CATALOG))
    return Shop.objects.create(code="WEB", name="Printed with love", currency="EUR", tax_percent=Decimal(19))


@pytest.fixture
def history(shop: Shop) -> int:
    """Write the month before now; return how many orders it has."""
    return write_history(shop)
