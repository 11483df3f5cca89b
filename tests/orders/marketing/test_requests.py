"""Asking for an order to be told: once, with consent, only when final, and never against a person's wish."""

from typing import Any

import pytest
from pytest_django import Settings

from backoffice.engine.models import Push
from backoffice.errors import IllegalTransition, InvalidInput
from backoffice.sandbox import Sandbox
from backoffice.vendors.registry import UnknownVendor
from orders.marketing.models import ExportState, OrderExport
from orders.marketing.services.exports.batches import gather_exports
from orders.marketing.services.exports.requesting import exclude_export, opt_out, request_export, request_export_by_hand
from orders.models import Order, OrderState
from orders.services.timeline import describe
from tests.flows.conftest import work_off
from tests.orders.marketing.conftest import Ask, Make
from tests.orders.marketing.export_states import story
from tests.orders.marketing.teller import Desk


def test_asking_twice_leaves_one_row_and_one_line(make: Make, ask: Ask, letters: Sandbox) -> None:
    order = make()
    export = ask(order)
    assert (export.state, export.requested_by) == (ExportState.WAITING, "rule:7")
    assert ask(order).pk == export.pk
    assert story(order) == ["export.waiting"]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"accepts_letters": False}, "agreed"),
        ({"state": OrderState.CANCELLED}, "cancelled"),
        ({"accepts_letters": False, "state": OrderState.HELD}, "agreed"),
        ({"complaint": True}, "complaint"),
        ({"customer_email": "x1y2@marketplace.amazon.co.uk"}, "marketplace"),
        ({"customer_email": "x1y2@members.ebay.de"}, "marketplace"),
        ({"currency": "CHF"}, "CHF"),
    ],
)
def test_what_may_not_be_told_is_skipped_with_the_reason(
    make: Make, ask: Ask, letters: Sandbox, changes: dict[str, Any], word: str
) -> None:
    order = make(**changes)
    export = ask(order)
    assert export.state == ExportState.SKIPPED
    assert word in export.text
    assert not Push.objects.exists()
    (event,) = order.events.filter(kind="export.skipped")
    assert word in describe(event)
    ask(order)
    assert story(order) == ["export.skipped"]


def test_a_vendor_that_is_not_set_up_or_not_for_this_shop_is_not_told(
    make: Make, ask: Ask, settings: Settings, reviews: Desk
) -> None:
    settings.AUTOLETTER_TOKEN = ""
    assert "not set up" in ask(make()).text
    reviews.unknown_shops = {"WEB"}
    assert "WEB" in ask(make(), vendor="teller").text


def test_only_vendors_that_are_told_of_orders_can_be_asked_for(make: Make, ask: Ask) -> None:
    with pytest.raises(UnknownVendor):
        ask(make(), vendor="mypromo")
    assert not OrderExport.objects.exists()


def test_what_was_skipped_is_told_once_the_cause_is_gone(make: Make, ask: Ask, letters: Sandbox) -> None:
    order = make(accepts_letters=False)
    ask(order)
    Order.objects.update(accepts_letters=True)
    assert ask(order).state == ExportState.WAITING
    assert story(order) == ["export.skipped", "export.waiting"]


@pytest.mark.parametrize(
    "changes",
    [{"state": OrderState.NEW}, {"state": OrderState.HELD}, {"cancel_requested_at": "2026-01-01T00:00Z"}],
)
def test_what_is_not_decided_yet_is_asked_for_once_and_told_when_it_is(
    make: Make, ask: Ask, letters: Sandbox, changes: dict[str, Any]
) -> None:
    order = make(**changes)
    assert ask(order).state == ExportState.WAITING
    assert gather_exports() == 0
    assert not Push.objects.exists()
    Order.objects.update(state=OrderState.RELEASED, cancel_requested_at=None)
    assert gather_exports() == 1
    work_off()
    assert OrderExport.objects.get().state == ExportState.SENT


