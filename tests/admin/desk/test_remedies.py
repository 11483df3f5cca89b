"""The primary button of a hold mends what it complains of; where nothing does, the page says what a person can do."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from backoffice.text.translatable import gettext as said
from catalog.models import Product, Variant
from orders.models import HoldReason, Order, OrderState
from orders.services.lifecycle import hold_order
from tests.orders.rows import SKU, make_order

LONG = "Straße der Pariser Kommune, Hinterhaus 3"


def page(order: Order, what: str = "change") -> str:
    return f"/admin/orders/order/{order.pk}/{what}/"


def held(reason: HoldReason, errors: dict[str, list[str]], text: str = "") -> Order:
    return hold_order(make_order({}, {}), reason=reason, text=text, errors=errors, actor="system")


def primary(html: str) -> list[str]:
    """Return the labels of the primary buttons in the boxes of holds."""
    boxes = re.findall(r'<section class="note-box[^>]*hold-box.*?</section>', html, re.DOTALL)
    links = re.findall(r'<a class="button small primary"[^>]*>.*?</a>', "".join(boxes), re.DOTALL)
    return [re.sub(r"<span class=\"material.*?</span>|<[^>]+>", "", link).strip() for link in links]


@pytest.mark.parametrize(
    ("reason", "errors", "label"),
    [
        (HoldReason.BAD_ADDRESS, {"recipient.street": ["Too long."]}, "Correct the address"),
        (HoldReason.BAD_ADDRESS, {}, "Correct the address"),
        (HoldReason.INVALID_INPUT, {"recipient.zip": ["Missing."]}, "Correct the address"),
        (HoldReason.VENDOR_REFUSED, {"recipient.street": ["Too long."]}, "Correct the address"),
        (HoldReason.BAD_FILE, {"lines[1].files[0]": ["Not a PDF."]}, "Exchange the file of line L2"),
        (HoldReason.VENDOR_REFUSED, {"lines.2.files.0.url": ["Not found."]}, "Exchange the file of line L2"),
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


@pytest.mark.parametrize("reason", [HoldReason.INVALID_INPUT, HoldReason.VENDOR_REFUSED])
def test_where_nothing_here_mends_it_the_page_says_so_and_offers_no_unfitting_correction(
    desk: Client, reason: HoldReason
) -> None:
    html = desk.get(page(held(reason, {"lines[0].sku": ["NOPE is not in the catalogue."]}))).content.decode()
    assert primary(html) == []
    assert "ask the shop to send it again under another reference" in html
    box = html[html.index("hold-box") : html.index("</section>", html.index("hold-box"))]
    assert "address" not in box


def test_a_possible_duplicate_is_compared_with_the_other_order(desk: Client) -> None:
    twin = make_order()
    text = said("Order %(number)s (%(reference)s) of a few minutes before has the same recipient and lines.") % {
        "number": twin.number, "reference": twin.reference,
    }  # fmt: skip
    order = held(HoldReason.POSSIBLE_DUPLICATE, {}, text)
    assert f"?q={twin.number}" in desk.get(page(order)).content.decode()


def test_the_confirmation_of_a_release_shows_what_would_be_refused_and_what_mends_it(desk: Client) -> None:
    order = make_order()
    order.addresses.update(street=LONG)
    shown = desk.get(page(order, "release")).content.decode()
    assert "recipient.street" in shown
    assert page(order, "address/recipient") in shown
    assert '<form method="post"' not in shown.split("confirm", 1)[1]
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
