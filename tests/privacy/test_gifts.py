"""Who got something that another ordered: given a copy, erased, and kept away, while the order stays."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from backoffice.audit.services.chain import close_all
from backoffice.audit.services.verifying import verify
from backoffice.engine.services.files import read_file
from backoffice.privacy.models import PrivacyRequest, RequestState
from backoffice.privacy.services import outside, requests, restoring
from backoffice.privacy.services.finding import begin_person, find_candidates
from backoffice.privacy.services.requests import Meant
from orders import people
from orders.models import Address, AddressRole, Order, OrderEvent, OrderState
from orders.services.reports.pulling import OrderPull
from orders.services.search import refresh_search, search_orders
from tests.orders.rows import make_order
from tests.privacy.dump import everything, find, lines_with
from tests.privacy.gifts import OMA
from tests.privacy.lives import OTTO, World

pytestmark = pytest.mark.django_db
# Where Otto stood beside her as a copy, which can be made again or is kept row by row; and as the sender of her parcel,
# in what was made for her.
COPIES = {"importing_orderimport", "jobs_job", "django_session", "audit_auditentry", "fulfillment_productionorder"}


@pytest.fixture(autouse=True)
def kept_here(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def _erase(meant: Meant) -> PrivacyRequest:
    row = requests.ask_for_erasure(meant, reason=f"{OMA.name} wrote to us", actor="mara")
    requests.work_requests(seconds=60)
    row.refresh_from_db()
    return row


def _meant(text: str) -> Meant:
    [found] = [one for one in find_candidates(text) if one.title == OMA.name]
    return Meant(found.title, found.emails, found.rows)


def test_who_got_a_present_is_erased_everywhere_and_who_gave_it_stays(
    gift: Order,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    close_all()
    before = everything()
    assert set(OMA.needles) == {one for some in find(OMA.needles, before).values() for one in some}
    meant = _meant(OMA.email)
    assert meant.emails == (OMA.email,)
    with django_capture_on_commit_callbacks(execute=True):
        _assert_copy_holds(meant)

    _assert_found_without_looking_at_addresses(meant, monkeypatch)
    with django_capture_on_commit_callbacks(execute=True):
        row = _erase(meant)
    assert (row.state, row.problem, row.person, row.title) == (RequestState.DONE, "", None, None)
    assert find(OMA.needles, everything()) == {}
    assert {one.vendor for one in row.vendor_erasures.all()} >= {"mypromo"}
    assert verify().problems == []

    _assert_giver_untouched(gift, before)
    world.sandbox.advance(1)
    with django_capture_on_commit_callbacks(execute=True):
        world.postbox.settle()
        world.postbox.let_in()
        OrderPull("mypromo").run()
    assert find(OMA.needles, everything()) == {}


def _assert_copy_holds(meant: Meant) -> None:
    """Find her address in the copy, and nothing of who ordered."""
    row = requests.ask_for_copy(meant, actor="mara")
    requests.work_requests(seconds=60)
    row.refresh_from_db()
    with zipfile.ZipFile(io.BytesIO(read_file(row.path) or b"")) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    assert OMA.street in content["data.json"].decode()
    assert find(OTTO.needles, content) == {}


def _assert_found_without_looking_at_addresses(meant: Meant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control the search: found by orders alone, she stays where she was."""
    with monkeypatch.context() as patch, transaction.atomic():
        patch.setattr(people, "_add_received", lambda person, **known: None)
        assert _erase(meant).state == RequestState.DONE
        found = find(OMA.needles, everything())
        assert {"orders_address", "orders_order"} <= set(found)
        transaction.set_rollback(True)
    default_storage.delete(outside.PLACE)


def _assert_giver_untouched(gift: Order, before: dict[str, bytes]) -> None:
    kept = ("number", "total", "state", "customer_email", "customer_firstname", "customer_lastname", "customer_phone")
    order = Order.objects.get(pk=gift.pk)
    assert [getattr(order, name) for name in kept] == [getattr(gift, name) for name in kept]
    assert (order.erased_at, order.recipient_erased_at is not None) == (None, True)
    invoice = order.addresses.get(role=AddressRole.INVOICE)
    assert (invoice.lastname, invoice.street, invoice.phone) == (OTTO.last, OTTO.street, OTTO.phone)
    assert order.addresses.get(role=AddressRole.RECIPIENT).country_code == "DE"
    assert order in search_orders(Order.objects.all(), OTTO.last)
    was, now = lines_with(OTTO.street, before), lines_with(OTTO.street, everything())
    fewer = {place for place, count in was.items() if now.get(place, 0) < count}
    assert {place for place in fewer if not place.startswith("file ")} <= COPIES
    assert lines_with(OTTO.email, before)["orders_order"] == lines_with(OTTO.email, everything())["orders_order"]


def _gift(*, giver: dict[str, Any], receiver: dict[str, Any]) -> Order:
    order = make_order(state=OrderState.CLOSED, **{f"customer_{name}": value for name, value in giver.items()})
    order.addresses.filter(role=AddressRole.RECIPIENT).delete()
    Address.objects.create(order=order, role=AddressRole.RECIPIENT, country_code="DE", **receiver)
    refresh_search(order)
    return order


