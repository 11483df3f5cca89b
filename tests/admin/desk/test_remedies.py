"""The primary button of a hold mends what it complains of; where nothing does, the page says what a person can do."""

import re
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone, translation

from backoffice.engine.models import Push
from catalog.models import Product, Variant
from orders.models import HoldReason, Order, OrderState
from orders.services.lifecycle import hold_order, release_order
from orders.templatetags.errors import place_of
from tests.orders.rows import SKU, make_order

LONG = "Straße der Pariser Kommune, Hinterhaus 3"


def page(order: Order, what: str = "change") -> str:
    return f"/admin/orders/order/{order.pk}/{what}/"


def held(reason: HoldReason, errors: dict[str, list[str]]) -> Order:
    return hold_order(make_order({}, {}), reason=reason, text="", errors=errors, actor="system")


def primary(html: str) -> list[str]:
    """Return the labels of the primary buttons in the boxes of holds."""
    boxes = re.findall(r'<section class="note-box[^>]*hold-box.*?</section>', html, re.DOTALL)
    buttons = re.findall(r'<(?:a|button) class="button small primary".*?</(?:a|button)>', "".join(boxes), re.DOTALL)
    return [re.sub(r"<span class=\"material.*?</span>|<[^>]+>", "", button).strip() for button in buttons]


@pytest.mark.parametrize(
    ("reason", "errors", "label"),
    [
        (HoldReason.BAD_ADDRESS, {"recipient.street": ["Too long."]}, "Save and release"),
        (HoldReason.BAD_ADDRESS, {}, "Correct the address"),
        (HoldReason.INVALID_INPUT, {"recipient.zip": ["Missing."]}, "Save and release"),
        (HoldReason.VENDOR_REFUSED, {"recipient.street": ["Too long."]}, "Save and release"),
        (HoldReason.VENDOR_REFUSED, {"recipient": ["Unknown."]}, "Correct the address"),
        (HoldReason.BAD_FILE, {"lines[1].files[0]": ["Not a PDF."]}, "Replace the file of line L2"),
        (HoldReason.BAD_FILE, {}, "Replace the file of line L1"),
        (HoldReason.VENDOR_REFUSED, {"lines.2.files.0.url": ["Not found."]}, "Replace the file of line L2"),
        (HoldReason.VENDOR_CANCELLED, {}, "Have it made again"),
        (HoldReason.DIFFERS_AT_VENDOR, {}, "Cancel the order"),
        (HoldReason.SECOND_AT_VENDOR, {}, "Orders known only to the vendor"),
        (HoldReason.MANUAL, {}, "Release this hold"),
        (HoldReason.RULE, {}, "Release this hold"),
    ],
)
def test_the_primary_button_of_a_hold_is_the_remedy_of_its_complaint(
    desk: Client, reason: HoldReason, errors: dict[str, list[str]], label: str
) -> None:
    html = desk.get(page(held(reason, errors))).content.decode()
    assert len(primary(html)) == 1
    assert label in "".join(primary(html))


@pytest.mark.parametrize("reason", list(HoldReason))
def test_every_reason_has_a_place_on_the_home_page_a_remedy_and_words_in_both_languages(
    desk: Client, reason: HoldReason
) -> None:
    order = held(reason, {})
    assert f"Held: {reason.label}" in unescape(desk.get("/admin/").content.decode())
    assert len(primary(desk.get(page(order)).content.decode())) == 1
    with translation.override("de"):
        assert str(reason.label) != _in_english(reason)
        assert primary(desk.get(page(order), headers={"Accept-Language": "de"}).content.decode())


def _in_english(reason: HoldReason) -> str:
    with translation.override("en"):
        return str(reason.label)


def test_the_banner_holds_the_field_itself_with_what_would_fit_and_one_press_sends_the_order(desk: Client) -> None:
    order = held(HoldReason.BAD_ADDRESS, {"recipient.street": ["Too long."]})
    order.addresses.update(street=LONG, phone="030 1")
    html = desk.get(page(order)).content.decode()
    assert f"Street: {len(LONG)} of 30 characters" in html
    assert 'name="street" value="Straße der Pariser Kommune"' in html
    assert 'name="care_of" value="Hinterhaus 3"' in html
    assert f'name="revision" value="{order.revision}"' in html
    press = {"some": "1", "revision": order.revision, "street": "Straße der Pariser Kommune", "care_of": "Hinterhaus 3"}
    desk.post(page(order, "address/recipient"), press)
    order.refresh_from_db()
    address = order.addresses.get()
    assert order.state == OrderState.RELEASED
    assert (address.street, address.care_of) == ("Straße der Pariser Kommune", "Hinterhaus 3")
    assert (address.phone, address.city) == ("030 1", "Berlin"), "what the banner does not show stays as it is"


