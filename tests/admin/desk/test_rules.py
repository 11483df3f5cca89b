"""Rules in the admin: who may see and change them, what the pages say, and what they cost."""

import json

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.marketing.models import CardRecipient, MailCampaign, OrderExport
from orders.models import Order
from orders.rules.admin import trials
from orders.rules.models import Notice, Rule, RuleEvent, RuleJob, RuleRun
from orders.rules.services.jobs import work_jobs
from orders.rules.services.running import work_waiting_events
from orders.rules.services.shipped import setup_rules
from tests.admin.desk.conftest import SignIn
from tests.admin.inbox import read_inbox
from tests.orders.rows import make_order
from tests.orders.rules.rows import TAG, Tree, act, asks, counts, group, happens, make_rule

LIST = "/admin/orders/rule/"
FORM = {
    "name": "Signs",
    "event": "received",
    "time_zone": "Europe/Berlin",
    "conditions": json.dumps(group("all", asks("shop", "is_any", "WEB"))),
    "actions": json.dumps([TAG]),
}
READER = ("view_order", "view_rule")
EDITOR = (*READER, "add_rule", "change_rule", "change_order")


def test_readers_see_rules_and_cannot_change_them(sign_in: SignIn) -> None:
    rule, order, client = make_rule(enabled=False), make_order(), sign_in(*READER)
    for page in (LIST, f"{LIST}{rule.pk}/change/", f"{LIST}{rule.pk}/try/", f"{LIST}order/{order.pk}/"):
        answer = client.get(page)
        assert answer.status_code == 200
        assert rule.name in answer.content.decode()
    for page in ("new/", f"{rule.pk}/edit/", f"{rule.pk}/past/"):
        assert client.get(LIST + page).status_code == 403
    for page in ("try/", "hand/", f"{rule.pk}/switch/", f"{rule.pk}/move/", f"{rule.pk}/remove/"):
        assert client.post(LIST + page, FORM).status_code == 403
    rule.refresh_from_db()
    assert (rule.enabled, rule.removed_at, RuleRun.objects.count()) == (False, None, 0)


def test_who_may_not_see_rules_sees_none(sign_in: SignIn) -> None:
    rule, order, client = make_rule(), make_order(), sign_in("view_order", "change_order")
    for page in ("", f"{rule.pk}/change/", f"{rule.pk}/try/", f"order/{order.pk}/", "values/"):
        assert client.get(LIST + page).status_code == 403
    assert "Rules for this order" not in client.get(f"/admin/orders/order/{order.pk}/change/").content.decode()


def test_a_rule_is_written_and_changed_by_a_form(sign_in: SignIn) -> None:
    client = sign_in(*EDITOR)
    assert client.get(f"{LIST}new/").status_code == 200
    client.post(f"{LIST}new/", FORM)
    rule = Rule.objects.get()
    assert (rule.name, rule.enabled, rule.made_by) == ("Signs", False, "mara")
    answer = client.post(f"{LIST}{rule.pk}/edit/", FORM | {"name": "Neon", "revision": 1}, follow=True)
    assert "“Neon” saved." in answer.content.decode()
    stale = client.post(f"{LIST}{rule.pk}/edit/", FORM | {"name": "Lost", "revision": 1})
    assert "mara changed this rule in the meantime" in str(next(iter(stale.context["messages"])))
    rule.refresh_from_db()
    assert (rule.name, rule.revision) == ("Neon", 2)
    assert "Neon (copy)" in client.get(f"{LIST}new/?from={rule.pk}").content.decode()


def test_a_refused_form_keeps_what_was_typed(sign_in: SignIn) -> None:
    answer = sign_in(*EDITOR).post(f"{LIST}new/", FORM | {"actions": "[]"})
    page = answer.content.decode()
    assert "The rule needs at least one action." in page
    assert 'value="Signs"' in page
    assert not Rule.objects.exists()


def test_an_unsaved_rule_is_tried_and_nothing_is_kept(sign_in: SignIn) -> None:
    make_order()
    client = sign_in(*EDITOR)
    answer = client.post(f"{LIST}try/", FORM)
    assert (answer.context["held"], answer.context["acting"]) == (1, 1)
    again = client.post(f"{LIST}new/", FORM | {"again": "1", "name": "Kept"})
    assert 'value="Kept"' in again.content.decode()
    wrong = client.post(f"{LIST}try/", FORM | {"conditions": "{"})
    assert "The rule cannot be tried in this form" in wrong.content.decode()
    assert (Rule.objects.count(), RuleRun.objects.count(), Order.objects.get().tags) == (0, 0, [])


