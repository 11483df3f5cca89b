"""Guaranteed Reviews' adapter, speaking to a scripted server on loopback, or to the sandbox."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from backoffice.sandbox import Sandbox, running_sandbox
from backoffice.vendors.guaranteed_reviews.adapter import GuaranteedReviews
from backoffice.vendors.session import Pace
from tests.vendors.connections import Outside
from tests.vendors.loopback import Act, Loopback, loopback

SECRET = "canary5ecret0f64hexdigits"
KEY = f"12/de/{SECRET}"
PUBLIC = "12/de/canarypublic5ecret"

Speak = Callable[..., tuple[GuaranteedReviews, Loopback]]


@pytest.fixture(autouse=True)
def _configured(settings: Any) -> None:
    settings.GUARANTEED_REVIEWS_KEYS = [f"WEB={KEY}"]
    settings.GUARANTEED_REVIEWS_PUBLIC_KEYS = [f"WEB={PUBLIC}"]
    settings.GUARANTEED_REVIEWS_ENCODING = "form"
    settings.VENDOR_READ_TIMEOUT = 0.3


@pytest.fixture
def speak(outside: Outside, settings: Any) -> Iterator[Speak]:
    """Start a server with the script given; return the adapter and the server. Reads are not repeated."""
    with ExitStack() as stack:

        def start(*script: Act) -> tuple[GuaranteedReviews, Loopback]:
            server = stack.enter_context(loopback(*script))
            settings.GUARANTEED_REVIEWS_URL = server.url
            return GuaranteedReviews(outside.connection, pace=Pace(attempts=1)), server

        yield start


@pytest.fixture
def sandbox(settings: Any) -> Iterator[Sandbox]:
    """Run a sandbox whose time stands still, with our keys."""
    with running_sandbox(manual_clock=True) as running:
        app = running.guaranteed_reviews
        app.options.change(private_keys=[KEY], public_keys=[PUBLIC])
        settings.GUARANTEED_REVIEWS_URL = app.public_url
        yield running


@pytest.fixture
def adapter(sandbox: Sandbox, outside: Outside) -> GuaranteedReviews:
    return GuaranteedReviews(outside.connection, pace=Pace(attempts=1))