def test_what_is_typed_into_the_banner_and_refused_is_there_to_be_corrected(desk: Client) -> None:
    order = held(HoldReason.BAD_ADDRESS, {"recipient.street": ["Too long."]})
    order.addresses.update(street=LONG)
    answer = desk.post(page(order, "address/recipient"), {"some": "1", "street": "x" * 31}).content.decode()
    assert "x" * 31 in answer
    assert "at most 30" in answer
    order.refresh_from_db()
    assert (order.state, order.addresses.get().street) == (OrderState.HELD, LONG)


def test_saving_is_no_releasing_while_something_else_holds_the_order(desk: Client) -> None:
    order = held(HoldReason.BAD_ADDRESS, {"recipient.street": ["Too long."]})
    hold_order(order, reason=HoldReason.MANUAL, text="", actor="tom")
    assert "Save the address" in primary(desk.get(page(order)).content.decode())


def test_what_was_at_a_vendor_before_is_sent_again(desk: Client) -> None:
    order = release_order(make_order(), actor="tom")
    order.vendor_orders.update(state="refused")
    Push.objects.update(state="failed")
    hold_order(order, reason=HoldReason.VENDOR_REFUSED, text="", errors={"recipient.street": ["No."]}, actor="system")
    assert primary(desk.get(page(order)).content.decode()) == ["Save and send again"]


@pytest.mark.parametrize("reason", [HoldReason.INVALID_INPUT, HoldReason.VENDOR_REFUSED])
def test_a_wrong_line_is_edited_and_no_unfitting_correction_is_offered(desk: Client, reason: HoldReason) -> None:
    html = desk.get(page(held(reason, {"lines[0].sku": ["NOPE is not in the catalogue."]}))).content.decode()
    box = html[html.index("hold-box") : html.index("</section>", html.index("hold-box"))]
    assert "address" not in box
    assert primary(html) == ["Edit line 1"]
    assert "field=lines%5B0%5D.sku" in box


def test_the_confirmation_of_a_release_shows_what_would_be_refused_and_what_mends_it(desk: Client) -> None:
    order = make_order()
    order.addresses.update(street=LONG)
    shown = desk.get(page(order, "release")).content.decode()
    assert "Recipient, street" in shown
    assert "recipient.street" not in shown
    assert page(order, "address/recipient") in shown
    assert "Release WEB" not in shown
    desk.post(page(order, "release"), {"reason": "", "anyway": "1"})
    order.refresh_from_db()
    assert order.state == OrderState.NEW


def test_a_person_may_pass_over_what_the_catalogue_says_after_reading_it(desk: Client) -> None:
    now = timezone.now()
    product = Product.objects.create(vendor="mypromo", vendor_id="1", changed_at=now, created_at=now)
    Variant.objects.create(
        product=product, vendor="mypromo", vendor_id="2", sku=SKU, personalized=True, orderable=False,
        changed_at=now, created_at=now,
    )  # fmt: skip
    order = make_order()
    hold = hold_order(order, reason=HoldReason.UNAVAILABLE, text="", actor="system").holds.get()
    lift = page(order, f"holds/{hold.pk}/release")
    assert "Release anyway" in desk.get(lift).content.decode()
    desk.post(lift, {"reason": ""})
    order.refresh_from_db()
    assert order.state == OrderState.HELD
    desk.post(lift, {"reason": "", "anyway": "1"})
    order.refresh_from_db()
    assert order.state == OrderState.RELEASED


@pytest.mark.parametrize(
    ("path", "label"),
    [
        *(
            ("recipient.street", "Recipient, street"),
            ("customer.email", "Customer's e-mail"),
            ("total", "Total, gross"),
        ),
        *(("lines[0].sku", "Line 1, SKU"), ("lines.2", "Line 2"), ("lines[1].files[0].url", "Line 2, files")),
        *(("documents[0].url", "Documents"), ("unheard.of", "unheard.of"), ("", "")),
    ],
)
def test_errors_are_about_fields_as_people_call_them(path: str, label: str) -> None:
    assert place_of(path) == label
