"""An owner's tasks, with the clicks of each counted: what failed in the night, how vendors do, rules."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone
from playwright.sync_api import Page, expect

from backoffice.engine.models import Push
from backoffice.jobs.models import Job
from backoffice.jobs.services.working import work_job
from orders.models import Order
from tests.browser.clicks import Clicks
from tests.jobs.refusals import refuse
from tests.orders.rows import make_order
from tests.orders.rules.rows import act, counts, make_rule

pytestmark = pytest.mark.browser

GROUP = "Operations"


def test_the_night_is_understood_and_put_right(page: Page, clicks: Clicks, settings) -> None:
    settings.MYPROMO_URL, settings.MYPROMO_CLIENT_ID = "http://127.0.0.1:9", "1"
    settings.MYPROMO_CLIENT_SECRET = "x"
    for _count in range(28):
        refuse(make_order())
    refuse(make_order(), field="lines[0].sku", text="Unknown.")
    page.goto("/admin/")
    with clicks.task("what failed last night", most=2):
        clicks.on(page.get_by_role("link", name="Outgoing requests", exact=True))
        clicks.on(page.get_by_role("link", name="Failures by cause"))
        first = page.locator(".failure").first
        expect(first).to_contain_text("28")
        expect(first).to_contain_text("recipient.street")
    with clicks.task("send all again", most=2):
        clicks.on(page.get_by_role("button", name="Send all 28 again"))
        page.get_by_role("textbox", name="Reason").fill("They raised the limit")
        clicks.on(page.get_by_role("button", name="Send 28 requests again"))
        page.wait_for_load_state()
        work_job(Job.objects.latest("pk").pk, seconds=120)
        expect(page.get_by_text("28 requests sent again")).to_be_visible()

    yesterday = timezone.now() - timedelta(days=1)
    Push.objects.filter(state="failed").update(created_at=yesterday)
    page.goto("/admin/")
    with clicks.task("health, with its history", most=1):
        clicks.on(page.get_by_role("link", name="Integrations", exact=True))
        card = page.get_by_role("region", name="mypromo").first
        expect(card).to_contain_text("requests succeeded in 30 days")
        expect(card.get_by_role("img", name="requests succeeded")).to_be_visible()


def test_who_may_do_what_and_which_rule_does_what(page: Page, clicks: Clicks) -> None:
    tom = User.objects.create_user("tom", is_staff=True)
    tom.groups.add(Group.objects.get(name="Read only"))
    page.goto("/admin/")
    with clicks.task("which roles somebody has", most=2):
        clicks.on(page.get_by_role("link", name="Staff", exact=True))
        clicks.on(page.get_by_role("link", name="tom", exact=True))
        expect(page.get_by_role("checkbox", name="Read only")).to_be_checked()

    order = make_order(tags=["VIP"])
    rule = make_rule(act("tag", tag="large"), name="Look at large orders", when=counts("pieces", "at_least", "3"))
    page.goto("/admin/")
    with clicks.task("try a rule without saving", most=2):
        clicks.on(page.get_by_role("link", name="Rules", exact=True))
        clicks.on(page.get_by_role("link", name="Try it Look at large orders"))
        expect(page.get_by_role("region", name="Order by order")).to_contain_text(order.number)
    assert (Order.objects.get().tags, rule.runs.count()) == (["VIP"], 0)
