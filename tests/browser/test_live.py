"""Pages about work under way follow it by themselves, and touch nothing that somebody is using."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from backoffice.accounts.models import Shop
from catalog.models import ChangeKind, ChangeSet, ChangeSource, TableImport
from orders.marketing.models import MailCampaign
from orders.marketing.models.campaign import CampaignState

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
    expect(page.locator(".head-chips .chip")).to_contain_text("being pushed", ignore_case=True)
    ChangeSet.objects.filter(pk=row.pk).update(state="verified", verified_at=timezone.now())
    expect(page.locator(".head-chips .chip")).not_to_contain_text("being pushed", ignore_case=True)
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
