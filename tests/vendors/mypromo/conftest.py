"""mypromo's adapter, speaking to a scripted server on loopback."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from backoffice.vendors.mypromo.adapter import MyPromo
from backoffice.vendors.session import Pace
from tests.vendors.connections import Outside
from tests.vendors.loopback import Act, Loopback, loopback

Speak = Callable[..., tuple[MyPromo, Loopback]]


@pytest.fixture(autouse=True)
def _configured(settings: Any) -> None:
    settings.MYPROMO_CLIENT_ID = "7"
    settings.MYPROMO_CLIENT_SECRET = "client-secret"
    settings.MYPROMO_CALLBACK_SECRET = "callback-secret"
    settings.MYPROMO_CALLBACK_SECRET_PREVIOUS = "older-secret"
    settings.MYPROMO_CALLBACK_HEADER = "X-Callback-Secret"
    settings.MYPROMO_SANDBOX = False
    settings.PUBLIC_URL = "https://backoffice.example.com"


@pytest.fixture
def speak(outside: Outside, settings: Any) -> Iterator[Speak]:
    """Start a server with the script given; answers adapter and server. A token is at hand."""
    outside.tokens.token = "the-token"
    with ExitStack() as stack:

        def start(*script: Act) -> tuple[MyPromo, Loopback]:
            server = stack.enter_context(loopback(*script))
            settings.MYPROMO_URL = server.url + "/mypromo/"
            return MyPromo(outside.connection, pace=Pace(sleep=lambda seconds: None)), server

        yield start
