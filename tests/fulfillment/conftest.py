"""The production desk against the sandbox's fulfiller account, over real HTTP; the sandbox's clock is moved by hand."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from backoffice.sandbox import Sandbox, running_sandbox
from fulfillment.models import Carrier, Label, ProductionOrder
from fulfillment.services.labels import fetch_label
from fulfillment.services.production_pulling import ProductionPull
from tests.flows.conftest import work_off

VENDOR = "mypromo-fulfiller"
Make = Callable[..., ProductionOrder]


@pytest.fixture
def sandbox(settings: Settings, tmp_path: Path, db: None) -> Iterator[Sandbox]:
    """Run a mypromo whose time stands still, with short waits, and carriers to choose from."""
    with running_sandbox(manual_clock=True, rate_limit=0, late_every=0) as sandbox:
        settings.MYPROMO_URL = sandbox.url
        settings.MYPROMO_FULFILLER_CLIENT_ID = "2"
        settings.MYPROMO_FULFILLER_CLIENT_SECRET = "sandbox-fulfiller-secret"
        settings.MYPROMO_FULFILLER_REQUESTS_PER_MINUTE = 60_000
        settings.MYPROMO_CALLBACK_SECRET = "a long secret for callbacks"
        settings.MEDIA_ROOT = tmp_path / "media"
        settings.VENDOR_READ_TIMEOUT = 0.5
        settings.PUSH_SETTLE_SECONDS = 0.2
        settings.PUSH_RETRY_BACKOFF = [0.01]
        offered = {"ups": True, "dhl": True, "gls": True, "dp-warenpost": False}
        Carrier.objects.bulk_create(Carrier(key=key, name=key, available=yes) for key, yes in offered.items())
        yield sandbox


@pytest.fixture
def make(sandbox: Sandbox) -> Make:
    """Have the sandbox make a production order of a kind, and pull it."""

    def made(kind: str = "plain") -> ProductionOrder:
        (key,) = sandbox.mypromo.examples.make(1, kind=kind)
        assert not ProductionPull(VENDOR).run().stopped
        return ProductionOrder.objects.get(vendor_id=str(key))

    return made


@pytest.fixture
def work() -> Callable[[], None]:
    return work_off


@pytest.fixture
def fetch(work: Callable[[], None]) -> Callable[[Label], Label]:
    """Fetch a label as staff do on the day of dispatch, to the end."""

    def fetched(label: Label) -> Label:
        fetch_label(label, actor="anna", dispatch_on=timezone.localdate())
        work()
        label.refresh_from_db()
        return label

    return fetched
