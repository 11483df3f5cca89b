"""Writing a rule in a browser: rows and pickers instead of JSON, a trial, the switch; at every width in both themes."""

import os
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from backoffice.engine.models import Heartbeat
from orders.rules.models import Rule
from orders.rules.services.calls.queueing import queue_call
from orders.rules.services.running import work_waiting_events
from orders.rules.services.shipped import setup_rules
from tests.orders.rows import make_order
from tests.orders.rules.rows import act, asks, counts, group, happens, make_rule

pytestmark = pytest.mark.browser

SCREENS = Path(__file__).parents[2] / "docs" / "screens"


def sideways(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def test_a_rule_is_written_tried_saved_and_switched_on(page: Page) -> None:
    order = make_order(tags=["VIP"])
    page.goto("/admin/orders/rule/new/")
    page.locator("#id_name").fill("Look at large orders")
    page.get_by_role("button", name="Condition").click()
    page.get_by_label("Field to check").select_option("pieces")
    page.get_by_label("Comparison").select_option("at_least")
    page.get_by_label("total pieces: Value").fill("3")
    page.get_by_role("button", name="Condition").click()
    page.get_by_label("Field to check").nth(1).select_option("sku")
    page.get_by_label("Which lines").select_option("any")
    page.get_by_label("Comparison").nth(1).select_option("begins")
    page.get_by_label("SKU: Value").fill("tpd")
    page.get_by_label("SKU: Value").press("Enter")
    page.get_by_role("button", name="Add a tag").click()
    page.get_by_label("Tag", exact=True).fill("large")
    if os.environ.get("WRITE_SCREENS") == "1":
        page.set_viewport_size({"width": 1280, "height": 800})
        page.screenshot(path=SCREENS / "rules.png")
    page.get_by_role("button", name="Try without saving").click()
    expect(page.get_by_role("region", name="Order by order")).to_contain_text(order.number)
    expect(page.get_by_role("region", name="Order by order")).to_contain_text("is: 5")
    page.get_by_role("button", name="Back to editing").click()
    expect(page.get_by_label("total pieces: Value")).to_have_value("3")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("“Look at large orders” saved, but still off")).to_be_visible()
    page.goto("/admin/orders/rule/")
    page.get_by_role("switch", name="Look at large orders").click()
    expect(page.get_by_role("switch", name="Look at large orders")).to_have_attribute("aria-checked", "true")
    happens(order)
    work_waiting_events()
    page.goto(f"/admin/orders/rule/order/{order.pk}/")
    expect(page.get_by_role("region", name="Runs so far")).to_contain_text("tag it “large”")
    order.refresh_from_db()
    assert order.tags == ["VIP", "large"]


def test_groups_and_actions_are_nested_ordered_and_removed(page: Page) -> None:
    rule = make_rule(
        act("hold", text="First look."),
        act("tag", tag="second"),
        when=group("all", asks("shop", "is_any", "WEB"), group("any", asks("express", "yes"))),
    )
    page.goto(f"/admin/orders/rule/{rule.pk}/edit/")
    page.get_by_label("How these are combined").nth(1).select_option("none")
    page.get_by_role("button", name="Remove: shop").click()
    page.get_by_role("button", name="Move up: Add a tag").click()
    page.get_by_role("button", name="Set a field").click()
    expect(page.get_by_label("Value", exact=True)).to_have_count(0)
    page.get_by_label("Field", exact=True).select_option("shipping_method")
    page.get_by_label("Value", exact=True).fill("DHL")
    page.get_by_label("Field", exact=True).select_option("express_shipping")
    page.get_by_label("Value", exact=True).select_option("yes")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("” saved.")).to_be_visible()
    rule.refresh_from_db()
    assert [child["match"] for child in rule.conditions["of"]] == ["none"]
    assert [step["kind"] for step in rule.actions] == ["tag", "hold", "set_field"]
    assert rule.actions[-1]["params"] == {"field": "express_shipping", "value": "yes"}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_of_rules_hold_at_every_width(page: Page, theme: str) -> None:
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    setup_rules()
    rule = make_rule(
        act("notify", text="<b>Call</b> " + "Wolfeschlegelsteinhausenbergerdorff" * 5),
        act("tag", tag="VIP"),
        name="<img src=x onerror=alert(1)>" + "Rindfleischetikettierung" * 3,
        when=group(
            "all",
            counts("total", "at_least", "100", currency="EUR"),
            group("any", asks("sku", "begins", "TPD", "X" * 150, lines="any"), asks("country", "is_any", "US", "DE")),
        ),
    )
    orders = [make_order(customer_email="jana@example.com") for _ in range(3)]
    for order in orders:
        happens(order)
    work_waiting_events()
    page.evaluate("theme => localStorage.setItem('adminTheme', JSON.stringify(theme))", theme)
    base = "/admin/orders/rule/"
    of_rule = [f"{base}{rule.pk}/{name}/" for name in ("change", "edit", "try", "past")]
    call = queue_call(orders[0], rule=rule, url=f"https://hook.example.com/{'x' * 400}")
    of_calls = [f"{base}{rule.pk}/secret/", "/admin/orders/rulecall/", f"/admin/orders/rulecall/{call.pk}/change/"]
    pages = [base, *of_rule, f"{base}order/{orders[0].pk}/", "/admin/orders/notice/"]
    pages += [*of_calls, "/admin/mail/mailtemplate/"] if theme == "light" else []
    for address in pages:
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(address)
            assert sideways(page) <= 0, (address, width)
    assert Rule.objects.count() == 7
