"""The adapter against the sandbox, which was written from the same document without sharing a line with it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from backoffice.sandbox import Sandbox, running_sandbox
from backoffice.vendors.base import CallbackRequest
from backoffice.vendors.errors import VendorAuthFailed, VendorRejected
from backoffice.vendors.messages import FileLink, OrderToPlace, RemoteLineKind, RemoteOrderState
from backoffice.vendors.mypromo.adapter import MyPromo
from backoffice.vendors.mypromo.limits import ADDRESS_LIMITS
from backoffice.vendors.session import Pace
from tests.sandbox.receiver import receiving
from tests.vendors.connections import Outside
from tests.vendors.mypromo.samples import address, files_line, order

YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)
FILE = FileLink(url="https://files.example.com/a4.pdf", type="front")


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[Sandbox]:
    with running_sandbox(manual_clock=True, late_every=0, rate_limit=0) as running:
        yield running


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Iterator[Sandbox]:
    yield shared_sandbox
    shared_sandbox.faults.clear()
    shared_sandbox.settings.change(
        cancel_verb="PATCH", submit_verb="POST", reference_filter="exact", page_cap=0, live=False
    )


@pytest.fixture
def mypromo(sandbox: Sandbox, outside: Outside, settings: Any) -> MyPromo:
    settings.MYPROMO_URL = sandbox.url
    settings.MYPROMO_CLIENT_ID = "1"
    settings.MYPROMO_CLIENT_SECRET = "sandbox-merchant-secret"
    settings.VENDOR_CONNECT_TIMEOUT = 2
    settings.VENDOR_READ_TIMEOUT = 2
    return MyPromo(outside.connection, pace=Pace(sleep=lambda seconds: None))


def plain_order(reference: str, **changes: Any) -> OrderToPlace:
    given = {"recipient": address(reference=""), "shipper": None, "export": None, "documents": ()}
    return order(reference=reference, **{**given, **changes})


def place(mypromo: MyPromo, reference: str) -> str:
    draft = mypromo.create_order(plain_order(reference))
    mypromo.add_line(draft.vendor_id, files_line(reference="1", files=(FILE,)))
    mypromo.submit_order(draft.vendor_id)
    return draft.vendor_id


def test_an_order_with_everything_is_taken_as_it_is_sent(mypromo: MyPromo, sandbox: Sandbox) -> None:
    full = order(reference="FULL-1", reference2="second", complaint=True, express_shipping=True)
    assert mypromo.check_order(full) == []
    draft = mypromo.create_order(full)
    assert (draft.reference, draft.reference2, draft.state) == ("FULL-1", "second", RemoteOrderState.DRAFT)
    assert mypromo.add_line(draft.vendor_id, files_line(reference="1")).reference == "1"
    with pytest.raises(VendorRejected) as raised:
        mypromo.add_line(draft.vendor_id, files_line(reference="2"))
    assert mypromo.MAX_LINES_WITH_DOCUMENTS == 1
    assert raised.value.errors


def test_an_order_waits_for_its_fulfiller_where_no_parcel_is_faked(
    mypromo: MyPromo, sandbox: Sandbox, settings: Any
) -> None:
    settings.MYPROMO_SANDBOX, settings.MYPROMO_FAKE_SHIPMENT = True, False
    vendor_id = place(mypromo, "REAL-1")
    sandbox.advance(60)
    report = mypromo.read_order(vendor_id)
    assert (report.state, report.shipments) == (RemoteOrderState.IN_PRODUCTION, ())


def test_an_order_goes_its_whole_way(mypromo: MyPromo, sandbox: Sandbox) -> None:
    vendor_id = place(mypromo, "WAY-1")
    seen = [mypromo.read_order(vendor_id)]
    for _ in range(80):
        sandbox.advance(0.25)
        report = mypromo.read_order(vendor_id)
        if report.state is not seen[-1].state:
            seen.append(report)
    assert [report.state for report in seen] == [
        RemoteOrderState.SUBMITTED, RemoteOrderState.CHECKED, RemoteOrderState.IN_PRODUCTION, RemoteOrderState.DONE,
    ]  # fmt: skip
    assert [report.version for report in seen] == sorted(report.version for report in seen)
    done = seen[-1]
    (line,) = done.lines
    assert (line.reference, line.sku, line.quantity, line.kind) == ("1", "MP-F1-C0000003", 100, RemoteLineKind.FILES)
    assert line.file_urls == (FILE.url,)
    assert sum(shipped.quantity for parcel in done.shipments for shipped in parcel.lines) == 100
    for parcel in done.shipments:
        assert parcel.carrier == parcel.carrier.lower() != ""
        assert parcel.tracking_code in parcel.tracking_url
        assert [shipped.line_vendor_id for shipped in parcel.lines] == [line.vendor_id]


def test_the_three_kinds_of_lines_are_taken(mypromo: MyPromo, sandbox: Sandbox) -> None:
    draft = mypromo.create_order(plain_order("KINDS-1"))
    line = files_line(kind=RemoteLineKind.STOCK, files=(), sku="TESTPRODUCT-stock", quantity=50, reference="s")
    assert mypromo.add_line(draft.vendor_id, line).kind is RemoteLineKind.STOCK
    client = mypromo.client
    user = msgspec.json.decode(client.session.request("POST", "v1/editor_user").body)["editor_user_hash"]
    asked = {"sku": "MP-F1-C0000003", "editor_user_hash": user, "return_url": "https://shop.example.com/{DESIGNID}"}
    design = msgspec.json.decode(client.session.request("POST", "v1/designs", body=msgspec.json.encode(asked)).body)
    client.session.request("POST", f"v1/designs/{design['id']}/submit")
    line = files_line(kind=RemoteLineKind.DESIGN, files=(), design_id=str(design["id"]), reference="d")
    assert mypromo.add_line(draft.vendor_id, line).kind is RemoteLineKind.DESIGN


def test_an_order_in_production_cannot_be_cancelled(mypromo: MyPromo, sandbox: Sandbox) -> None:
    vendor_id = place(mypromo, "CANCEL-2")
    sandbox.advance(60)
    with pytest.raises(VendorRejected, match="You cannot edit a processed order") as raised:
        mypromo.cancel_order(vendor_id)
    assert raised.value.status == 422


def test_the_other_verbs_are_found(mypromo: MyPromo, sandbox: Sandbox) -> None:
    sandbox.settings.change(cancel_verb="PUT", submit_verb="PATCH")
    vendor_id = place(mypromo, "VERBS-1")
    assert mypromo.cancel_order(vendor_id).state is RemoteOrderState.CANCELLED


@pytest.mark.parametrize("matching", ["exact", "loose", "ignored"])
@pytest.mark.parametrize("cap", [0, 5])
def test_an_order_is_found_by_its_reference_or_proved_absent(
    mypromo: MyPromo, sandbox: Sandbox, matching: str, cap: int
) -> None:
    sandbox.settings.change(reference_filter=matching, page_cap=cap)
    wanted = mypromo.create_order(plain_order(f"FIND-{matching}-{cap}"))
    for n in range(17):
        mypromo.create_order(plain_order(f"FIND-{matching}-{cap}-{n}"))
    found = mypromo.find_orders(wanted.reference, since=YESTERDAY)
    assert [report.vendor_id for report in found] == [wanted.vendor_id]
    assert mypromo.find_orders(wanted.reference.lower(), since=YESTERDAY) == []
    assert mypromo.find_orders("NO-SUCH", since=YESTERDAY) == []
    assert mypromo.find_orders("NO-SUCH", since=YESTERDAY, trust_filter=False) == []


def test_the_poll_sees_every_order_once(mypromo: MyPromo, sandbox: Sandbox) -> None:
    for n in range(20):
        mypromo.create_order(plain_order(f"POLL-{n}"))
    seen = [report.reference for report in mypromo.list_orders(updated_from=YESTERDAY)]
    assert len(seen) == len(sandbox.mypromo.store.held)
    assert {f"POLL-{n}" for n in range(20)} <= set(seen)
    assert list(mypromo.list_orders(updated_from=date(2100, 1, 1))) == []


def test_reference_data_is_complete(mypromo: MyPromo) -> None:
    countries, states, carriers = mypromo.countries(), mypromo.states(), mypromo.carriers()
    assert (len(countries), len(carriers)) == (251, 16)
    announced = msgspec.json.decode(mypromo.client.states_page({}))["meta"]["total"]
    assert len(states) == announced > 250
    assert {country.iso2 for country in countries} >= {"DE", "AT", "GB", "US"}
    assert any(state.country_iso2 == "DE" and state.iso2 == "BY" for state in states)
    assert {"ups", "dhl", "royal-mail"} <= {carrier.key for carrier in carriers}


def test_stock_prices_and_search_texts_are_read_to_the_end(mypromo: MyPromo) -> None:
    stock = {row.sku for row in mypromo.iter_stock()}
    assert len(stock) > 250
    assert {row.sku for row in mypromo.iter_prices()} == stock
    assert {row.sku for row in mypromo.iter_search_texts()} == stock
    (price,) = mypromo.iter_prices(sku="MP-F1-C0000003")
    assert {tier.price_list for tier in price.tiers} >= {"purchase", "sales"}


def agree(mypromo: MyPromo, checked: OrderToPlace) -> bool:
    """Check that our check and the sandbox name the same fields; return whether the order was taken."""
    ours = {error.field for error in mypromo.check_order(checked)}
    theirs: set[str] = set()
    try:
        mypromo.create_order(checked)
    except VendorRejected as refusal:
        theirs = {error.field for error in refusal.errors}
    assert ours == theirs
    return not ours


@pytest.mark.parametrize("name", [name for name in ADDRESS_LIMITS if name not in ("email", "country_code")])
def test_both_draw_the_same_line_at_every_limit(mypromo: MyPromo, name: str) -> None:
    least, most = ADDRESS_LIMITS[name]
    taken = {
        length: agree(mypromo, plain_order("LIMIT", recipient=address(reference="", **{name: "ß" * length})))
        if name != "reference"
        else agree(mypromo, plain_order("LIMIT", recipient=address(reference="ß" * length)))
        for length in {most, most + 1, max(least, 1)}
    }
    assert taken == {length: length <= most for length in taken}


@pytest.mark.parametrize("name", ["zip", "city", "country_code"])
def test_both_miss_what_is_required(mypromo: MyPromo, name: str) -> None:
    assert not agree(mypromo, plain_order("LIMIT", recipient=address(**{name: ""})))


def test_both_want_a_name(mypromo: MyPromo) -> None:
    assert not agree(mypromo, plain_order("LIMIT", recipient=address(lastname="", company="")))
    assert agree(mypromo, plain_order("LIMIT", recipient=address(lastname="")))


def test_a_callback_comes_with_our_secret_and_reads_like_the_order(
    mypromo: MyPromo, sandbox: Sandbox, settings: Any, monkeypatch: Any
) -> None:
    with receiving() as receiver:
        settings.PUBLIC_URL = receiver.url.removesuffix("/callback")
        vendor_id = place(mypromo, "CALL-1")
        sandbox.advance(60)
        assert sandbox.callbacks.wait()
        assert receiver.bodies
        for headers, body in zip(receiver.headers, receiver.bodies, strict=True):
            named = {name.lower(): value for name, value in headers.items()}
            raw = msgspec.json.encode(body)
            assert mypromo.verify_callback(CallbackRequest("orders", named, raw))
            (report,) = mypromo.read_callback("orders", raw)
            assert (report.vendor_id, report.reference) == (vendor_id, "CALL-1")
    final = mypromo.read_order(vendor_id)
    last = max((mypromo.read_callback("orders", msgspec.json.encode(body))[0] for body in receiver.bodies),
               key=lambda report: report.version)  # fmt: skip
    assert (last.state, last.shipments) == (final.state, final.shipments)


def test_the_fake_flags_are_for_their_sandbox(mypromo: MyPromo, sandbox: Sandbox, settings: Any) -> None:
    settings.MYPROMO_SANDBOX = True
    mypromo.create_order(plain_order("FAKE-1"))
    sandbox.settings.change(live=True)
    with pytest.raises(VendorRejected):
        mypromo.create_order(plain_order("FAKE-2"))
    settings.MYPROMO_SANDBOX = False
    mypromo.create_order(plain_order("FAKE-3"))


def test_a_revoked_token_costs_nothing(mypromo: MyPromo, sandbox: Sandbox) -> None:
    mypromo.check()
    rule = sandbox.faults.add("revoked_token", method="POST", path="v1/orders$", times=1)
    draft = mypromo.create_order(plain_order("REVOKED-1"))
    assert rule.hits == 1
    assert [found.vendor_id for found in mypromo.find_orders("REVOKED-1", since=YESTERDAY)] == [draft.vendor_id]


def test_wrong_credentials_stop(mypromo: MyPromo, settings: Any, outside: Outside) -> None:
    settings.MYPROMO_CLIENT_SECRET = "wrong"
    with pytest.raises(VendorAuthFailed, match="Client authentication failed"):
        MyPromo(outside.connection).check()
