"""No page is wider than its window, whatever people, shops and files are called."""

import pytest
from django.contrib.auth.models import User
from django.test import RequestFactory
from django.urls import reverse
from playwright.sync_api import Page

from backoffice.dashboard.navigation import sidebar
from catalog.models import ChangeSet, CustomProduct, TableImport
from fulfillment.models import ProductionOrder
from orders.complaints.models import Complaint
from orders.customers.admin.context import customer_url
from orders.marketing.models import MailCampaign
from orders.models import Enquiry, Order
from orders.rules.models import Rule
from tests.browser.hostile import LONG, seed

pytestmark = pytest.mark.browser

WIDTHS = (1440, 768, 390)
# A name that runs out of its cell does not make the page wider: its box would lie over its neighbour's.
OVERRUN = """() => [...document.querySelectorAll("#content .desk td, #content .desk th")].filter((cell) => {
  const box = cell.getBoundingClientRect();
  return box.width && [...cell.querySelectorAll("*")].some((inner) => {
    const style = getComputedStyle(inner);
    if (style.position === "absolute" || inner.closest(".visually-hidden, .scroll-x, svg")) return false;
    let frame = inner.parentElement;
    while (frame !== cell && getComputedStyle(frame).overflowX === "visible") frame = frame.parentElement;
    const edge = (frame === cell ? cell : frame).getBoundingClientRect().right;
    return frame === cell && inner.getBoundingClientRect().right > edge + 1;
  });
}).map((cell) => cell.className + ": " + cell.textContent.trim().slice(0, 40))"""

# Choices have names of any length too, and a closed list is as wide as its widest one.
LONG_CHOICES = """() => document.querySelectorAll("#content select").forEach((list) => {
  if (list.options.length) list.options[0].textContent = "Wolfeschlegelstein ".repeat(6);
})"""

# What reaches beyond the window, the innermost first.
OUTSIDE = """() => [...document.querySelectorAll("#content *")].filter((one) =>
  one.getBoundingClientRect().right > window.innerWidth + 1
).slice(-3).map((one) => one.parentElement.className + " > " + one.tagName + "." + one.className)"""


def lists(user: User) -> list[str]:
    """Return every page of the sidebar."""
    request = RequestFactory().get("/admin/")
    request.user = user
    return [item["link"] for group in sidebar(request) for item in group["items"]]


def single_pages() -> list[str]:
    """Return the page of one row of each kind, the one with the longest name."""
    kinds = [
        (Order, "orders_order", {"customer_firstname__startswith": LONG[:20]}),
        (ChangeSet, "catalog_changeset", {"title__startswith": LONG[:20]}),
        (TableImport, "catalog_tableimport", {"file_name__startswith": LONG[:20]}),
        (CustomProduct, "catalog_customproduct", {"title__startswith": LONG[:20]}),
        (MailCampaign, "marketing_mailcampaign", {"name__startswith": LONG[:20]}),
        (Enquiry, "orders_enquiry", {"subject__startswith": LONG[:20]}),
        (Complaint, "complaints_complaint", {"text__startswith": LONG[:20]}),
        (Rule, "rules_rule", {"name__startswith": LONG[:20]}),
        (ProductionOrder, "fulfillment_productionorder", {"reference__startswith": LONG[:20]}),
    ]
    customer = Order.objects.filter(customer_firstname__startswith=LONG[:20]).first().customer_email
    rows = [
        reverse(f"admin:{name}_change", args=[model.objects.filter(**wanted).first().pk])
        for model, name, wanted in kinds
    ]
    return [*rows, customer_url(customer)]


def settled_excess(page: Page) -> int:
    """Return by how many pixels the page exceeds its window, once fonts are there and the frame has stopped moving."""
    for _attempt in range(10):
        excess = page.evaluate(
            "document.fonts.ready.then(() => document.documentElement.scrollWidth - window.innerWidth)"
        )
        if excess <= 0:
            break
        page.wait_for_timeout(50)
    return int(excess)


def test_no_page_is_wider_than_its_window_and_no_name_runs_out_of_its_cell(page: Page, staff: User) -> None:
    seed()
    wrong = []
    for address in [*lists(staff), *single_pages()]:
        page.goto(address)
        page.evaluate(LONG_CHOICES)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if (excess := settled_excess(page)) > 0:
                wrong.append((address, width, f"{excess} px wider: {page.evaluate(OUTSIDE)}"))
            wrong += [(address, width, cell) for cell in page.evaluate(OVERRUN)[:3]]
        page.set_viewport_size({"width": 1440, "height": 900})
    assert not wrong, "\n".join(map(str, wrong))
