"""What the pictures of the handbook show: its address, what is done there, and the part of the page."""

from collections.abc import Callable

from django.db.models import Model
from django.urls import reverse
from playwright.sync_api import Page

from tests.browser import handbook_rows as rows
from tests.browser.handbook_camera import Screen, Step

COLUMNS = (
    "reference", "ordered_at", "currency", "total", "sku", "quantity", "unit_price", "tax_percent", "customer_email",
    "recipient_firstname", "recipient_lastname", "recipient_street", "recipient_zip", "recipient_city",
    "recipient_country_code",
)  # fmt: skip
_JANA = "jana@example.com;Jana;Größer;Hauptstraße 42;10115;Berlin;DE"
_ADA = "ada@example.com;Ada;Beispiel;Ring 7;20095;Hamburg;DE"
# The last one names a SKU that nobody has.
TABLE = "\n".join(
    [
        ";".join(COLUMNS),
        f"2001;2026-11-29 10:30;EUR;141.61;TESTPRODUCT-stock;100;1.19;19;{_JANA}",
        f"2002;2026-11-29 11:05;EUR;70.81;TESTPRODUCT-stock;50;1.19;19;{_ADA}",
        f"2003;2026-11-29 11:40;EUR;14.28;UNKNOWN-SKU;1;12.00;19;{_ADA}",
    ]
)


def at(name: str, query: str = "") -> Callable[[], str]:
    return lambda: reverse(f"admin:{name}") + query


def of(find: Callable[[], Model], name: str = "") -> Callable[[], str]:
    """Return the address of the page of a row, or of another page about it."""
    return lambda: reverse(f"admin:{name}", args=[find().pk]) if name else rows.page_of(find())


def click(selector: str) -> Step:
    return lambda page: page.locator(selector).first.click()


def fill(selector: str, text: str, place: int = 0) -> Step:
    def step(page: Page) -> None:
        page.locator(selector).nth(place).fill(text)
        page.locator(selector).nth(place).press("Tab")

    return step


def shown(selector: str) -> Step:
    return lambda page: page.locator(selector).first.wait_for()


def mark(count: int, selector: str = "input[data-mark]") -> Step:
    def step(page: Page) -> None:
        for place in range(count):
            page.locator(selector).nth(place).check()

    return step


def upload(page: Page) -> None:
    """Bring in a table, unless it is there from an earlier run."""
    if not page.locator(".import-upload").count():
        return
    page.locator(".import-upload select").first.select_option(index=1)
    page.locator(".import-upload input[type=file]").set_input_files(
        {"name": "orders-november.csv", "mimeType": "text/csv", "buffer": TABLE.encode()}
    )
    page.locator(".import-upload button.primary").click()


def scan(page: Page) -> None:
    """Scan an order of which nothing was reported yet."""
    order = rows.production_orders()[-1]
    page.locator("#scan-code").fill(order.reference or order.vendor_id)
    page.locator("#scan-code").press("Enter")
    page.wait_for_timeout(3000)


CHANGES = "catalog_changeset_"
PRICE = ".price-grid input[data-held]"
SCREENS: dict[str, Screen] = {
    "inbox": Screen(at("index")),
    "order-where": Screen(of(rows.shipped_order), part=".whereabouts"),
    "hold-address": Screen(of(rows.order_with_bad_address), part=".hold-box"),
    "order-edit": Screen(
        of(rows.open_order, "orders_order_edit"), (fill("input[name$=quantity]", "60"), shown("#edit-summary strong"))
    ),
    "complaint-new": Screen(of(rows.delivered_order, "complaints_complaint_new"), height=780),
    "new-order": Screen(lambda: f"{at('drafts_draftorder_new')()}?again={rows.delivered_order().pk}"),
    "import-preview": Screen(rows.import_of_orders, (upload, shown(".import-page .views"))),
    "rule-edit": Screen(of(rows.rule, "rules_rule_edit"), part=".rules-page"),
    "rule-trial": Screen(of(rows.rule, "rules_rule_try"), part=".rules-page"),
    "job-preview": Screen(
        at("orders_order_changelist", "?state=held"),
        (mark(3), click("button[name=kind][value='orders.release']"), shown(".job-preview")),
        rows=rows.held_by_hand,
    ),
    "person": Screen(of(rows.clerk)),
    "price-grid": Screen(
        at(f"{CHANGES}prices", "?q=TESTPRODUCT123"), (fill(PRICE, "30"), fill(PRICE, "27", 1)), part=".price-editor"
    ),
    "price-warning": Screen(
        at(f"{CHANGES}prices"),
        (
            fill(PRICE, "0.01"),
            click("[data-save-button]"),
            shown(".catalog-page"),
            click("form[action$='/check/'] button"),
            shown(".catalog-page"),
        ),
    ),
    "texts-list": Screen(at(f"{CHANGES}texts")),
    "texts-table": Screen(at(f"{CHANGES}texts_grid"), part=".seo-grid"),
    "stock": Screen(at(f"{CHANGES}stock")),
    "ratings": Screen(at("catalog_rating_changelist")),
    "work-list": Screen(at("fulfillment_productionorder_changelist")),
    "papers": Screen(rows.papers),
    "dispatch-station": Screen(at("fulfillment_productionorder_station"), (scan,), part=".station"),
    "label-missing": Screen(
        lambda: rows.page_of(rows.some_label().production_order), part="#labels", rows=rows.lost_label
    ),
    "letters": Screen(at("marketing_orderexport_changelist")),
    "letters-again": Screen(
        at("marketing_orderexport_changelist", "?state=refused"),
        (mark(2), click("button[name=kind][value='marketing.send']"), shown(".job-page")),
        rows=rows.rejected_letters,
    ),
    "card-audience": Screen(of(rows.draft_campaign, "marketing_mailcampaign_audience")),
    "card-checkout": Screen(of(rows.checkable_campaign, "marketing_mailcampaign_checkout")),
    "integrations": Screen(at("engine_integration_changelist"), part="#lettrlabs", rows=rows.paused_vendor),
    "failures": Screen(at("engine_push_failures")),
    "unknown-outcome": Screen(
        of(rows.last_placement, "engine_push_outcome"),
        part="section[aria-labelledby='choice-title']",
        rows=rows.unknown_outcome,
    ),
}