def test_what_waited_for_a_decision_is_not_told_when_the_order_is_cancelled(
    make: Make, ask: Ask, letters: Sandbox
) -> None:
    ask(make(state=OrderState.HELD))
    Order.objects.update(state=OrderState.CANCELLED)
    assert gather_exports() == 0
    assert OrderExport.objects.get().state == ExportState.SKIPPED
    assert not letters.autoletter.ledger.of_kind("letter")


def test_what_a_person_set_aside_no_rule_asks_for_again(make: Make, ask: Ask, letters: Sandbox) -> None:
    order = make()
    exclude_export(order, vendor="autoletter", actor="mara", reason="A friend of the house.")
    export = ask(order)
    assert (export.state, export.excluded_by, export.text) == (ExportState.SKIPPED, "mara", "A friend of the house.")
    assert ask(order, actor="system").state == ExportState.SKIPPED
    again = request_export_by_hand(order, vendor="autoletter", actor="mara")
    assert (again.state, again.excluded_by) == (ExportState.WAITING, "")
    assert story(order) == ["export.excluded", "export.waiting"]


def test_what_waits_can_be_set_aside_and_what_was_told_cannot(make: Make, ask: Ask, letters: Sandbox) -> None:
    order = make()
    ask(order)
    assert exclude_export(order, vendor="autoletter", actor="mara", reason="No.").state == ExportState.SKIPPED
    OrderExport.objects.update(state=ExportState.SENT, excluded_by="", times_exported=1)
    with pytest.raises(IllegalTransition, match="already"):
        exclude_export(order, vendor="autoletter", actor="mara", reason="No.")
    assert OrderExport.objects.get().state == ExportState.SENT
    with pytest.raises(InvalidInput):
        exclude_export(make(), vendor="autoletter", actor="mara", reason="x" * 1001)


def test_nobody_is_told_of_by_hand_without_consent(make: Make, letters: Sandbox) -> None:
    order = make(accepts_letters=False)
    with pytest.raises(IllegalTransition, match="agreed"):
        request_export_by_hand(order, vendor="autoletter", actor="mara")
    assert not OrderExport.objects.exists()
    assert story(order) == []


def test_what_the_vendor_knows_is_not_asked_for_by_hand(make: Make, ask: Ask, letters: Sandbox) -> None:
    order = make()
    ask(order)
    with pytest.raises(IllegalTransition):
        request_export_by_hand(order, vendor="autoletter", actor="mara")
    OrderExport.objects.update(state=ExportState.REFUSED)
    assert ask(order).state == ExportState.REFUSED
    assert request_export_by_hand(order, vendor="autoletter", actor="mara").state == ExportState.WAITING


def test_who_opts_out_is_left_out_with_all_their_orders_and_of_that_vendor_only(
    make: Make, ask: Ask, letters: Sandbox, reviews: Desk
) -> None:
    order, other = make(), make(customer_email="Jana@Example.com")
    opt_out(order, vendor="autoletter", actor="mara", reason="She called.")
    opt_out(order, vendor="autoletter", actor="mara", reason="She called again.")
    assert "opted out of letters" in ask(other).text
    assert ask(other, vendor="teller").state == ExportState.WAITING
    assert ask(make(customer_email="other@example.com")).state == ExportState.WAITING
    assert story(order) == ["export.opted_out"]
    with pytest.raises(InvalidInput):
        opt_out(make(customer_email=""), vendor="autoletter", actor="mara", reason="She called.")


def test_asking_takes_as_many_queries_for_a_large_order_as_for_a_small(
    make: Make, letters: Sandbox, django_assert_max_num_queries: Any
) -> None:
    order = make()
    line = order.lines.get()
    for position in range(2, 40):
        line.pk, line.position, line.reference = None, position, f"L{position}"
        line.save()
    with django_assert_max_num_queries(10):
        request_export(order, vendor="autoletter", actor="rule:7")
