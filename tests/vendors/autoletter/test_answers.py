"""What became of each order, from answers of every shape that may come: nothing shown documents any."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.vendors.autoletter.responses import read_answer
from backoffice.vendors.errors import VendorAmbiguous, VendorError, VendorRejected
from backoffice.vendors.export_messages import ExportResult, Unclear
from backoffice.vendors.responses import Response
from tests.vendors.autoletter.orders import order

TOLD = [order(12345), order(2), order(3)]
ALL = {"12345": ExportResult.TAKEN, "2": ExportResult.TAKEN, "3": ExportResult.TAKEN}


def answered(status: int, body: Any, *, kind: str = "application/json") -> Response:
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return Response(status, {"content-type": kind}, raw)


def verdicts(status: int, body: Any, told: Any = None, **more: Any) -> dict[str, ExportResult] | Unclear:
    found = read_answer(answered(status, body, **more), orders=TOLD if told is None else told)
    return found if isinstance(found, Unclear) else {one.order_id: one.verdict for one in found}


@pytest.mark.parametrize(
    "body",
    [
        "",
        {},
        [],
        {"success": True, "imported": 3},
        {"success": True, "message": "3 orders imported"},
        {"details": "3 orders were created"},
        {"message": "ok", "errors": []},
        {"orders": [{"OrderId": "12345", "status": "created"}, {"OrderId": "2"}, {"OrderId": "3", "error": None}]},
        [{"id": "a", "status": 201}, {"id": "b", "status": 201}, {"id": "c", "status": 201}],
    ],
)
@pytest.mark.parametrize("status", [200, 201, 202, 204, 207])
def test_any_2xx_without_a_complaint_means_that_all_are_taken(status: int, body: Any) -> None:
    assert verdicts(status, body) == ALL


def test_a_plain_ok_is_enough_but_a_page_or_half_a_text_is_not() -> None:
    assert verdicts(200, "OK", kind="text/plain") == ALL
    for body, kind in (("<html>wait</html>", "text/html"), ('{"orders": [', "application/json"), ("<x/>", "text/xml")):
        with pytest.raises(VendorAmbiguous):
            verdicts(200, body, kind=kind)


@pytest.mark.parametrize(
    "body",
    [
        {"errors": [{"OrderId": "2", "message": "Address.ZIP is required"}]},
        {"errors": [{"orderId": 2, "error": "ZIP"}]},
        {"errors": [{"OrderNumber": "WEB-100002", "errors": ["ZIP is required", "City is required"]}]},
        {"errors": [{"index": 1, "message": "ZIP"}]},
        {"errors": [{"path": "[1].Address.ZIP", "message": "is required"}]},
        {"errors": [{"field": "orders.1.Address.ZIP", "message": "is required"}]},
        {"errors": {"2": ["ZIP is required"]}},
        {"errors": {"[1].Address.ZIP": ["is required"]}},
        {"errors": {"orders[1].Address.ZIP": "is required"}},
        {"errors": ["Order WEB-100002: ZIP is required"]},
        {"message": "invalid", "details": [{"order": {"OrderId": "2"}, "reason": "ZIP"}]},
        {"data": {"errors": [{"OrderId": "2", "message": "ZIP"}]}},
        {"error": {"message": "invalid", "details": [{"OrderId": "2", "message": "ZIP"}]}},
        {"orders": [{"status": "created"}, {"status": "error", "message": "ZIP"}, {"status": "created"}]},
        {"results": [{"OrderId": "2", "success": False, "message": "ZIP"}]},
    ],
)
def test_whatever_names_an_order_decides_about_it_alone(body: Any) -> None:
    assert verdicts(207, body) == ALL | {"2": ExportResult.REFUSED}
    refused = verdicts(422, body)
    assert refused == {"2": ExportResult.REFUSED}


@pytest.mark.parametrize(
    "entry",
    [
        {"OrderId": "2", "message": "An order with this OrderId already exists."},
        {"OrderId": "2", "status": 409, "message": "conflict"},
        {"OrderId": "2", "message": "Duplicate"},
        {"OrderId": "2", "code": "ORDER_ALREADY_EXISTS", "message": "rejected"},
        {"OrderId": "2", "message": "Bestellung bereits vorhanden"},
    ],
)
@pytest.mark.parametrize("status", [207, 400, 409, 422])
def test_a_duplicate_is_known_whatever_it_is_called(entry: Any, status: int) -> None:
    found = verdicts(status, {"errors": [entry]})
    assert isinstance(found, dict)
    assert found["2"] == ExportResult.KNOWN


@pytest.mark.parametrize(
    "text",
    [
        "Country code does not exist", "The city doesn't exist.", "ZIP must exist", "Feld Street nicht vorhanden",
        "Kein vorhandenes Land",
    ],
)  # fmt: skip
def test_what_does_not_exist_is_refused_and_not_taken_for_known(text: str) -> None:
    """Else a letter is never sent, and nobody hears of it."""
    found = verdicts(400, {"errors": [{"OrderId": "2", "message": text}]})
    assert isinstance(found, dict)
    assert found["2"] == ExportResult.REFUSED
    assert verdicts(422, {"message": text}, TOLD[:1]) == {"12345": ExportResult.REFUSED}


def test_a_refusal_that_names_nobody_is_unclear_of_many_and_clear_of_one() -> None:
    body = {"message": "Something is wrong with the request"}
    assert verdicts(400, body) == Unclear(text="Something is wrong with the request")
    assert verdicts(400, body, TOLD[:1]) == {"12345": ExportResult.REFUSED}
    assert verdicts(422, "<h1>no</h1>", TOLD[:1]) == {"12345": ExportResult.REFUSED}
    assert verdicts(409, "", TOLD[:1]) == {"12345": ExportResult.KNOWN}
    assert isinstance(verdicts(409, ""), Unclear)
    assert verdicts(400, {"message": "OrderId exists"}, TOLD[:1]) == {"12345": ExportResult.KNOWN}


def test_a_2xx_that_complains_of_nobody_is_unclear_of_many_and_a_refusal_of_one() -> None:
    body = {"success": False, "message": "1 of 3 is invalid"}
    assert isinstance(verdicts(200, body), Unclear)
    assert verdicts(200, body, TOLD[:1]) == {"12345": ExportResult.REFUSED}


@pytest.mark.parametrize(
    "body",
    [
        {"created": 2, "rejected": 1},
        {"imported": 2, "failed": "1"},
        {"success": True, "imported": 2, "invalid": 1},
        {"created": 2, "errors": 1},
        {"data": {"created": 2, "rejected": 1}},
        {"summary": {"created": 2, "rejected": 1}},
        {"created": 1, "rejected": 2, "errors": [{"OrderId": "2", "message": "ZIP"}]},
    ],
)
@pytest.mark.parametrize("status", [200, 207])
def test_a_2xx_that_counts_more_failures_than_it_names_is_unclear_of_many_and_a_refusal_of_one(
    status: int, body: Any
) -> None:
    """Else all of them count as taken, and nobody hears of the one that gets no letter."""
    assert isinstance(verdicts(status, body), Unclear)
    assert verdicts(status, {"created": 0, "rejected": 1}, TOLD[:1]) == {"12345": ExportResult.REFUSED}


@pytest.mark.parametrize(
    "body",
    [
        {"created": 3, "rejected": 0, "failed": 0, "errors": 0},
        {"created": 3, "rejected": "0"},
        {"created": 3, "failed": False, "rejected": None},
        {"created": 3, "failed": True},
        {"summary": {"created": 3, "rejected": 0}},
    ],
)
def test_a_count_of_no_failure_means_that_all_are_taken(body: Any) -> None:
    assert verdicts(200, body) == ALL


def test_a_count_of_failures_that_are_all_named_leaves_the_others_taken() -> None:
    body = {"created": 2, "rejected": 1, "errors": [{"OrderId": "2", "message": "ZIP"}]}
    assert verdicts(207, body) == ALL | {"2": ExportResult.REFUSED}


def test_a_number_in_a_text_is_no_order() -> None:
    assert isinstance(verdicts(400, {"errors": ["ZIP needs at least 2 characters, at most 3"]}), Unclear)


def test_too_many_at_once_is_told_by_its_status() -> None:
    with pytest.raises(VendorRejected) as caught:
        verdicts(413, "")
    assert caught.value.status == 413


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["errors", "orders", "OrderId", "message", "index", "status", "x", "0", "details"]), inner
        )
    ),
    max_leaves=12,
)


@given(_JSON, st.sampled_from([200, 207, 400, 404, 409, 413, 422]))
def test_no_answer_breaks_the_reader_or_judges_an_order_that_was_not_sent(body: Any, status: int) -> None:
    try:
        found = read_answer(answered(status, body), orders=TOLD)
    except VendorError:
        return
    if not isinstance(found, Unclear):
        ids = [one.order_id for one in found]
        assert len(set(ids)) == len(ids)
        assert set(ids) <= set(ALL)
        assert status < 300 or ids
