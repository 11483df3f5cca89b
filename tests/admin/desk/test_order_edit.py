"""The page on which an order is edited: only what was changed is saved, complaints stand at their fields."""

import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backoffice.engine.models import Push
from catalog.models import Variant
from orders.models import AddressRole, HoldReason, Order, OrderState, VendorOrderState
from orders.services.editing.edits import edit_order
from orders.services.lifecycle import cancel_order, hold_order, release_order
from tests.admin.desk.conftest import SignIn
from tests.api.storefront import CARD, make_catalog
from tests.orders.editing.desk import changes_of, edited_order
from tests.orders.pdfs import make_pdf

_INPUT = re.compile(r"<input\b[^>]*>")
_TEXTAREA = re.compile(r'<textarea[^>]*name="([^"]+)"[^>]*>\s*(.*?)</textarea>', re.DOTALL)


@pytest.fixture(autouse=True)
def catalog(db: None) -> dict[str, Variant]:
    return make_catalog()


def url(order: Order, what: str = "edit") -> str:
    return f"/admin/orders/order/{order.pk}/{what}/"


def shown_values(client: Client, order: Order) -> dict[str, Any]:
    """Return what a browser would post of the page as it was opened."""
    html = client.get(url(order)).content.decode().split("<template")
    text = html[0] + html[1].split("</template>")[1]
    text = text[text.index('id="order-edit"') :]
    values: dict[str, list[str]] = {}
    for tag in _INPUT.findall(text):
        got = {name: unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        if not got.get("name") or " disabled" in tag or got.get("type") == "file":
            continue
        if got.get("type") == "checkbox" and " checked" not in tag:
            continue
        values.setdefault(got["name"], []).append(got.get("value", "on" if got.get("type") == "checkbox" else ""))
    for name, value in _TEXTAREA.findall(text):
        values.setdefault(name, []).append(unescape(value))
    return values | {"document-kind": ["delivery_slip"]}


def save(client: Client, order: Order, values: dict[str, Any] | None = None, **changes: Any) -> Any:
    posted = (values or shown_values(client, order)) | changes
    return client.post(url(order), posted, follow=True)


def line_name(order: Order, field: str) -> str:
    return f"line-{order.lines.first().pk}-{field}"


def test_saving_the_page_as_it_was_opened_changes_nothing(desk: Client) -> None:
    order = edited_order({"name": "O'Neil & <b>Söhne</b>", "customs": CUSTOMS}, gift_message="Zeile\nZwei")
    answer = save(desk, order)
    assert "Nothing was changed." in answer.content.decode()
    order.refresh_from_db()
    assert order.revision == 1


CUSTOMS = {"description": "Cards", "number": "4911", "origin": "DE", "currency": "EUR", "amount": "10.50"}


def test_a_wrong_sku_is_put_right_on_the_page_and_the_order_goes_on(desk: Client) -> None:
    order = edited_order({"sku": "NOPE"})
    errors = {"lines[0].sku": ["NOPE is not in the catalogue."]}
    hold_order(order, reason=HoldReason.INVALID_INPUT, text="", errors=errors, actor="system")
    page = desk.get(url(order) + "?field=lines[0].sku").content.decode()
    assert re.search(rf'name="{line_name(order, "sku")}"[^>]* autofocus', page)
    answer = save(desk, order, **{line_name(order, "sku"): CARD})
    assert "is being sent to its vendors" in answer.content.decode()
    order.refresh_from_db()
    assert order.state == OrderState.RELEASED
    assert order.events.get(kind="order.edited").actor == "mara"


def test_it_may_be_saved_and_stay_held(desk: Client) -> None:
    order = edited_order({"sku": "NOPE"})
    errors = {"lines[0].sku": ["NOPE is not in the catalogue."]}
    hold_order(order, reason=HoldReason.INVALID_INPUT, text="", errors=errors, actor="system")
    save(desk, order, save="hold", **{line_name(order, "sku"): CARD})
    order.refresh_from_db()
    assert (order.state, order.lines.get().sku) == (OrderState.HELD, CARD)
    assert not Push.objects.exists()


def test_everything_of_an_order_is_changed_at_once(desk: Client) -> None:
    order = edited_order({}, {})
    first, second = order.lines.all()
    changes = {
        "customer-phone": "030 1",
        "recipient-street": "Nebenstraße 1",
        "invoice_address-lastname": "Lee",
        "invoice_address-street": "Bank 9",
        "invoice_address-zip": "10115",
        "invoice_address-city": "Berlin",
        "invoice_address-country_code": "DEU",
        f"line-{first.pk}-quantity": "500",
        f"line-{first.pk}-customs_description": "Cards",
        f"line-{first.pk}-customs_number": "4911",
        f"line-{first.pk}-customs_origin": "DE",
        f"line-{first.pk}-customs_currency": "EUR",
        f"line-{first.pk}-customs_amount": "10.5",
        f"line-{second.pk}-remove": "on",
        "new-0-sku": CARD,
        "new-0-quantity": "200",
        "new-0-unit_price": "1.20",
        "new-0-file_url": "https://files.example.com/b.pdf",
        "shipping-express_production": "",
        "shipping-shipping_method": "Courier",
        "document-url": "https://files.example.com/slip.pdf",
    }
    page = save(desk, order, **changes).content.decode()
    assert re.findall(r'class="complaint">([^<]*)|role="alert">(.{,300})', page, re.DOTALL) == []
    order.refresh_from_db()
    assert [(line.quantity, line.unit_price) for line in order.lines.all()] == [
        (500, Decimal("1.29")),
        (200, Decimal("1.20")),
    ]
    assert order.lines.first().customs == CUSTOMS | {"amount": "10.5"}
    assert order.addresses.get(role=AddressRole.INVOICE).country_code == "DE"
    assert (order.customer_phone, order.shipping_method, order.documents.count()) == ("030 1", "Courier", 1)
    assert order.total == Decimal("645.00") + Decimal("240.00")


def test_a_print_file_is_exchanged_by_an_upload(desk: Client) -> None:
    order = edited_order()
    name = line_name(order, "keep_files")
    upload = SimpleUploadedFile("new.pdf", make_pdf(), content_type="application/pdf")
    save(desk, order, **{name: [], line_name(order, "file_upload"): upload, line_name(order, "file_type"): "front"})
    (file,) = order.lines.get().files
    assert file["file_id"].startswith("file_")
    assert file["type"] == "front"


def test_a_complaint_stands_at_its_field_and_what_was_typed_stays(desk: Client) -> None:
    order = edited_order()
    long = "Straße der Pariser Kommune, Hinterhaus 3"
    answer = save(desk, order, **{"recipient-street": long, "customer-phone": "030 77"})
    page = answer.content.decode()
    assert re.search(r"field-street wrong.*?complaint", page, re.DOTALL)
    assert 'data-care-of="Hinterhaus 3"' in page
    assert 'value="030 77"' in page
    order.refresh_from_db()
    assert order.revision == 1


def test_what_only_the_catalogue_says_may_be_passed_over(desk: Client) -> None:
    order = edited_order()
    values = {line_name(order, "sku"): "NEW"}
    page = save(desk, order, **values).content.decode()
    assert 'value="anyway"' in page
    assert "NEW is not in the catalogue." in page
    save(desk, order, save="anyway", **values)
    assert order.lines.get().sku == "NEW"


def test_the_second_editor_keeps_what_was_typed_and_the_first_ones_work_stays(desk: Client) -> None:
    order = edited_order(customer_phone="1")
    values = shown_values(desk, order)
    edit_order(order, changes_of(customer={"phone": "2"}, recipient={"city": "Potsdam"}), actor="tom")
    answer = save(desk, order, values, **{"recipient-street": "Nebenstraße 1"})
    page = answer.content.decode()
    assert "Someone else has saved this order in the meantime." in page
    assert 'value="Nebenstraße 1"' in page
    assert 'value="Potsdam"' in page
    order.refresh_from_db()
    assert (order.revision, order.addresses.get().street) == (2, "Hauptstraße 42")
    # Saving what stands there now keeps both.
    edit_order(order, changes_of(gift_message="x"), actor="tom", revision=2)
    again = save(desk, order, values | {"revision": ["3"]}, **{"recipient-street": "Nebenstraße 1"})
    assert again.status_code == 200
    address = order.addresses.get()
    assert (address.street, address.city) == ("Nebenstraße 1", "Potsdam")


def test_the_changes_are_shown_with_total_and_margin_before_they_are_saved(desk: Client) -> None:
    order = edited_order()
    posted = shown_values(desk, order) | {line_name(order, "quantity"): "500"}
    text = desk.post(url(order, "edit/preview"), posted).content.decode()
    for shown in ("Line L1, quantity", "€129.00", "€645.00", "€59.00", "€395.00", "The customer pays €516.00 more."):
        assert shown in text
    order.refresh_from_db()
    assert order.revision == 1


def test_what_is_made_is_locked_and_the_page_says_why_and_what_can_be_done(desk: Client) -> None:
    order = release_order(edited_order(), actor="mara")
    order.vendor_orders.update(state=VendorOrderState.IN_PRODUCTION, vendor_id="9")
    Push.objects.all().delete()
    page = desk.get(url(order)).content.decode()
    assert "Create a new order for what is needed instead." in page
    assert re.search(rf'name="{line_name(order, "quantity")}"[^>]* disabled', page)
    save(desk, order, **{line_name(order, "quantity"): "500", "customer-phone": "030 1"})
    order.refresh_from_db()
    assert (order.customer_phone, order.lines.get().quantity) == ("030 1", 100)


def test_a_cancelled_order_shows_no_form(desk: Client) -> None:
    order = cancel_order(edited_order(), actor="mara", reason="")
    page = desk.get(url(order)).content.decode()
    assert "can no longer be changed" in page
    assert 'id="order-edit"' not in page


def test_who_may_only_look_cannot_edit(sign_in: SignIn) -> None:
    reader = sign_in("view_order", name="tom")
    order = edited_order()
    assert reader.get(url(order)).status_code == 403
    assert reader.post(url(order), {}).status_code == 403
    assert reader.post(url(order, "edit/preview"), {}).status_code == 403
    assert url(order) not in reader.get(url(order, "change")).content.decode()


def test_the_page_needs_as_many_queries_for_one_line_as_for_thirty(desk: Client) -> None:
    small, large = edited_order(), edited_order(*[{"reference": f"r{n}"} for n in range(30)])
    desk.get(url(small))
    counts = []
    for order in (small, large):
        with CaptureQueriesContext(connection) as queries:
            desk.get(url(order))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20


def test_products_are_found_with_price_stock_and_margin_at_the_quantity(desk: Client) -> None:
    order = edited_order()
    Variant.objects.filter(sku=CARD).update(order_min_qty=100)
    found = desk.get(url(order, "edit/products"), {"q": CARD, "quantity": "500"}).json()["results"]
    assert [(one["sku"], one["quantity"], bool(one["price"]), one["refusal"]) for one in found] == [
        (CARD, 500, True, "")
    ]
    assert found[0]["margin"].startswith("margin ")
    least = desk.get(url(order, "edit/products"), {"q": CARD, "quantity": "5"}).json()["results"]
    assert least[0]["quantity"] == 100
    assert desk.get(url(order, "edit/products"), {"q": "", "quantity": "x"}).json() == {"results": []}
    assert url(order, "edit/products") in desk.get(url(order)).content.decode()


def test_a_part_that_the_vendor_still_cancels_is_taken_back_from_the_page(desk: Client) -> None:
    order = release_order(edited_order(), actor="mara")
    part = order.vendor_orders.get()
    order.vendor_orders.update(state=VendorOrderState.SUBMITTED, vendor_id="9")
    Push.objects.all().delete()
    page = desk.get(url(order)).content.decode()
    assert url(order, f"parts/{part.pk}/take-back") in page
    assert "can still cancel it" in page
    assert desk.post(url(order, f"parts/{part.pk}/take-back"), follow=True).status_code == 200
    assert Push.objects.get().payload == {"take_back": "9"}
    assert "Wait for the answer" in desk.get(url(order, f"parts/{part.pk}/take-back")).content.decode()
    order.vendor_orders.update(state=VendorOrderState.IN_PRODUCTION)
    assert url(order, f"parts/{part.pk}/take-back") not in desk.get(url(order)).content.decode()


def test_what_nobody_touched_need_not_be_sent_so_that_orders_of_many_lines_can_be_saved(desk: Client) -> None:
    order = edited_order(*[{"name": f"Card {number}"} for number in range(60)])
    second = order.lines.get(position=2)
    given = {f"line-{second.pk}-quantity": "200", f"initial-line-{second.pk}-quantity": "100", "revision": "1"}
    assert desk.post(url(order), {**given, "save": "release"}).status_code == 302
    assert sorted(set(order.lines.values_list("quantity", flat=True))) == [100, 200]
    order.refresh_from_db()
    assert (order.revision, order.lines.count(), order.addresses.get().street) == (2, 60, "Hauptstraße 42")
    assert [line.name for line in order.lines.order_by("position")][:2] == ["Card 0", "Card 1"]


def test_what_a_hold_complains_of_stands_at_its_field_and_so_does_what_is_typed(desk: Client) -> None:
    order = edited_order({"sku": "NOPE"}, {})
    errors = {"lines[0].sku": ["NOPE is not in the catalogue."], "recipient.street": ["Too long."], "shop": ["?"]}
    hold_order(order, reason=HoldReason.INVALID_INPUT, text="", errors=errors, actor="system")
    first, second = order.lines.order_by("position")
    page = desk.get(url(order))
    assert page.context["held_marks"] == [
        (f"line-{first.pk}-sku", "NOPE is not in the catalogue."), ("recipient-street", "Too long.")
    ]  # fmt: skip
    given = {f"line-{second.pk}-sku": "NADA", f"initial-line-{second.pk}-sku": second.sku, "revision": "1"}
    shown = desk.post(url(order, "edit/preview"), given).content.decode()
    assert f'data-mark="line-{second.pk}-sku"' in shown
    assert f'data-mark="line-{first.pk}-sku"' not in shown
    assert 'id="edit-summary" hx-swap-oob="true"' in shown


def test_the_state_of_an_address_is_no_status_in_german(desk: Client) -> None:
    page = desk.get(url(edited_order({})), headers={"Accept-Language": "de"}).text
    label = page[page.index('for="id_recipient-state_code"') :]
    assert label[: label.index("</label>")].endswith("Bundesstaat")