MARIA = {"firstname": "Maria", "lastname": "Größer", "street": "Hauptstraße 42", "zip": "10115", "city": "Berlin"}
PAUL = {"email": "paul@groesser.example", "firstname": "Paul", "lastname": "Größer", "phone": "+49 30 1234567"}


def test_what_a_household_shares_stays_with_who_ordered() -> None:
    """Last name, street, telephone and e-mail of who gave it stand in her address too."""
    order = _gift(giver=PAUL, receiver=MARIA | {"phone": PAUL["phone"], "email": PAUL["email"]})
    own = {"firstname": "Paul", "lastname": "Größer", "street": MARIA["street"], "zip": "10115", "city": "Berlin"}
    Address.objects.create(order=order, role=AddressRole.INVOICE, country_code="DE", **own)
    text = f"Paul Größer, {MARIA['street']}, {PAUL['phone']}, {PAUL['email']} ordered for Maria Größer"
    order.events.create(actor="mara", kind="order.remark", params={"text": text})
    [maria] = [one for one in find_candidates("Maria Größer") if one.title == "Maria Größer"]
    assert (maria.emails, len(maria.rows)) == ((), 1)
    person = begin_person(emails=maria.emails, rows=maria.rows)
    assert (person.emails, person.phones, person.of(Order)) == (set(), set(), set())

    assert _erase(Meant(maria.title, maria.emails, maria.rows)).state == RequestState.DONE
    order.refresh_from_db()
    assert (order.customer_email, order.customer_phone) == (PAUL["email"], PAUL["phone"])
    assert order.addresses.get(role=AddressRole.RECIPIENT).street == ""
    assert order.addresses.get(role=AddressRole.INVOICE).street == MARIA["street"]
    said = OrderEvent.objects.get(order=order, kind="order.remark").params["text"]
    assert said == text.replace("Maria Größer", "[erased]")


def test_an_address_without_e_mail_leads_to_the_same_name_and_place_and_to_no_namesake_elsewhere() -> None:
    orders = [_gift(giver=PAUL | {"email": f"{one}@example.com"}, receiver=MARIA) for one in ("a", "b")]
    elsewhere = _gift(giver=PAUL | {"email": "c@example.com"}, receiver=MARIA | {"zip": "80331", "city": "München"})
    letter = _gift(giver=PAUL | {"email": "d@example.com"}, receiver=MARIA | {"street": "Weg 1"})
    Address.objects.create(order=letter, role=AddressRole.LETTER, country_code="DE", **MARIA)
    first = orders[0].addresses.get(role=AddressRole.RECIPIENT)
    assert _erase(Meant("Maria", (), [("orders.address", first.pk)])).state == RequestState.DONE
    assert not Address.objects.filter(order__in=orders, street=MARIA["street"]).exists()
    assert letter.addresses.get(role=AddressRole.LETTER).street == ""
    assert elsewhere.addresses.get(role=AddressRole.RECIPIENT).lastname == "Größer"


def test_a_present_on_its_way_keeps_its_address() -> None:
    order = _gift(giver=PAUL, receiver=MARIA | {"email": "maria@example.com"})
    Order.objects.filter(pk=order.pk).update(state=OrderState.RELEASED)
    meant = Meant("Maria", ["maria@example.com"])
    assert requests.obstacles(meant.person())
    row = requests.ask_for_erasure(meant, reason="asked", actor="mara", wait=True)
    requests.work_requests(seconds=5)
    row.refresh_from_db()
    assert (row.state, order.number in row.problem) == (RequestState.POSTPONED, True)
    assert order.addresses.get(role=AddressRole.RECIPIENT).street == MARIA["street"]


def test_who_got_a_present_is_erased_again_after_a_restore() -> None:
    """By what the address is called, where it has no e-mail."""
    order = _gift(giver=PAUL, receiver=MARIA)
    address = order.addresses.get(role=AddressRole.RECIPIENT)
    _erase(Meant("Maria", (), [("orders.address", address.pk)]))
    Address.objects.filter(pk=address.pk).update(**MARIA)
    Order.objects.update(recipient_erased_at=None)
    PrivacyRequest.objects.all().delete()
    assert restoring.erase_again() == 1
    order.refresh_from_db()
    assert (order.addresses.get(role=AddressRole.RECIPIENT).street, order.customer_email) == ("", PAUL["email"])


def test_addresses_are_found_by_index() -> None:
    maria = Address(**MARIA)
    for rows, index in (
        (people._with_email({"maria@example.com"}), "address_email"),
        (people._in_same_place(Address.objects.all(), [maria]), "address_street"),
    ):
        with connection.cursor() as cursor, CaptureQueriesContext(connection) as seen:
            assert list(rows) == []
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {seen.captured_queries[0]['sql']}")
            assert index in str(cursor.fetchall())
