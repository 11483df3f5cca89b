"""AutoLetter's adapter, speaking to a scripted server on loopback."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from pytest_django import Settings

from backoffice.vendors.autoletter.adapter import AutoLetter
from tests.vendors.connections import Outside
from tests.vendors.loopback import Act, Loopback, loopback

Speak = Callable[..., tuple[AutoLetter, Loopback]]


@pytest.fixture(autouse=True)
def _configured(settings: Settings) -> None:
    settings.AUTOLETTER_TOKEN = "a.jwt.token-of-the-workspace"
    settings.AUTOLETTER_CURRENCY = "EUR"
    settings.AUTOLETTER_SEND_PRODUCTS = settings.AUTOLETTER_SEND_COMPANY = False
    settings.AUTOLETTER_LETTERS_TO_INVOICE = False


@pytest.fixture
def speak(outside: Outside, settings: Settings) -> Iterator[Speak]:
    """Start a server with the script given; return the adapter and the server."""
    with ExitStack() as stack:

        def start(*script: Act, path: str = "/v2/orders") -> tuple[AutoLetter, Loopback]:
            server = stack.enter_context(loopback(*script))
            settings.AUTOLETTER_URL = server.url + path
            return AutoLetter(outside.connection), server

        yield start