def test_a_trial_says_which_condition_failed_with_which_value(sign_in: SignIn) -> None:
    order = make_order()
    rule = make_rule(when=group("all", asks("shop", "is_any", "WEB"), counts("pieces", "at_least", "9")))
    page = sign_in(*READER).get(f"{LIST}{rule.pk}/try/?show=all&last=100").content.decode()
    assert order.number in page
    assert "total pieces is at least 9" in page
    assert "is: 5" in page
    assert "the conditions do not match" in page


def test_a_trial_is_narrowed_by_filters_and_ignores_what_makes_no_sense(sign_in: SignIn) -> None:
    make_order(tags=["VIP"])
    make_order()
    rule, client = make_rule(), sign_in(*READER)
    for query, count in (("tag=VIP", 1), ("until=2001-01-01", 0), ("last=9&since=x&shop=99&show=y", 2)):
        assert client.get(f"{LIST}{rule.pk}/try/?{query}").context["plan"].looked_at == count


def test_past_orders_are_previewed_and_then_gone_through(sign_in: SignIn) -> None:
    for _ in range(2):
        make_order(shipment="shipped")
    make_order()
    rule, client = make_rule(event=RuleEvent.SHIPPED), sign_in(*EDITOR)
    page = client.get(f"{LIST}{rule.pk}/past/")
    assert "Apply to 2 orders" in page.content.decode()
    assert not RuleJob.objects.exists()
    client.post(f"{LIST}{rule.pk}/past/", {"since": ""})
    work_jobs()
    assert RuleRun.objects.count() == 2
    assert "2 of 2 checked" in client.get(f"{LIST}{rule.pk}/change/").content.decode()


def test_a_job_is_stopped_by_a_button(sign_in: SignIn) -> None:
    client, rule = sign_in(*EDITOR), make_rule()
    client.post(f"{LIST}{rule.pk}/past/", {})
    job = RuleJob.objects.get()
    client.post(f"{LIST}jobs/{job.pk}/stop/")
    job.refresh_from_db()
    assert job.stopped_by == "mara"


def test_a_rule_is_switched_moved_and_taken_away_by_buttons(sign_in: SignIn) -> None:
    client, first, second = sign_in(*EDITOR), make_rule(enabled=False), make_rule()
    client.post(f"{LIST}{first.pk}/switch/", {"enabled": "1", "to": "list"})
    client.post(f"{LIST}{second.pk}/move/", {"before": first.pk})
    client.post(f"{LIST}{first.pk}/remove/")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (second.position, first.enabled, first.removed_at is None) == (1, False, False)
    assert first.name not in client.get(LIST).content.decode().replace(f"“{first.name}”", "")


def test_a_rule_runs_by_hand_after_a_preview_and_once_a_press(sign_in: SignIn) -> None:
    rule = make_rule(act("notify", text="Call."), event=RuleEvent.BY_HAND)
    orders, client = [make_order(), make_order()], sign_in(*EDITOR)
    form = {"order": [order.pk for order in orders], "back": "/admin/orders/order/?state=new"}
    assert client.post(f"{LIST}hand/", form).status_code == 200
    preview = client.post(f"{LIST}hand/", form | {"rule": rule.pk})
    assert "Run on 2 orders" in preview.content.decode()
    assert not RuleRun.objects.exists()
    form |= {"rule": rule.pk, "token": preview.context["token"]}
    assert client.post(f"{LIST}hand/", form).url == "/admin/orders/order/?state=new"
    client.post(f"{LIST}hand/", form | {"back": "https://evil.example/"})
    assert (RuleRun.objects.count(), Notice.objects.count()) == (2, 2)


@pytest.mark.parametrize(
    ("action", "right", "reason"),
    [
        (act("send_to_vendor", vendor="autoletter"), "export_orders", "not allowed to send orders to vendors"),
        (act("add_to_campaign", campaign_id=7), "change_mailcampaign", "not allowed to change card campaigns"),
    ],
)
def test_a_rule_that_concerns_a_vendor_runs_by_hand_only_with_the_right_to_do_that(
    action: Tree, right: str, reason: str, sign_in: SignIn, settings: LazySettings
) -> None:
    settings.AUTOLETTER_URL, settings.AUTOLETTER_TOKEN = "https://letters.example/x", "t"
    order = make_order()
    MailCampaign.objects.create(pk=7, shop=order.shop, name="Cards", template_id=1, budget=10)
    rule = make_rule(action, event=RuleEvent.BY_HAND)
    form = {"order": [order.pk], "rule": rule.pk}
    desk, told = sign_in(*EDITOR), sign_in(*EDITOR, right, name="both")
    preview = desk.post(f"{LIST}hand/", form).content.decode()
    assert reason in preview
    assert "Run on" not in preview
    assert desk.post(f"{LIST}hand/", form | {"token": "t1"}).status_code == 403
    assert not RuleRun.objects.exists()
    assert not OrderExport.objects.exists()
    assert not CardRecipient.objects.exists()
    preview = told.post(f"{LIST}hand/", form).content.decode()
    assert reason not in preview
    assert "Run on 1 order" in preview
    assert told.post(f"{LIST}hand/", form | {"token": "t1"}).status_code == 302
    assert RuleRun.objects.get().outcome == "done"


