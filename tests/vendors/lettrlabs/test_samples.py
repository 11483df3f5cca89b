"""The requests of LettrLabs' page "Order of operations", produced by the adapter and compared field by field."""

import json
import re
import shlex
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as defaults

from backoffice.vendors.card_messages import CardAddress, Mailing
from backoffice.vendors.lettrlabs.adapter import LettrLabs
from tests.vendors.connections import Outside
from tests.vendors.loopback import Loopback, Seen, loopback, reply

SAMPLES = Path(__file__).parents[2] / "samples" / "lettrlabs"
ADA = CardAddress(
    firstname="Ada",
    lastname="Lovelace",
    address1="1 Main Street",
    city="Boston",
    state_code="MA",
    zip5="02139",
    zip4="4307",
)
MAILING = Mailing(postage="Standard", speed="Normal", hold_until=None, auto_bill=False)


@dataclass
class Sample:
    method: str
    path: str
    headers: dict[str, str]
    body: str


def read_sample(name: str) -> Sample:
    """Return what the command line would send."""
    words = shlex.split((SAMPLES / f"{name}.curl").read_text().replace("\\\n", " "))
    options = dict(zip(words[1::2], words[2::2], strict=False))
    url = next(word for word in words if word.startswith("https://"))
    headers = dict(word.split(": ", 1) for before, word in pairwise(words) if before == "-H")
    base = "https://app.lettrlabs.com/api/"
    assert url.startswith(base)
    body = next((word for before, word in pairwise(words) if before == "-d"), "")
    return Sample(options["-X"], url.removeprefix(base).replace("ORDER_ID", "77"), headers, body)


@pytest.fixture
def server() -> Any:
    payload = {"orderId": 77, "status": "Draft", "submittedRecipients": 1, "acceptedRecipients": 1}
    with loopback(reply(200, json.dumps({"payload": payload, "hasErrors": False}))) as running:
        yield running


@pytest.fixture
def lettrlabs(server: Loopback, outside: Outside, settings: Any) -> LettrLabs:
    settings.LETTRLABS_URL = f"{server.url}/api"
    settings.LETTRLABS_API_KEY = "your_api_key_here"
    return LettrLabs(outside.connection)


def assert_alike(seen: Seen, sample: Sample) -> None:
    assert (seen.method, seen.path) == (sample.method, f"/api/{sample.path}")
    for name, value in sample.headers.items():
        assert seen.headers[name.lower()] == value


def test_creating_an_order_sends_what_the_page_shows(lettrlabs: LettrLabs, server: Loopback) -> None:
    sample = read_sample("order.create")
    assert lettrlabs.create_cards(12345).vendor_id == "77"
    assert_alike(server.seen[0], sample)
    assert json.loads(server.seen[0].body) == json.loads(sample.body) == {"templateId": 12345}


def test_adding_recipients_goes_where_the_page_says_in_the_shape_of_the_reference(
    lettrlabs: LettrLabs, server: Loopback
) -> None:
    """The page's array is abbreviated to a comment; the reference wraps it in an object, which is sent."""
    sample = read_sample("order.recipients")
    lettrlabs.add_recipients("77", [ADA])
    assert_alike(server.seen[0], sample)
    assert json.loads(re.sub(r"/\*.*?\*/", "", sample.body)) == [{}]
    assert json.loads(server.seen[0].body) == {
        "recipients": [
            {
                "address": {
                    "address1": "1 Main Street", "city": "Boston", "state": "MA", "zipCode": "02139", "zip4": "4307",
                    "country": "US",
                },
                "personal": {"firstName": "Ada", "lastName": "Lovelace"},
            }
        ]
    }  # fmt: skip


def test_checking_out_goes_where_the_page_says_with_the_body_of_the_reference(
    lettrlabs: LettrLabs, server: Loopback
) -> None:
    """The page sends no body; the reference wants one, and it is always sent."""
    sample = read_sample("order.checkout")
    lettrlabs.check_out_cards("77", MAILING)
    assert_alike(server.seen[0], sample)
    assert sample.body == ""
    assert json.loads(server.seen[0].body) == {
        "postageType": "Standard", "productionSpeed": "Normal", "holdUntilDate": None, "autoBill": False,
    }  # fmt: skip


def test_the_address_of_the_page_is_the_default() -> None:
    assert defaults.VENDOR_ADDRESSES["LETTRLABS"] == "https://app.lettrlabs.com/api"
    assert defaults.VENDOR_ADDRESSES["LETTRLABS"] == defaults.LETTRLABS_URL
