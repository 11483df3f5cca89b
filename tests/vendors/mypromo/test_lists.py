"""Lists are read to their end whatever the server makes of the paging, and a search proves what it says."""

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from backoffice.vendors.errors import VendorNotFound, VendorProtocolError, VendorRejected, VendorUnavailable
from backoffice.vendors.messages import StateData
from backoffice.vendors.mypromo.adapter import MyPromo
from backoffice.vendors.mypromo.paging import none_found, read_rows
from tests.vendors.loopback import reply
from tests.vendors.mypromo.conftest import Speak

SINCE = date(2026, 11, 1)
ALL = [{"id": n} for n in range(1, 38)]
Page = Callable[[dict[str, str]], bytes]


def paged(params: dict[str, str], *, cap: int = 15) -> tuple[list[Any], dict[str, Any]]:
    size, page = min(int(params["per_page"]), cap), int(params["page"])
    last = -(-len(ALL) // size)
    meta = {"current_page": page, "last_page": last, "per_page": str(size), "total": len(ALL)}
    links = {"next": "https://elsewhere.example.com/?page=9" if page < last else None}
    return ALL[(page - 1) * size : page * size], {"meta": meta, "links": links}


def complete(params: dict[str, str]) -> bytes:
    rows, envelope = paged(params)
    return json.dumps({"data": rows, **envelope}).encode()


def capped_at_five(params: dict[str, str]) -> bytes:
    rows, envelope = paged(params, cap=5)
    return json.dumps({"data": rows, **envelope}).encode()


def without_meta(params: dict[str, str]) -> bytes:
    rows, envelope = paged(params)
    return json.dumps({"data": rows, "links": envelope["links"]}).encode()


def without_meta_and_links(params: dict[str, str]) -> bytes:
    return json.dumps({"data": paged(params)[0]}).encode()


def with_empty_objects_of_php(params: dict[str, str]) -> bytes:
    return json.dumps({"data": paged(params)[0], "meta": [], "links": []}).encode()


def bare_pages(params: dict[str, str]) -> bytes:
    return json.dumps(paged(params)[0]).encode()


def numbers_as_text(params: dict[str, str]) -> bytes:
    rows, envelope = paged(params)
    return json.dumps({"data": rows, "meta": {k: str(v) for k, v in envelope["meta"].items()}}).encode()


def null_at_the_end(params: dict[str, str]) -> bytes:
    return json.dumps({"data": paged(params)[0] or None}).encode()


def as_an_object_with_gaps(params: dict[str, str]) -> bytes:
    """Return what PHP makes of an array whose keys are not 0, 1, 2 ..."""
    rows, envelope = paged(params)
    return json.dumps({"data": {str(row["id"]): row for row in rows}, "meta": envelope["meta"]}).encode()


def links_without_next(params: dict[str, str]) -> bytes:
    return json.dumps({"data": paged(params)[0], "links": {"first": "x", "last": "y"}}).encode()


def all_at_once(params: dict[str, str]) -> bytes:
    """Return more rows than were asked for, again and again, and nothing about pages."""
    return json.dumps(ALL).encode()


def by_offset_only(params: dict[str, str]) -> bytes:
    """Page as the document's own filters do, `from` and `per_page`; `page` stands in its links only."""
    start, size = int(params.get("from", 0)), int(params["per_page"])
    return json.dumps({"data": ALL[start : start + size], "meta": {"total": len(ALL), "last_page": 3}}).encode()


def behind_the_end_not_found(params: dict[str, str]) -> bytes:
    if not paged(params)[0]:
        raise VendorNotFound("Not found.", status=404)
    return bare_pages(params)


def overlapping(params: dict[str, str]) -> bytes:
    """Move rows on while the list is read: each page begins with the last row of the one before."""
    page = int(params["page"])
    rows = ALL[max(0, (page - 1) * 10 - 1) : page * 10]
    return json.dumps({"data": rows, "meta": {"last_page": 4}}).encode()


@pytest.mark.parametrize(
    "server",
    [complete, capped_at_five, without_meta, without_meta_and_links, with_empty_objects_of_php, bare_pages,
     numbers_as_text, null_at_the_end, overlapping, as_an_object_with_gaps, links_without_next, all_at_once,
     by_offset_only, none_found(behind_the_end_not_found)],
    ids=lambda server: server.__name__,
)  # fmt: skip
def test_each_row_is_read_once(server: Page) -> None:
    rows = [json.loads(bytes(row)) for row in read_rows(server, {}, per_page=15, whole=True)]
    assert rows == ALL


@pytest.mark.parametrize("body", [b'{"data": %s}', b"%s"])
def test_a_short_list_that_ignores_the_page_is_whole(body: bytes) -> None:
    rows = list(read_rows(lambda params: body % b'[{"id": 1}, {"id": 2}]', {}, per_page=15, whole=True))
    assert len(rows) == 2


STUCK = [
    {"data": ALL[:15], "meta": {"last_page": 3, "total": 37}},
    {"data": ALL[:5], "meta": {"last_page": 8}, "links": {"next": "x"}},
    {"data": ALL[:15]},
    ALL[:15],
]


@pytest.mark.parametrize("answer", STUCK)
def test_a_list_that_repeats_itself_ends_and_does_not_pass_for_whole(answer: Any) -> None:
    def stuck(params: dict[str, str]) -> bytes:
        return json.dumps(answer).encode()

    assert len(list(read_rows(stuck, {}, per_page=15, whole=False))) in (5, 15)
    with pytest.raises(VendorProtocolError, match="repeats itself"):
        list(read_rows(stuck, {}, per_page=15, whole=True))


def test_an_empty_page_before_the_last_is_no_end() -> None:
    pages = [{"data": ALL[:15], "meta": {"last_page": 3}}, {"data": [], "meta": {"last_page": 3}}]
    answers = iter(json.dumps(page).encode() for page in pages)
    with pytest.raises(VendorProtocolError, match="breaks off on page 2"):
        list(read_rows(lambda params: next(answers), {}, per_page=15, whole=True))


def test_a_list_by_offset_that_does_not_add_up_does_not_pass_for_whole() -> None:
    """`from` might just as well number pages: then the fifteenth is far behind the end."""

    def numbering_pages(params: dict[str, str]) -> bytes:
        page = int(params.get("from", 1))
        return json.dumps({"data": ALL[(page - 1) * 15 : page * 15], "meta": {"total": 37}}).encode()

    with pytest.raises(VendorProtocolError):
        list(read_rows(numbering_pages, {}, per_page=15, whole=True))


def test_an_empty_list_may_be_a_404_for_orders_but_a_wrong_address_is_none(speak: Speak) -> None:
    mypromo, _ = speak(reply(404, '{"message": "Not found."}'))
    assert mypromo.find_orders("WEB-1", since=SINCE) == []
    mypromo, _ = speak(reply(404, "<html>"))
    with pytest.raises(VendorRejected):
        mypromo.find_orders("WEB-1", since=SINCE)


def test_rows_with_a_number_for_an_sku_or_without_prices_are_read(speak: Speak) -> None:
    rows = [{"sku": 4711, "prices": None, "stock": []}, {"sku": "A", "prices": []}, {"sku": "B"}]
    mypromo, _ = speak(reply(200, json.dumps({"data": rows})))
    assert [(facts.sku, facts.tiers) for facts in mypromo.iter_prices()] == [("4711", ()), ("A", ()), ("B", ())]
    assert [facts.sku for facts in mypromo.iter_stock(sku="4711")] == ["4711"]


@pytest.mark.parametrize(
    "body", [b"", b"null", b'"x"', b"{", b'{"data": {}}', b'{"data": 5}', b"<html>", b"[" * 100_000]
)
def test_what_is_no_list_is_reported(body: bytes) -> None:
    with pytest.raises(VendorProtocolError):
        list(read_rows(lambda params: body, {}, per_page=15, whole=False))


def order_row(number: int, reference: str | None) -> dict[str, Any]:
    return {
        "id": number,
        "reference": reference,
        "status": "PENDING",
        "updated_at": "2026-11-22T10:00:00.000000Z",
        "histories": [],
    }


HELD = [order_row(n, f"WEB-{n}") for n in range(1, 41)] + [order_row(41, None), order_row(42, "WEB-7")]


class Orders:
    """mypromo's list of orders; `matches` is what it makes of the filter by reference."""

    def __init__(self, *, matches: Callable[[str, str], bool], held: list[dict[str, Any]] | None = None) -> None:
        self.matches = matches
        self.held = HELD if held is None else held
        self.asked: list[dict[str, str]] = []

    def __call__(self, params: dict[str, str]) -> bytes:
        self.asked.append(params)
        wanted = params.get("reference")
        rows = [row for row in self.held if wanted is None or self.matches(wanted, row["reference"] or "")]
        page, size = int(params["page"]), int(params["per_page"])
        meta = {"last_page": max(1, -(-len(rows) // size)), "total": len(rows)}
        return json.dumps({"data": rows[(page - 1) * size : page * size], "meta": meta}).encode()


def searching(speak: Speak, server: Orders, monkeypatch: Any) -> MyPromo:
    mypromo, _ = speak(reply(500))
    monkeypatch.setattr(mypromo.client, "orders_page", server)
    return mypromo


def exactly(wanted: str, held: str) -> bool:
    return wanted == held


def loosely(wanted: str, held: str) -> bool:
    return wanted.lower() in held.lower()


def never(wanted: str, held: str) -> bool:
    return True


@pytest.mark.parametrize("matches", [exactly, loosely, never])
def test_orders_are_found_by_exactly_their_reference(matches: Any, speak: Speak, monkeypatch: Any) -> None:
    mypromo = searching(speak, Orders(matches=matches), monkeypatch)
    assert [found.vendor_id for found in mypromo.find_orders("WEB-7", since=SINCE)] == ["7", "42"]
    assert [found.vendor_id for found in mypromo.find_orders("WEB-40", since=SINCE)] == ["40"]
    assert mypromo.find_orders("WEB-99", since=SINCE) == []
    assert mypromo.find_orders("web-7", since=SINCE) == []


def test_a_filter_that_works_is_asked_once(speak: Speak, monkeypatch: Any) -> None:
    server = Orders(matches=exactly)
    searching(speak, server, monkeypatch).find_orders("WEB-3", since=SINCE)
    assert server.asked == [{"created_from": "2026-11-01", "reference": "WEB-3", "page": "1", "per_page": "15"}]


def test_a_filter_that_is_ignored_is_noticed_and_the_whole_list_read(speak: Speak, monkeypatch: Any) -> None:
    server = Orders(matches=never)
    searching(speak, server, monkeypatch).find_orders("WEB-99", since=SINCE)
    assert [("reference" in params, params["page"]) for params in server.asked] == [
        (True, "1"), (False, "1"), (False, "2"), (False, "3"),
    ]  # fmt: skip


def test_without_trust_the_filter_is_not_used(speak: Speak, monkeypatch: Any) -> None:
    server = Orders(matches=exactly)
    mypromo = searching(speak, server, monkeypatch)
    assert [found.vendor_id for found in mypromo.find_orders("WEB-40", since=SINCE, trust_filter=False)] == ["40"]
    assert all("reference" not in params for params in server.asked)


def test_a_search_over_an_unreadable_order_proves_nothing(speak: Speak, monkeypatch: Any) -> None:
    server = Orders(matches=never, held=[order_row(1, "WEB-1") | {"status": None}])
    with pytest.raises(VendorProtocolError):
        searching(speak, server, monkeypatch).find_orders("WEB-9", since=SINCE)


def test_a_poll_leaves_an_unreadable_order_out_and_goes_on(speak: Speak, monkeypatch: Any, caplog: Any) -> None:
    held = [order_row(1, "A"), order_row(2, "B") | {"updated_at": "yesterday"}, order_row(3, "C")]
    mypromo = searching(speak, Orders(matches=exactly, held=held), monkeypatch)
    assert [report.vendor_id for report in mypromo.list_orders(updated_from=SINCE)] == ["1", "3"]
    assert "cannot be read" in caplog.text


def test_a_list_that_breaks_off_is_an_error_and_no_short_list(speak: Speak) -> None:
    first = reply(200, json.dumps({"data": [order_row(1, "A")], "meta": {"last_page": 2}}))
    mypromo, _ = speak(first, reply(500))
    with pytest.raises(VendorUnavailable):
        mypromo.find_orders("WEB-1", since=SINCE, trust_filter=False)


def test_the_query_of_a_list_is_rebuilt_for_every_page(speak: Speak) -> None:
    """Links in answers lose the filters and may point anywhere."""
    first = {"data": [order_row(1, "A")], "links": {"next": "https://evil.example.com/?page=2"}}
    mypromo, server = speak(reply(200, json.dumps(first)), reply(200, '{"data": []}'))
    list(mypromo.list_orders(updated_from=SINCE))
    queries = [dict(parse_qsl(urlsplit(seen.path).query)) for seen in server.seen]
    assert queries == [
        {"updated_from": "2026-11-01", "page": "1", "per_page": "15"},
        {"updated_from": "2026-11-01", "page": "2", "per_page": "15"},
    ]


COUNTRIES = {"data": [{"id": 1, "iso2": "AF", "name": "Afghanistan"}, {"id": 50, "iso2": "de", "name": "Germany"}]}


def states(speak: Speak, *rows: dict[str, Any]) -> list[StateData]:
    mypromo, _ = speak(reply(200, json.dumps(COUNTRIES)), reply(200, json.dumps({"data": rows})))
    found: list[StateData] = mypromo.states()
    return found


def test_a_states_country_is_the_one_that_its_own_code_names(speak: Speak) -> None:
    (state,) = states(speak, {"id": 1, "iso2": "BW", "iso3": "DE-BW", "name": "B", "country_id": 50})
    assert state.country_iso2 == "DE"


def test_a_row_without_a_code_is_left_out_of_the_reference_data_and_said(speak: Speak, caplog: Any) -> None:
    coded = {"id": 1, "iso2": "BW", "iso3": "DE-BW", "name": "B", "country_id": 50}
    assert [state.iso2 for state in states(speak, coded, coded | {"id": 2, "iso2": None, "iso3": None})] == ["BW"]
    assert "is left out" in caplog.text
    with pytest.raises(VendorProtocolError):
        states(speak, coded | {"iso2": None})


def test_country_ids_are_believed_while_no_state_contradicts_them(speak: Speak) -> None:
    silent = {"id": 2, "iso2": "BY", "iso3": "BAY", "name": "Bavaria", "country_id": 50}
    assert [state.country_iso2 for state in states(speak, silent)] == ["DE"]
    wrong = {"id": 1, "iso2": "BW", "iso3": "DE-BW", "name": "B", "country_id": 1}
    assert [state.country_iso2 for state in states(speak, wrong, silent)] == ["DE", ""]


def test_the_paths_of_lists_are_the_documented_ones(speak: Speak) -> None:
    mypromo, server = speak(reply(200, "[]"))
    client = mypromo.client
    for page in (client.orders_page, client.products_page, client.inventory_page, client.prices_page,
                 client.seo_page, client.countries_page, client.states_page, client.carriers_page):  # fmt: skip
        assert page({"page": "1"}) == b"[]"
    found = [re.sub(r"/mypromo/v1/(\w+)\?page=1", r"\1", seen.path) for seen in server.seen]
    assert found == ["orders", "products", "inventory", "prices", "seo", "countries", "states", "carriers"]
