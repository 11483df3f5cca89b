"""Sign Customiser beside our engine, with time that stands still, and settings that make waiting short."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from backoffice.accounts.models import Shop
from backoffice.sandbox import Sandbox, running_sandbox
from catalog.models import CustomProduct
from tests.admin.desk.conftest import nothing_remembered, sign_in
from tests.signs.desk import HOOK_SECRET, SECRET, design, make_shop

__all__ = ["nothing_remembered", "sign_in"]


@pytest.fixture(autouse=True)
def secrets(settings: Settings) -> None:
    settings.SIGN_CUSTOMISER_INTEGRATION_SECRET = SECRET
    settings.SIGN_CUSTOMISER_WEBHOOK_SECRETS = [HOOK_SECRET]
    settings.PUSH_RETRY_BACKOFF = [0.01]
    settings.PUSH_SETTLE_SECONDS = 0.05
    settings.SIGN_CUSTOMISER_CONFIRMATION_SECONDS = 0.15
    settings.SIGN_CUSTOMISER_REQUESTS_PER_MINUTE = 60_000
    settings.VENDOR_READ_TIMEOUT = 0.3


@pytest.fixture
def shop(db: None) -> Shop:
    return make_shop()


@pytest.fixture
def product(shop: Shop) -> CustomProduct:
    return design(shop)


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[Sandbox]:
    with running_sandbox(manual_clock=True, rate_limit=0, late_every=0) as sandbox:
        settings.SIGN_CUSTOMISER_URL = sandbox.sign_customiser.public_url + "api"
        settings.SIGN_CUSTOMISER_TOKEN = "sandbox-sign-token"
        settings.ALLOW_PRIVATE_FILE_HOSTS = True
        app = sandbox.sign_customiser
        app.options.integration_secret = SECRET
        yield sandbox
