"""mypromo's adapter, speaking to a scripted server on loopback."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from backoffice.vendors.mypromo.adapter import MyPromo, MyPromoFulfiller
from backoffice.vendors.session import Pace
from tests.vendors.connections import Outside
from tests.vendors.loopback import Act, Loopback, loopback

Speak = Callable[..., tuple[MyPromo, Loopback]]
SpeakAsFulfiller = Callable[..., tuple[MyPromoFulfiller, Loopback]]


@pytest.fixture(autouse=True)
def _configured(settings: Any) -> None:
    settings.MYPROMO_CLIENT_ID = "7"
    settings.MYPROMO_CLIENT_SECRET = "client-secret"
    settings.MYPROMO_FULFILLER_CLIENT_ID = "8"
    settings.MYPROMO_FULFILLER_CLIENT_SECRET = "fulfiller-secret"
    settings.MYPROMO_SALES_PRICE_KEY = "retail_prices"
    settings.MYPROMO_AMAZON_CUSTOM = False
    settings.MYPROMO_CALLBACK_SECRET = "callback-secret"
    settings.MYPROMO_CALLBACK_SECRET_PREVIOUS = "older-secret"
    settings.MYPROMO_CALLBACK_HEADER = "X-Callback-Secret"
    settings.MYPROMO_SANDBOX = False
    settings.PUBLIC_URL = "https://backoffice.example.com"


@pytest.fixture
def speak(outside: Outside, settings: Any) -> Iterator[Speak]:
    """Start a server with the script given; return the merchant's adapter and the server. A token is at hand."""
    yield from _speak(MyPromo, outside, settings)


@pytest.fixture
def speak_as_fulfiller(outside: Outside, settings: Any) -> Iterator[SpeakAsFulfiller]:
    """Yield the same with the fulfiller's adapter."""
    yield from _speak(MyPromoFulfiller, outside, settings)


def _speak(adapter: Any, outside: Outside, settings: Any) -> Iterator[Callable[..., Any]]:
    outside.tokens.token = "the-token"
    with ExitStack() as stack:

        def start(*script: Act) -> tuple[Any, Loopback]:
            server = stack.enter_context(loopback(*script))
            settings.MYPROMO_URL = server.url + "/mypromo/"
            return adapter(outside.connection, pace=Pace(sleep=lambda seconds: None)), server

        yield start
