"""Calls of rules and their secrets in the admin: who sees what, and what a person decides."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.rules.models import CallState, RuleCall, RuleCallAttempt, RuleSecret
from orders.rules.services.calls.signing import ensure_secret
from orders.rules.services.plans import plan_rules
from tests.admin.desk.conftest import SignIn
from tests.orders.rows import make_order
from tests.orders.rules.rows import act, make_rule

LIST = "/admin/orders/rulecall/"
URL = "https://hook.example.com/<b>?token=canary"


def call(state: CallState = CallState.FAILED) -> RuleCall:
    row = RuleCall.objects.create(
        rule=make_rule(act("call_url", url=URL), name="<b>Tell"),
        order=make_order(),
        event="held",
        url=URL,
        host="hook.example.com",
        state=state,
        needs_attention=state == CallState.FAILED,
        cause="HTTP 500",
    )
    RuleCallAttempt.objects.create(
        call=row, started_at=row.created_at, request="webhook-id: 1", status=500, answer="<script>"
    )
    return row


def test_a_call_is_shown_with_its_exchange_and_decided_about(sign_in: SignIn) -> None:
    row, client = call(), sign_in("view_rulecall", "decide_rulecall")
    page = client.get(f"{LIST}{row.pk}/change/").content.decode()
    assert "webhook-id: 1" in page
    assert "HTTP 500" in page
    assert "canary" not in page
    assert "<b>" not in page
    assert "<script>" not in page.partition("call-tries")[2].partition("</ol>")[0]
    client.post(f"{LIST}{row.pk}/again/")
    row.refresh_from_db()
    assert (row.state, row.needs_attention, row.decided_by) == (CallState.NEW, False, "mara")
    client.post(f"{LIST}{row.pk}/dismiss/")
    row.refresh_from_db()
    assert row.state == CallState.DISMISSED


def test_who_only_looks_decides_nothing(sign_in: SignIn) -> None:
    row, client = call(), sign_in("view_rulecall")
    assert "Send again" not in client.get(f"{LIST}{row.pk}/change/").content.decode()
    for action in ("again", "dismiss"):
        assert client.post(f"{LIST}{row.pk}/{action}/").status_code == 403
    row.refresh_from_db()
    assert row.state == CallState.FAILED


def test_the_list_is_filtered_and_costs_the_same_for_many(sign_in: SignIn) -> None:
    first, second = call(), call(CallState.SENT)
    client = sign_in("view_rulecall")
    assert second.order.number not in client.get(LIST, {"attention": "1"}).content.decode()
    assert first.order.number not in client.get(LIST, {"q": second.order.number}).content.decode()
    assert second.order.number not in client.get(LIST, {"rule": first.rule_id}).content.decode()
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for _ in range(8):
        call()
    with CaptureQueriesContext(connection) as many:
        client.get(LIST)
    assert len(few) == len(many)


def test_only_who_may_change_rules_sees_their_secrets_and_changes_them(sign_in: SignIn) -> None:
    rule = make_rule(act("call_url", url=URL))
    secret = ensure_secret(rule, actor="mara").secret
    client = sign_in("view_rule", "change_rule")
    page = f"/admin/orders/rule/{rule.pk}/secret/"
    assert secret not in client.get(f"/admin/orders/rule/{rule.pk}/change/").content.decode()
    shown = client.get(page)
    assert secret in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    client.post(page)
    row = RuleSecret.objects.get()
    assert (row.previous, row.secret != secret, row.changed_by) == (secret, True, "mara")
    both = client.get(page).content.decode()
    assert secret in both
    assert row.secret in both


def test_a_test_is_sent_about_the_newest_order_and_counts_for_nothing(sign_in: SignIn) -> None:
    rule, client = make_rule(act("call_url", url=URL)), sign_in("view_rule", "change_rule")
    page = f"/admin/orders/rule/{rule.pk}/call/"
    assert "there is no order for the test" in client.post(page, follow=True).content.decode()
    make_order()
    order = make_order()
    client.post(page)
    row = RuleCall.objects.get()
    assert (row.order, row.event, row.url, row.state) == (order, "test", URL, CallState.NEW)
    assert plan_rules([order.pk], [rule]).acting[rule.pk] == 1


def test_who_may_only_see_rules_sees_no_secret(sign_in: SignIn) -> None:
    rule = make_rule(act("call_url", url=URL))
    client, page = sign_in("view_rule"), f"/admin/orders/rule/{rule.pk}/secret/"
    assert "Show the secret" not in client.get(f"/admin/orders/rule/{rule.pk}/change/").content.decode()
    assert client.get(page).status_code == 403
    assert client.post(page).status_code == 403
    assert client.post(f"/admin/orders/rule/{rule.pk}/call/").status_code == 403
    assert not RuleSecret.objects.exists()


def test_the_editor_knows_every_action_with_its_inputs(sign_in: SignIn) -> None:
    page = sign_in("view_rule", "add_rule").get("/admin/orders/rule/new/")
    shapes = {shape["kind"]: shape for shape in page.context["shapes"]["actions"]}
    [vendors] = [one["values"] for one in page.context["shapes"]["fields"] if one["key"] == "vendor"]
    assert ["sign-customiser", "Sign Customiser"] in vendors
    assert {"call_url", "set_field", "route_lines", "mail_customer"} <= shapes.keys()
    assert [one["type"] for one in shapes["set_field"]["inputs"]] == ["choice", "field_value"]
    assert page.context["shapes"]["settable"]["shipping_method"] == {"kind": "text", "most": 100}
    assert shapes["route_lines"]["inputs"][0]["values"][0][0] == ""