def test_past_orders_ask_for_the_rights_that_a_run_by_hand_asks_for(sign_in: SignIn, settings: LazySettings) -> None:
    settings.AUTOLETTER_URL, settings.AUTOLETTER_TOKEN = "https://letters.example/x", "t"
    make_order()
    rule = make_rule(act("send_to_vendor", vendor="autoletter"))
    desk, both = sign_in(*EDITOR), sign_in(*EDITOR, "export_orders", name="both")
    page = desk.get(f"{LIST}{rule.pk}/past/").content.decode()
    assert "not allowed to send orders to vendors" in page
    assert "Apply to" not in page
    assert desk.post(f"{LIST}{rule.pk}/past/", {}).status_code == 403
    assert not RuleJob.objects.exists()
    assert "Apply to 1 order" in both.get(f"{LIST}{rule.pk}/past/").content.decode()
    assert both.post(f"{LIST}{rule.pk}/past/", {}).status_code == 302
    assert RuleJob.objects.exists()


def test_more_past_orders_than_are_counted_are_said_to_be_more(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        make_order()
    rule, client = make_rule(), sign_in(*EDITOR)
    monkeypatch.setattr(trials, "COUNTED", 2)
    page = client.get(f"{LIST}{rule.pk}/past/").content.decode()
    assert "Apply to 2+ orders" in page
    assert "checks all 2+ orders, in all shops" in page
    client.post(f"{LIST}{rule.pk}/past/", {})
    assert RuleJob.objects.get().expected is None  # no progress against a number that is cut


def test_pickers_offer_what_occurs(sign_in: SignIn) -> None:
    make_order(tags=["VIP", "reprint"], shipping_method="Express")
    client = sign_in(*READER)
    for field, beginning, found in (("tags", "v", ["VIP"]), ("shipping_method", "", ["Express"]), ("x", "", [])):
        assert client.get(f"{LIST}values/?field={field}&q={beginning}").json() == {"values": found}


def test_a_notice_is_at_home_and_at_its_order_until_somebody_marks_it_done(sign_in: SignIn) -> None:
    make_rule(act("notify", text="Call the customer."))
    order = make_order()
    happens(order)
    work_waiting_events()
    client = sign_in(*READER, "view_notice", "change_notice")
    pages = ("/admin/", "/admin/orders/notice/", f"/admin/orders/order/{order.pk}/change/")
    for page in pages[1:]:
        assert "Call the customer." in client.get(page).content.decode()
    assert "Call the customer." in read_inbox(client)
    client.post(f"/admin/orders/notice/{Notice.objects.get().pk}/done/", {"back": pages[2]})
    # What the rule did stays told in the timeline.
    assert "Mark as done" not in client.get(pages[2]).content.decode()
    assert "Call the customer." not in read_inbox(client) + client.get(pages[1]).content.decode()


def test_a_rule_that_failed_is_at_home(sign_in: SignIn) -> None:
    rule, order = make_rule(conditions=[]), make_order()
    happens(order)
    work_waiting_events()
    page = read_inbox(sign_in(*READER))
    assert "A rule failed" in page
    assert rule.name in page


def test_storefronts_do_not_see_rules(sign_in: SignIn) -> None:
    from orders.api.responses import order_response

    order = make_order()
    make_rule(act("hold", text="A secret of the staff."))
    happens(order)
    work_waiting_events()
    answer = order_response(Order.objects.get(pk=order.pk))
    assert [(hold.reason, hold.text) for hold in answer.holds] == [("manual", "")]


def test_pages_cost_the_same_for_few_rules_and_many(sign_in: SignIn) -> None:
    client, order = sign_in(*EDITOR, "view_notice"), make_order()
    pages = [LIST, f"{LIST}order/{order.pk}/", f"{LIST}1/change/", "/admin/orders/notice/"]

    def cost() -> list[int]:
        counted = []
        for page in pages:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(page).status_code == 200
            counted.append(len(queries))
        return counted

    setup_rules()
    rule = make_rule(act("notify", text="Look."))
    pages[2] = f"{LIST}{rule.pk}/change/"
    happens(order)
    work_waiting_events()
    client.get("/admin/")
    few = cost()
    for number in range(5):
        make_rule(act("notify", text=f"Look {number}."), act("send_to_vendor", vendor="autoletter"))
        make_rule(act("add_to_campaign", campaign_id=number + 1))
    for one in [make_order() for _ in range(5)]:
        happens(one)
    work_waiting_events()
    many = cost()
    assert many == few
    assert max(many) < 23
