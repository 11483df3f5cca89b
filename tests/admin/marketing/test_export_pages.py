"""Which orders were told to whom: the list, the order's page, and what one may do there."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from backoffice.accounts.models import Shop
from backoffice.engine.models import Push
from backoffice.jobs.models import Job
from backoffice.sandbox import Sandbox
from orders.marketing.models import ExportState, OptOut, OrderExport
from orders.marketing.services.exports.requesting import exclude_export
from orders.models import Order
from tests.admin.desk.conftest import SignIn
from tests.admin.inbox import read_inbox
from tests.orders.marketing.conftest import Ask, Make
from tests.orders.marketing.teller import Desk

LIST = reverse("admin:marketing_orderexport_changelist")
SEES = ("view_order", "view_orderexport", "view_exportbatch", "view_push")


@pytest.fixture
def marketing(sign_in: SignIn) -> Client:
    return sign_in(*SEES, "export_orders")


@pytest.fixture
def reader(sign_in: SignIn) -> Client:
    return sign_in(*SEES, name="rhea")


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def page(order: Order, name: str = "change", *more: Any) -> str:
    return reverse(f"admin:orders_order_{name}", args=[order.pk, *more])


# --- The list ---------------------------------------------------------------------------------------------------------


def test_the_list_is_filtered_by_state_vendor_shop_and_words(
    reader: Client, make: Make, ask: Ask, letters: Sandbox, reviews: Desk
) -> None:
    other = Shop.objects.create(code="FR", name="Boutique")
    waiting, skipped, theirs = make(), make(accepts_letters=False), make(shop=other)
    for order in (waiting, skipped, theirs):
        ask(order)
    ask(waiting, vendor="teller")
    exclude_export(theirs, vendor="autoletter", actor="mara", reason="A friend.")

    def shown(query: str) -> set[str]:
        text = text_of(reader, LIST + query)
        return {order.number for order in (waiting, skipped, theirs) if f">{order.number}<" in text}

    assert shown("") == {waiting.number, skipped.number, theirs.number}
    assert shown("?state=waiting") == {waiting.number}
    assert shown("?state=skipped") == {skipped.number, theirs.number}
    assert shown("?vendor=teller") == {waiting.number}
    assert shown("?shop=FR") == {theirs.number}
    assert shown("?aside=1") == {theirs.number}
    assert shown(f"?q={skipped.number}") == {skipped.number}
    assert shown(f"?q={skipped.reference}") == {skipped.number}
    assert shown("?q=nothing") == set()
    assert "not agreed to letters" in text_of(reader, LIST)


def test_the_list_says_vendors_and_rules_as_people_call_them(
    reader: Client, make: Make, ask: Ask, letters: Sandbox
) -> None:
    ask(make())
    text = text_of(reader, LIST + "?state=waiting")
    assert ">AutoLetter</td>" in text
    assert ">rule 7<" in text
    assert "rule:7" not in text


def test_the_list_takes_as_many_queries_for_many_rows_as_for_one(
    reader: Client, make: Make, ask: Ask, letters: Sandbox
) -> None:
    counts = []
    for number in (1, 12):
        for _ in range(number):
            ask(make())
        text_of(reader, LIST)
        with CaptureQueriesContext(connection) as queries:
            text_of(reader, LIST + "?state=waiting")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


def test_the_list_is_paged_by_key(reader: Client, make: Make, ask: Ask, letters: Sandbox) -> None:
    first = make()
    ask(first)
    for _ in range(50):
        ask(make())
    assert first.number not in text_of(reader, LIST)
    assert first.number in text_of(reader, LIST + "?end=1")


def test_an_empty_list_says_what_will_be_there(reader: Client, db: None) -> None:
    assert "push_letters" in text_of(reader, LIST)


def test_a_batch_and_its_push_lead_to_its_orders(
    reader: Client, make: Make, ask: Ask, tell: Any, letters: Sandbox
) -> None:
    order, later = make(), make()
    ask(order)
    tell()
    ask(later)
    push = Push.objects.get()
    address = reverse("admin:marketing_exportbatch_change", args=[push.subject_id])
    assert address in text_of(reader, reverse("admin:engine_push_changelist"))
    answer = reader.get(address, follow=True)
    assert order.number in answer.content.decode()
    assert later.number not in answer.content.decode()
    found = text_of(reader, reverse("admin:engine_push_changelist") + f"?q={order.number}")
    assert f"#{push.pk}" in found


def test_who_may_not_see_exports_sees_none(sign_in: SignIn, make: Make, ask: Ask, letters: Sandbox) -> None:
    ask(make())
    stranger = sign_in("view_order")
    assert stranger.get(LIST).status_code == 403
    assert "Letters and reviews" not in text_of(stranger, "/admin/")


# --- The order's page -------------------------------------------------------------------------------------------------


def test_the_order_says_of_each_vendor_whether_it_was_told_and_why_not(
    reader: Client, make: Make, ask: Ask, letters: Sandbox, reviews: Desk
) -> None:
    order = make(accepts_letters=False)
    ask(order)
    text = text_of(reader, page(order))
    assert "The customer has not agreed to letters." in text
    assert "not requested" in text
    assert page(order, "tell", "teller") not in text


def test_the_order_page_takes_one_query_for_all_vendors(
    reader: Client, make: Make, ask: Ask, letters: Sandbox, reviews: Desk
) -> None:
    plain, asked = make(), make()
    ask(asked)
    ask(asked, vendor="teller")
    text_of(reader, page(plain))
    with CaptureQueriesContext(connection) as few:
        text_of(reader, page(plain))
    with CaptureQueriesContext(connection) as many:
        text_of(reader, page(asked))
    assert len(few) == len(many)


def test_marketing_has_a_vendor_told_after_a_confirmation_that_names_the_cost(
    marketing: Client, make: Make, letters: Sandbox
) -> None:
    order = make()
    address = page(order, "tell", "autoletter")
    assert address in text_of(marketing, page(order))
    assert "charged" in text_of(marketing, address)
    assert not OrderExport.objects.exists()
    answer = marketing.post(address, follow=True)
    assert "with the next batch" in answer.content.decode()
    export = OrderExport.objects.get()
    assert (export.state, export.requested_by) == (ExportState.WAITING, "mara")


def test_what_may_not_be_told_is_said_in_words_without_a_button(
    marketing: Client, make: Make, letters: Sandbox
) -> None:
    order = make(accepts_letters=False)
    text = text_of(marketing, page(order, "tell", "autoletter"))
    assert "not agreed to letters" in text
    assert '<button class="button primary">' not in text
    answer = marketing.post(page(order, "tell", "autoletter"), follow=True)
    assert "not agreed to letters" in answer.content.decode()
    assert not OrderExport.objects.exists()


def test_marketing_sets_an_order_aside_with_a_reason(marketing: Client, make: Make, letters: Sandbox) -> None:
    order = make()
    address = page(order, "exclude", "autoletter")
    assert marketing.post(address, {"scope": "order", "reason": ""}).status_code == 200
    assert not OrderExport.objects.exists()
    marketing.post(address, {"scope": "order", "reason": "A friend."})
    export = OrderExport.objects.get()
    assert (export.state, export.excluded_by, export.text) == (ExportState.SKIPPED, "mara", "A friend.")
    assert not OptOut.objects.exists()
    assert "dismissed" in text_of(marketing, page(order))


def test_marketing_notes_that_a_customer_wants_none(marketing: Client, make: Make, letters: Sandbox) -> None:
    order = make()
    marketing.post(page(order, "exclude", "autoletter"), {"scope": "customer", "reason": "She called."})
    row = OptOut.objects.get()
    assert (row.email, row.consent, row.noted_by) == ("jana@example.com", "accepts_letters", "mara")


def test_what_was_told_cannot_be_set_aside(
    marketing: Client, make: Make, ask: Ask, tell: Any, letters: Sandbox
) -> None:
    order = make()
    ask(order)
    tell()
    assert "has already been sent" in text_of(marketing, page(order, "exclude", "autoletter"))
    marketing.post(page(order, "exclude", "autoletter"), {"scope": "order", "reason": "No."})
    assert OrderExport.objects.get().state == ExportState.SENT


def test_readers_cannot_tell_and_unknown_vendors_are_not_found(
    reader: Client, marketing: Client, make: Make, letters: Sandbox
) -> None:
    order = make()
    for name in ("tell", "exclude"):
        assert reader.post(page(order, name, "autoletter"), {"scope": "order", "reason": "x"}).status_code == 403
        assert marketing.get(page(order, name, "mypromo")).status_code == 404
        assert marketing.get(page(order, name, "nobody")).status_code == 404
    assert not OrderExport.objects.exists()


# --- Elsewhere --------------------------------------------------------------------------------------------------------


def test_what_a_vendor_did_not_take_is_on_the_home_page_until_somebody_deals_with_it(
    reader: Client, make: Make, ask: Ask, tell: Any, letters: Sandbox
) -> None:
    letters.autoletter.options.change(needs_house_number=True)
    order = make()
    order.addresses.update(street="Am Markt")
    ask(order)
    tell()
    home = read_inbox(reader)
    assert f"{order.number} → AutoLetter" in home
    assert "HouseNumber" in home
    exclude_export(order, vendor="autoletter", actor="mara", reason="Never mind.")
    assert f"{order.number} → AutoLetter" not in read_inbox(reader)


def test_opt_outs_are_noted_with_who_noted_them(sign_in: SignIn, db: None) -> None:
    client = sign_in("view_optout", "add_optout", "delete_optout")
    values = {"consent": "accepts_letters", "email": " Jana@Example.com ", "reason": "She called."}
    client.post(reverse("admin:marketing_optout_add"), values)
    assert OptOut.objects.values_list("email", "noted_by").get() == ("jana@example.com", "mara")
    assert "jana@example.com" in text_of(client, reverse("admin:marketing_optout_changelist"))


def test_the_group_marketing_may_tell_and_note_opt_outs(db: None) -> None:
    call_command("setup_groups", verbosity=0)
    names = set(Group.objects.get(name="Marketing").permissions.values_list("codename", flat=True))
    assert {"export_orders", "view_orderexport", "add_optout", "delete_optout"} <= names
    assert "export_orders" not in set(
        Group.objects.get(name="Read only").permissions.values_list("codename", flat=True)
    )


def test_the_test_of_a_connection_that_cannot_be_tested_says_so(
    sign_in: SignIn, letters: Sandbox, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    client = sign_in("view_integration", "test_integration")
    answer = client.post(reverse("admin:engine_integration_test", args=["autoletter"]), follow=True)
    assert "was not contacted." in answer.content.decode()
    settings.VENDORS = {"autoletter": settings.VENDORS["autoletter"]}
    call_command("check_vendors")
    assert "autoletter: configured, not called" in capsys.readouterr().out
    assert letters.autoletter.ledger.total("POST v2/orders") == 0


# --- Many at once -----------------------------------------------------------------------------------------------------


def begin(client: Client, kind: str, exports: list[OrderExport]) -> Job:
    client.post("/admin/backoffice/job/begin/", {"kind": kind, "orderexport": [export.pk for export in exports]})
    return Job.objects.latest("pk")


def test_what_was_refused_is_sent_again_for_many_at_once_and_what_may_not_is_skipped(
    sign_in: SignIn, make: Make, ask: Ask, letters: Sandbox
) -> None:
    client = sign_in(*SEES, "export_orders", "view_job")
    refused, told, unwilling = make(), make(), make()
    for order in (refused, told, unwilling):
        ask(order)
    OrderExport.objects.update(state=ExportState.REFUSED, text="An outage.")
    OrderExport.objects.filter(order=told).update(state=ExportState.SENT)
    OptOut.objects.create(consent="accepts_letters", email="gone@example.com", noted_by="mara")
    Order.objects.filter(pk=unwilling.pk).update(customer_email="gone@example.com")
    job = begin(client, "marketing.send", list(OrderExport.objects.all()))
    client.post(f"/admin/backoffice/job/{job.pk}/run/", {})
    states = dict(OrderExport.objects.values_list("order", "state"))
    assert states == {
        refused.pk: ExportState.WAITING,
        told.pk: ExportState.SENT,
        unwilling.pk: ExportState.REFUSED,
    }
    assert set(job.rows.values_list("label", "state")) == {
        (refused.number, "done"), (told.number, "skipped"), (unwilling.number, "skipped")
    }  # fmt: skip
    assert refused.events.filter(kind="export.waiting").count() == 2


def test_many_are_kept_from_a_vendor_with_a_reason(sign_in: SignIn, make: Make, ask: Ask, letters: Sandbox) -> None:
    client = sign_in(*SEES, "export_orders", "view_job")
    for _count in range(2):
        ask(make())
    job = begin(client, "marketing.exclude", list(OrderExport.objects.all()))
    client.post(f"/admin/backoffice/job/{job.pk}/run/", {"reason": "Moved away."})
    assert set(OrderExport.objects.values_list("state", "excluded_by", "text")) == {
        (ExportState.SKIPPED, "mara", "Moved away.")
    }


def test_who_may_only_look_sends_nothing_again(sign_in: SignIn, make: Make, ask: Ask, letters: Sandbox) -> None:
    client = sign_in(*SEES, "view_job", name="rhea")
    ask(make())
    assert "data-mark" not in text_of(client, LIST)
    answer = client.post(
        "/admin/backoffice/job/begin/", {"kind": "marketing.send", "orderexport": [OrderExport.objects.get().pk]}
    )
    assert answer.status_code == 403
    assert not Job.objects.exists()
