"""Published reviews and the harmless check, as they come over the wire."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from backoffice.vendors.errors import VendorAuthFailed, VendorNotFound, VendorProtocolError
from tests.vendors.guaranteed_reviews.conftest import PUBLIC, Speak
from tests.vendors.guaranteed_reviews.told import order
from tests.vendors.loopback import reply

REVIEW = {"id": 7, "c": "Jana G.", "r": "5", "txt": "Good", "date": "2026-11-20 10:00:00", "o": "1001", "lang": "de"}


def published(*reviews: dict[str, Any], **ratings: Any) -> bytes:
    sums = {"total": "3", "average": "4.666", "distribution": {"5": 2, "4": "1", "3": 0, "2": 0, "1": 0}} | ratings
    return msgspec.json.encode({"ratings": sums, "reviews": [REVIEW | review for review in reviews]})


def test_a_rating_is_read_in_our_words(speak: Speak) -> None:
    adapter, server = speak(reply(200, published({})))
    rating = adapter.read_rating(group="WEB/de", product_id=100)
    assert server.seen[0].path == f"/public/v3/reviews/{PUBLIC}/100"
    assert (rating.total, rating.average, rating.distribution) == (3, Decimal("4.67"), (0, 0, 0, 1, 2))
    review = rating.reviews[0]
    assert (review.review_id, review.author, review.stars, review.order) == ("7", "Jana G.", 5, "1001")
    assert (review.written_at, review.language) == (datetime(2026, 11, 20, 10, tzinfo=UTC), "DE")


def test_hostile_texts_become_plain_and_hostile_numbers_harmless(speak: Speak) -> None:
    bad = {"txt": "<script>alert(1)</script>a &amp; b<img src=x onerror=y>\x00", "date": "yesterday", "c": None}
    adapter, _server = speak(reply(200, published(bad, {"r": 9}, {"id": ""}, total=10**30, average=99)))
    rating = adapter.read_rating(group="WEB/de")
    assert [review.text for review in rating.reviews] == ["a & b\ufffd"]
    assert rating.reviews[0].written_at is None
    assert (rating.total, rating.average) == (2_147_483_647, Decimal(5))


def test_the_newest_reviews_are_kept(speak: Speak) -> None:
    many = [{"id": day, "date": f"2026-11-{day:02}"} for day in range(1, 29)]
    adapter, _server = speak(reply(200, published(*many)))
    rating = adapter.read_rating(group="WEB/de", most=2)
    assert [review.review_id for review in rating.reviews] == ["28", "27"]


def test_a_product_nobody_knows_has_no_reviews_but_a_site_nobody_knows_is_an_error(speak: Speak) -> None:
    adapter, _server = speak(reply(404, '{"code": "rest_no_route", "message": "No route"}'))
    assert adapter.read_rating(group="WEB/de", product_id=1).total == 0
    with pytest.raises(VendorNotFound):
        adapter.read_rating(group="WEB/de")


@pytest.mark.parametrize(
    "body",
    ['{"ratings": [], "reviews": []}', '{"ratings": null, "reviews": null}', '{"ratings": {"total": null}}'],
)
def test_nothing_published_is_no_reviews_however_it_is_written(speak: Speak, body: str) -> None:
    adapter, _server = speak(reply(200, body))
    rating = adapter.read_rating(group="WEB/de")
    assert (rating.total, rating.average, rating.distribution, rating.reviews) == (0, Decimal(0), (0, 0, 0, 0, 0), ())


def test_nonsense_is_a_protocol_error(speak: Speak) -> None:
    adapter, _server = speak(reply(200, '{"reviews": 3}'))
    with pytest.raises(VendorProtocolError):
        adapter.read_rating(group="WEB/de")


def test_the_check_says_what_it_has_proved(speak: Speak) -> None:
    adapter, server = speak(reply(200, '{"pagination": {"total_results": 0}, "reviews": []}'))
    assert "The key of WEB/de was accepted" in adapter.check()
    assert "limit=1" in server.seen[0].path
    adapter, _server = speak(reply(404, '{"code": "rest_no_route"}'))
    assert "Only the first order sent will" in adapter.check()
    adapter, _server = speak(reply(401, '{"message": "Invalid API key"}'))
    with pytest.raises(VendorAuthFailed):
        adapter.check()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ""),
        ({"firstname": "  "}, "first name"),
        ({"lastname": ""}, "last name"),
        ({"email": ""}, "e-mail address is missing"),
        ({"email": "jana"}, "e-mail address is invalid"),
        ({"email": "x7@Marketplace.Amazon.de"}, "marketplace"),
        ({"email": "x7@members.ebay.com"}, "marketplace"),
        ({"email": "jana@amazon.de"}, ""),
    ],
)
def test_orders_that_cannot_be_told_say_why(speak: Speak, changes: dict[str, Any], words: str) -> None:
    adapter, _server = speak(reply(200))
    why = adapter.find_export_obstacle(order(**changes))
    assert words in why if words else why == ""


def test_patterns_of_relay_addresses_are_a_setting(speak: Speak, settings: Any) -> None:
    settings.GUARANTEED_REVIEWS_RELAY_ADDRESSES = ["*@example.com"]
    adapter, _server = speak(reply(200))
    assert "marketplace" in adapter.find_export_obstacle(order())
    assert adapter.find_export_obstacle(order(email="x@marketplace.amazon.de")) == ""
