"""Which key is whose, and that none is ever shown."""

import json
import logging
import traceback
from typing import Any

import pytest
from django.core import checks

from backoffice.masking import MASK
from backoffice.vendors.errors import VendorError
from backoffice.vendors.guaranteed_reviews.adapter import GuaranteedReviews
from backoffice.vendors.guaranteed_reviews.keys import find_faults, group_of, private_keys, public_keys
from backoffice.vendors.http import Request
from backoffice.vendors.session import Pace
from tests.vendors.connections import Outside
from tests.vendors.guaranteed_reviews.conftest import KEY, PUBLIC, SECRET, Speak
from tests.vendors.guaranteed_reviews.told import answered, order
from tests.vendors.loopback import Act, cut, hang, reply


def test_an_order_goes_with_the_key_of_its_language_and_with_no_other(settings: Any) -> None:
    settings.GUARANTEED_REVIEWS_KEYS = ["WEB=12/de/secret", "WEB=13/fr/secret", "B2B=14/EN/secret"]
    assert group_of("WEB", "DE") == "WEB/de"
    assert group_of("web", "FR") == "WEB/fr"
    assert group_of("B2B", "EN") == "B2B/en"
    assert group_of("WEB", "NL") is None
    assert group_of("B2B", "DE") is None


def test_a_key_of_another_language_is_used_where_the_merchant_says_so(settings: Any) -> None:
    settings.GUARANTEED_REVIEWS_KEYS = ["WEB=12/de/secret", "WEB/nl=12/de/secret", "B2B/*=14/en/secret"]
    assert group_of("WEB", "NL") == "WEB/nl"
    assert private_keys()["WEB/nl"].text == private_keys()["WEB/de"].text
    assert group_of("WEB", "FR") is None
    assert group_of("B2B", "FR") == "B2B/*"


def test_public_keys_may_name_no_language(settings: Any) -> None:
    settings.GUARANTEED_REVIEWS_PUBLIC_KEYS = ["WEB=publickey", "B2B/fr=publickey", "X=9/de/publickey"]
    assert {key.name: key.language for key in public_keys().values()} == {"WEB": "", "B2B/fr": "fr", "X/de": "de"}
    assert GuaranteedReviews.rating_groups()[1] == ("B2B/fr", "B2B", "FR")


@pytest.mark.parametrize(
    "entry",
    [
        SECRET,
        f"={KEY}",
        "WEB=",
        f"WEB={SECRET}",
        f"WEB=12/deu/{SECRET}",
        f"WEB/deu={KEY}",
        f"W B={KEY}",
        f"WEB={KEY} x",
    ],
)
def test_a_malformed_entry_is_named_by_the_check_without_its_key(settings: Any, entry: str) -> None:
    settings.GUARANTEED_REVIEWS_KEYS = ["OK=12/de/secret", entry]
    found = [issue.msg for issue in checks.run_checks() if issue.id == "backoffice.W003"]
    assert len(found) == 1
    assert "GUARANTEED_REVIEWS_KEYS, entry 2" in found[0]
    assert SECRET not in found[0]
    assert list(private_keys()) == ["OK/de"]


def test_two_keys_for_one_shop_and_language_are_named_and_the_first_counts(settings: Any) -> None:
    settings.GUARANTEED_REVIEWS_KEYS = ["WEB=12/de/first0", "WEB=13/de/second"]
    assert "WEB/de has a key already" in find_faults()[0]
    assert private_keys()["WEB/de"].text == "12/de/first0"


def test_without_a_usable_key_it_is_not_configured(settings: Any) -> None:
    settings.GUARANTEED_REVIEWS_KEYS = ["nonsense"]
    assert not GuaranteedReviews.is_configured()
    settings.GUARANTEED_REVIEWS_KEYS = [f"WEB={KEY}"]
    assert GuaranteedReviews.is_configured()
    settings.GUARANTEED_REVIEWS_URL = ""
    assert not GuaranteedReviews.is_configured()


ECHO = json.dumps({"success": 0, "message": f"Invalid API key {KEY}"}).replace("/", "\\/")
MISHAPS: list[Act] = [
    reply(200, answered()),
    reply(200, ECHO),
    reply(401, ECHO),
    reply(400, f'{{"code": "bad", "message": "{KEY} {PUBLIC} {SECRET}"}}'),
    reply(500, f"<html>api_key={KEY.replace('/', '%2F')} {PUBLIC}</html>"),
    reply(429, ECHO),
    reply(200, f'{{"ratings": {{"total": "{PUBLIC}"}}, "x": "{KEY}"}}'),
    cut,
    hang(0.6),
]


def everything_said(error: BaseException) -> str:
    """Return all texts of an error, its causes and contexts included, as any log would print or keep them."""
    texts = []
    while error is not None:
        texts += ["".join(traceback.format_exception(error)), repr(error), str(vars(error))]
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    return " ".join(texts)


def run_everything(adapter: GuaranteedReviews) -> str:
    said = []
    for call in (
        lambda: adapter.export_orders([order()], group="WEB/de"),
        lambda: adapter.export_orders([order(1), order(2)], group="WEB/de"),
        adapter.check,
        lambda: adapter.read_rating(group="WEB/de"),
        lambda: adapter.read_rating(group="WEB/de", product_id=100),
    ):
        try:
            said.append(repr(call()))
        except VendorError as error:
            said.append(everything_said(error))
    return " ".join(said)


@pytest.mark.parametrize("encoding", ["form", "json"])
@pytest.mark.parametrize("act", MISHAPS)
def test_no_key_is_in_any_record_log_or_error(
    speak: Speak, outside: Outside, settings: Any, caplog: pytest.LogCaptureFixture, act: Act, encoding: str
) -> None:
    settings.GUARANTEED_REVIEWS_ENCODING = encoding
    caplog.set_level(logging.DEBUG)
    adapter, server = speak(act)
    said = run_everything(adapter) + caplog.text + repr(outside.exchanges) + repr(private_keys())
    for canary in (KEY, SECRET, PUBLIC, "canarypublic", "canary5ecret"):
        assert canary not in said
    # The control: the keys did travel, and the orders are in the record.
    assert any(SECRET.encode() in seen.body for seen in server.seen)
    assert any("canarypublic" in seen.path for seen in server.seen)
    assert "jana@example.com" in outside.exchanges[0].request
    assert MASK in outside.exchanges[0].request


def test_a_vendor_that_cannot_be_reached_leaves_no_key_in_the_error(outside: Outside, settings: Any) -> None:
    settings.GUARANTEED_REVIEWS_URL = "http://127.0.0.1:1"
    said = run_everything(GuaranteedReviews(outside.connection, pace=Pace(attempts=1)))
    assert "cannot be reached" in said
    assert "canary" not in said + repr(outside.exchanges)


def test_without_being_told_what_is_secret_the_record_would_show_it(speak: Speak, outside: Outside) -> None:
    """The control of the two tests above."""
    adapter, _server = speak(reply(200, answered()))
    adapter.client.session.request("POST", "x", body=f"--b\r\n\r\n{KEY}".encode(), content_type="text/plain")
    assert SECRET in outside.exchanges[0].request


def test_a_request_shows_neither_address_nor_body() -> None:
    assert "canary" not in repr(Request("POST", f"https://x/{KEY}", {"api_key": KEY}, KEY.encode(), secrets=(KEY,)))
