"""Sending an order to AutoLetter in a browser: requested, sent, shown; and one that may not be sent says why."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from backoffice.engine.models import Heartbeat
from backoffice.sandbox import Sandbox
from orders.marketing.models import OrderExport
from orders.marketing.services.exports.requesting import exclude_export
from tests.browser.looking import WIDTHS
from tests.orders.marketing.conftest import Ask, Make, ask, letters, make, tell

__all__ = ["ask", "letters", "make", "tell"]

pytestmark = pytest.mark.browser
SCREENS = Path(__file__).parents[2] / "docs" / "screens"
PEOPLE = ("Jana Größer", "Tom Lindqvist", "Mara Okafor", "Ines Ferreira", "Paul Weber", "Lena Vogt", "Omar Haddad")


def many(make: Make, ask: Ask, tell: Callable[[], None], sandbox: Sandbox) -> None:
    """Make a list with something of everything."""
    sandbox.autoletter.options.change(needs_house_number=True)
    for number, name in enumerate(PEOPLE * 2):
        first, last = name.split()
        order = make(
            customer_firstname=first, customer_lastname=last, customer_email=f"{last}{number}@example.com".lower(),
            accepts_letters=number % 5 != 3, complaint=number == 6,
        )  # fmt: skip
        if number == 4:
            order.addresses.update(street="Am Markt")
        if number == 9:
            exclude_export(order, vendor="autoletter", actor="mara", reason="A friend of the house: no advertising.")
        ask(order)
    tell()
    for number in range(2):
        ask(make(customer_email=f"late{number}@example.com"))
    OrderExport.objects.update(requested_at=timezone.now() - timedelta(minutes=7))
    Heartbeat.objects.update_or_create(name="sweep", defaults={"at": timezone.now()})


def test_an_order_is_sent_from_its_page_and_then_stands_in_the_list(
    page: Page, make: Make, tell: Callable[[], None], letters: Sandbox
) -> None:
    order = make()
    page.goto(f"/admin/orders/order/{order.pk}/change/")
    section = page.get_by_role("region", name="Sent to")
    expect(section).to_contain_text("not requested")
    section.get_by_role("link", name="Send … AutoLetter", exact=True).click()
    expect(page.get_by_role("heading", name=f"Send {order.number} to AutoLetter?", level=2)).to_be_visible()
    page.get_by_role("button", name="Send to AutoLetter").click()
    expect(page.get_by_role("region", name="Sent to")).to_contain_text("waiting", ignore_case=True)
    tell()
    page.reload()
    expect(page.get_by_role("region", name="Sent to")).to_contain_text("sent", ignore_case=True)
    expect(page.get_by_role("region", name="Timeline")).to_contain_text("sent to AutoLetter.")
    page.get_by_role("region", name="Timeline").get_by_role("link", name="show request and answer").click()
    expect(page.get_by_role("region", name="Timeline")).to_contain_text("OrderNumber")
    page.goto("/admin/orders/orderexport/")
    expect(page.get_by_role("link", name=order.number)).to_be_visible()
    assert letters.autoletter.letters() == {str(order.pk): 1}


def test_the_list_fits_every_width_whatever_the_names_and_is_shown_in_the_docs(
    page: Page, make: Make, ask: Ask, tell: Callable[[], None], letters: Sandbox
) -> None:
    first, last = "Wolfeschlegelsteinhausenbergerdorff" * 3, "welchevoralternwarengewissenhaftschaferswessen" * 2
    exclude_export(
        make(customer_firstname=first[:100], customer_lastname=last[:100]),
        vendor="autoletter",
        actor="x" * 150,
        reason=last * 3,
    )
    many(make, ask, tell, letters)
    page.goto("/admin/orders/orderexport/")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, width
    if os.environ.get("WRITE_SCREENS") == "1":
        OrderExport.objects.filter(excluded_by="x" * 150).delete()
        page.set_viewport_size({"width": 1280, "height": 900})
        page.reload()
        page.screenshot(path=SCREENS / "told-to-vendors.png")
