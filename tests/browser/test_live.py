"""Pages about work under way follow it by themselves, and touch nothing that somebody is using."""

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import DjangoAssertNumQueries

from backoffice.accounts.models import Shop
from catalog.models import ChangeKind, ChangeSet, ChangeSource, TableImport
from orders.marketing.models import MailCampaign
from orders.marketing.models.campaign import CampaignState
from orders.models import HoldReason
from orders.services.lifecycle import hold_order
from tests.orders.rows import make_order

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def soon(page: Page) -> None:
    """Poll every tenth of a second instead of every few seconds."""
    page.add_init_script(
        "const wait = window.setTimeout;"
        "window.setTimeout = (run, pause, ...more) => wait(run, Math.min(pause ?? 0, 100), ...more);"
    )


def pushing() -> ChangeSet:
    return ChangeSet.objects.create(
        vendor="mypromo", kind=ChangeKind.SALES_PRICES, title="Autumn", source=ChangeSource.EDITOR, state="pushing",
        created_by="mara", authors=["mara"], pushed_at=timezone.now(), counts={"rows": 1, "values": 1},
    )  # fmt: skip


def test_the_end_of_a_push_shows_without_loading_the_page(page: Page) -> None:
    row = pushing()
    page.goto(f"/admin/catalog/changeset/{row.pk}/change/")
    page.evaluate("window.here = true")
    expect(page.locator(".head-chips .chip")).to_contain_text("being sent", ignore_case=True)
    ChangeSet.objects.filter(pk=row.pk).update(state="verified", verified_at=timezone.now())
    expect(page.locator(".head-chips .chip")).not_to_contain_text("being sent", ignore_case=True)
    assert page.evaluate("window.here") is True
    assert page.locator("meta[http-equiv]").count() == 0


def test_what_somebody_types_and_an_open_box_stay_while_the_rest_goes_on(page: Page) -> None:
    shop = Shop.objects.create(code="WEB", name="Web shop", currency="USD")
    campaign = MailCampaign.objects.create(
        shop=shop, name="Autumn", template_id=1, budget=500, state=CampaignState.PREPARING, created_by="mara"
    )
    page.goto(f"/admin/orders/mailcampaign/{campaign.pk}/change/")
    # In one go: the server does not know this form, so the next look takes it away unless somebody is using it.
    page.evaluate(
        """() => {
          const form = Object.assign(document.createElement("form"), { id: "mine" });
          form.innerHTML = '<textarea></textarea>';
          document.querySelector(".head-actions").append(form);
          form.firstChild.focus();
          form.firstChild.value = "Half a sentence";
        }"""
    )
    MailCampaign.objects.filter(pk=campaign.pk).update(problem="The proof is late.")
    expect(page.get_by_text("The proof is late.")).to_be_visible()
    expect(page.locator("#mine textarea")).to_have_value("Half a sentence")
    expect(page.locator("#mine textarea")).to_be_focused()


def test_no_page_loads_itself_anew(page: Page) -> None:
    """A meta refresh throws away what is typed, the place on the page and a screen reader's own."""
    table = TableImport.objects.create(
        vendor="mypromo", kind=ChangeKind.SALES_PRICES, file_name="a.csv", content=b"", created_by="mara"
    )
    page.goto(f"/admin/catalog/tableimport/{table.pk}/change/")
    assert page.locator("meta[name=live]").count() == 1
    assert page.locator("meta[http-equiv=refresh]").count() == 0


def test_an_order_that_changes_elsewhere_changes_on_its_page_and_is_read_aloud(page: Page) -> None:
    order = make_order()
    page.goto(f"/admin/orders/order/{order.pk}/change/")
    page.evaluate("window.here = true")
    note = page.locator("#comment")
    note.fill("Half a sentence")
    note.focus()
    hold_order(order, reason=HoldReason.MANUAL, text="The colour is not clear.", actor="leo")
    expect(page.get_by_text("The colour is not clear.").first).to_be_visible()
    expect(page.locator(".order-head .chips")).to_contain_text("held", ignore_case=True)
    expect(page.locator("#live-news")).to_contain_text("held", ignore_case=True)
    expect(note).to_have_value("Half a sentence")
    expect(note).to_be_focused()
    assert page.evaluate("window.here") is True


def test_a_mark_in_the_list_stays_with_its_order_when_another_one_comes_in(page: Page) -> None:
    marked = make_order()
    page.goto("/admin/orders/order/")
    page.evaluate("window.here = true")
    page.locator(f"input[data-mark][value='{marked.pk}']").check()
    newer = make_order()
    expect(page.locator("[data-row]").first).to_contain_text(newer.number)
    row = page.locator("[data-row]", has=page.locator(f"input[data-mark][value='{marked.pk}']"))
    expect(row).to_contain_text(marked.number)
    expect(row.locator("input[data-mark]")).to_be_checked()
    assert page.locator("input[data-mark]:checked").count() == 1
    assert page.evaluate("window.here") is True


@pytest.mark.usefixtures("ages_last")
def test_while_nothing_changes_a_page_is_neither_rendered_nor_sent_again(
    client: Client, staff: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    order = make_order()
    client.force_login(staff)
    for address, queries in ((f"/admin/orders/order/{order.pk}/change/", 4), ("/admin/orders/order/", 6)):
        version = client.get(address).context["live"].version
        with django_assert_max_num_queries(queries):
            answer = client.get(address, headers={"X-Live": version})
        assert (answer.status_code, answer.content) == (204, b"")
        hold_order(order, reason=HoldReason.MANUAL, text=address, actor="leo")
        assert client.get(address, headers={"X-Live": version}).status_code == 200


def test_no_template_loads_its_page_anew() -> None:
    templates = Path(settings.BASE_DIR, "templates").rglob("*.html")
    assert [path.name for path in templates if "http-equiv" in path.read_text()] == []
