"""What each answer means, row by row of the contract's table, at the wire."""

from typing import Any

import pytest

from backoffice.vendors.errors import VendorAmbiguous, VendorAuthFailed, VendorRejected, VendorUnavailable
from backoffice.vendors.export_messages import ExportResult, Unclear
from tests.vendors.connections import Outside
from tests.vendors.guaranteed_reviews.conftest import Speak
from tests.vendors.guaranteed_reviews.told import answered, order
from tests.vendors.loopback import cut, hang, raw_reply, reply

KNOWN = "Some orders were not imported because they had already been sent (see documentation)"
NONE = {"success": 0, "orders_imported": 0}


def wordpress(status: int, message: str, *, code: str = "rest_error") -> str:
    return f'{{"code": "{code}", "message": "{message}", "data": {{"status": {status}}}}}'


def tell(speak: Speak, act: Any, *, orders: int) -> Any:
    adapter, _server = speak(act)
    told = adapter.export_orders([order(number) for number in range(orders)], group="WEB/de")
    return told if isinstance(told, Unclear) else [row.verdict for row in told]


@pytest.mark.parametrize(
    ("status", "body", "orders", "verdict"),
    [
        (200, answered(orders_count=3, orders_imported=3), 3, ExportResult.TAKEN),
        (200, answered(success="1", orders_count="2", orders_imported="2"), 2, ExportResult.TAKEN),
        (200, "\ufeff" + answered(), 1, ExportResult.TAKEN),
        (201, '{"success": true}', 1, ExportResult.TAKEN),
        # The body decides, whatever the status.
        (500, answered(), 1, ExportResult.TAKEN),
        (200, answered(**NONE, message=KNOWN), 1, ExportResult.KNOWN),
        (200, answered(**NONE, orders_count=2, message=KNOWN), 2, ExportResult.KNOWN),
        (409, answered(**NONE, message=KNOWN), 1, ExportResult.KNOWN),
        (400, wordpress(400, KNOWN), 1, ExportResult.KNOWN),
        (200, answered(orders_imported=0, message=KNOWN), 1, ExportResult.KNOWN),
        (200, answered(**NONE, message="Missing fields for array: firstname"), 1, ExportResult.REFUSED),
        (400, answered(**NONE, message="Missing fields for array"), 1, ExportResult.REFUSED),
        (400, wordpress(400, "Missing parameter(s): orders"), 1, ExportResult.REFUSED),
        (200, wordpress(422, "The date is none"), 1, ExportResult.REFUSED),
        (200, answered(**NONE, message="The e-mail address is none."), 1, ExportResult.REFUSED),
        (413, "<html>", 1, ExportResult.REFUSED),
    ],
)
def test_an_answer_about_all_orders_gives_each_its_verdict(
    speak: Speak, status: int, body: str, orders: int, verdict: ExportResult
) -> None:
    assert tell(speak, reply(status, body), orders=orders) == [verdict] * orders


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, answered(orders_count=3, orders_imported=2)),
        (200, answered(orders_count=3, orders_imported=2, message=KNOWN)),
        (200, '{"success": 1}'),
        (200, answered(**NONE, message="Missing fields for array: email")),
        (200, answered(**NONE, message="Something is odd.")),
        (400, wordpress(400, "Missing parameter(s): orders")),
        (413, "<html>Request Entity Too Large</html>"),
    ],
)
def test_an_answer_that_fits_only_some_of_several_orders_is_unclear(speak: Speak, status: int, body: str) -> None:
    assert isinstance(tell(speak, reply(status, body), orders=3), Unclear)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, answered(**NONE, message="Invalid API key")),
        (200, answered(**NONE, message="Missing api_key")),
        (400, answered(**NONE, message="Unknown site or key")),
        (200, answered(**NONE, message="Clé API invalide")),
        (401, answered(**NONE, message="No.")),
        (403, "<html>Forbidden</html>"),
        (200, wordpress(403, "Sorry, you are not allowed to do that.", code="rest_forbidden")),
        (404, wordpress(404, "No route was found matching the URL", code="rest_no_route")),
        (405, ""),
    ],
)
@pytest.mark.parametrize("orders", [1, 3])
def test_a_wrong_key_or_address_stops_the_vendor(speak: Speak, status: int, body: str, orders: int) -> None:
    with pytest.raises(VendorAuthFailed):
        tell(speak, reply(status, body), orders=orders)


@pytest.mark.parametrize(
    "act",
    [
        reply(200, "<html>Welcome</html>"),
        reply(200, ""),
        reply(200, '{"message": "Server Error"}'),
        reply(200, "[]"),
        reply(200, answered(orders_imported=0)),
        reply(500, wordpress(500, "There has been a critical error", code="internal_server_error")),
        reply(500, answered(**NONE, message="Error")),
        reply(502, "<html>Bad Gateway</html>"),
        reply(301, "", Location="https://elsewhere.example/"),
        raw_reply(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", then_close=True),
        cut,
        hang(1),
    ],
)
def test_no_certain_answer_is_told_again(speak: Speak, act: Any) -> None:
    with pytest.raises(VendorAmbiguous):
        tell(speak, act, orders=1)


@pytest.mark.parametrize(("headers", "wait"), [({"Retry_After": "7"}, 7), ({}, 15)])
def test_too_many_requests_are_told_again_later(
    speak: Speak, outside: Outside, headers: dict[str, str], wait: float
) -> None:
    with pytest.raises(VendorUnavailable) as raised:
        tell(speak, reply(429, wordpress(429, "Too many requests with this key"), **headers), orders=2)
    assert raised.value.retry_after == wait
    assert ("throttled", wait) in outside.limiter.events


def test_a_group_without_a_key_and_a_correction_are_refused_unsent(speak: Speak) -> None:
    adapter, server = speak(reply(200, answered()))
    with pytest.raises(VendorRejected, match="no key for WEB/fr"):
        adapter.export_orders([order()], group="WEB/fr")
    with pytest.raises(VendorRejected, match="does not accept corrections"):
        adapter.export_orders([order()], group="WEB/de", corrected=True)
    assert server.seen == []
