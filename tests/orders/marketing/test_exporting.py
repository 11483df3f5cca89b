"""Telling of orders in batches: what one bad order, one lost answer or one changed mind does to the others: nothing."""

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from backoffice.accounts.models import Shop
from backoffice.engine.models import Integration, Push, PushAttempt
from backoffice.engine.models.push import Lane, PushState
from backoffice.engine.services.pushes import decide_push
from backoffice.engine.services.sending import deliver
from backoffice.sandbox import Sandbox
from backoffice.vendors.errors import VendorAmbiguous, VendorRejected
from backoffice.vendors.export_messages import ExportedOrder, ExportResult, OrderToExport, Unclear
from orders.marketing.models import ExportBatch, ExportState, OrderExport
from orders.marketing.services.exports.batches import gather_exports
from orders.marketing.services.exports.requesting import request_export
from tests.orders.marketing.conftest import Ask, Make
from tests.orders.marketing.export_states import spoil, states, story
from tests.orders.marketing.teller import Desk

Tell = Callable[[], None]


# --- The usual way ----------------------------------------------------------------------------------------------------


def test_orders_are_told_in_one_request_and_each_may_set_off_one_letter(
    make: Make, ask: Ask, tell: Tell, letters: Sandbox
) -> None:
    orders = [make() for _ in range(5)]
    for order in orders:
        ask(order)
    tell()
    assert letters.autoletter.ledger.total("POST v2/orders 201") == 1
    assert letters.autoletter.letters() == {str(order.pk): 1 for order in orders}
    assert states() == {"sent": 5}
    assert story(orders[0]) == ["export.waiting", "export.sent"]
    batch = ExportBatch.objects.get()
    assert (batch.size, batch.taken, batch.finished_at is not None) == (5, 5, True)
    held = letters.autoletter.orders[str(orders[0].pk)]
    assert (held["OrderNumber"], held["ShopId"], held["Total"]) == (orders[0].number, "WEB", 189.0)
    assert (held["Address"]["Street"], held["Address"]["HouseNumber"]) == ("Hauptstraße", "42")


def test_batches_are_as_large_as_the_vendor_takes_and_no_larger(
    make: Make, ask: Ask, tell: Tell, letters: Sandbox, settings: Settings
) -> None:
    settings.AUTOLETTER_BATCH_SIZE = 3
    for _ in range(7):
        ask(make())
    tell()
    assert sorted(ExportBatch.objects.values_list("size", flat=True)) == [1, 3, 3]
    assert states() == {"sent": 7}
    assert set(Push.objects.values_list("lane", flat=True)) == {Lane.READS}


def test_orders_of_different_groups_never_share_a_request(make: Make, ask: Ask, tell: Tell, reviews: Desk) -> None:
    french = Shop.objects.create(code="FR", name="Boutique", language="FR")
    german, french_orders = [make(), make()], [make(shop=french)]
    for order in (*german, *french_orders):
        ask(order, vendor="teller")
    tell()
    assert sorted(reviews.requests) == [
        ("FR/FR", [french_orders[0].number]),
        ("WEB/DE", [order.number for order in german]),
    ]


def test_gathering_takes_as_many_queries_for_many_as_for_few(make: Make, ask: Ask, letters: Sandbox) -> None:
    counts = []
    for number in (2, 12):
        for _ in range(number):
            ask(make())
        with CaptureQueriesContext(
            connection,
        ) as queries:
            gather_exports()
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_telling_takes_as_many_queries_for_many_as_for_few(
    make: Make, ask: Ask, letters: Sandbox, reviews: Desk
) -> None:
    counts = []
    for number in (1, 2, 12):  # the first one makes the rows that all workers share
        for _ in range(number):
            ask(make())
        gather_exports()
        push = Push.objects.order_by("-pk")[0]
        with CaptureQueriesContext(connection) as queries:
            deliver(push.pk)
        push.refresh_from_db()
        assert push.state == PushState.CONFIRMED
        counts.append(len(queries))
    assert abs(counts[1] - counts[2]) <= 1  # the health of the vendor is noted every few seconds only


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_who_gather_at_once_take_each_order_once(
    make: Make, ask: Ask, letters: Sandbox, settings: Settings
) -> None:
    settings.AUTOLETTER_BATCH_SIZE = 2
    for _ in range(12):
        ask(make())
    start = threading.Barrier(3)

    def work() -> None:
        start.wait(10)
        gather_exports()
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    gather_exports()
    assert sum(ExportBatch.objects.values_list("size", flat=True)) == 12
    assert not OrderExport.objects.filter(batch__isnull=True).exists()
    assert Push.objects.count() == ExportBatch.objects.count()


# --- Duplicates, refusals, one bad order among many -------------------------------------------------------------------


@pytest.mark.parametrize("errors", ["list", "object", "orders", "first", "text", "counts"])
@pytest.mark.parametrize("refusal", ["each", "whole"])
def test_one_bad_order_among_many_stops_none_of_the_others(
    make: Make, ask: Ask, tell: Tell, letters: Sandbox, refusal: str, errors: str
) -> None:
    letters.autoletter.options.change(refusal=refusal, errors=errors, needs_house_number=True)
    orders = [make() for _ in range(6)]
    spoil(orders[3], street="Am Markt")
    for order in orders:
        ask(order)
    tell()
    bad = orders.pop(3)
    assert letters.autoletter.letters() == {str(order.pk): 1 for order in orders}
    export = bad.exports.get()
    assert (export.state, "HouseNumber" in export.text) == (ExportState.REFUSED, errors != "counts")
    assert story(bad)[-1] == "export.refused"
    others = OrderExport.objects.exclude(pk=export.pk)
    assert set(others.values_list("state", flat=True)) <= {ExportState.SENT, ExportState.KNOWN}


def test_one_bad_order_among_a_hundred_costs_few_requests_when_it_is_named(
    make: Make, ask: Ask, tell: Tell, letters: Sandbox
) -> None:
    letters.autoletter.options.change(refusal="whole", needs_house_number=True)
    orders = [make() for _ in range(100)]
    spoil(orders[42], street="Am Markt")
    for order in orders:
        ask(order)
    tell()
    assert states() == {"sent": 99, "refused": 1}
    assert len(letters.autoletter.letters()) == 99
    assert letters.autoletter.ledger.total("POST v2/orders") <= 4


def test_orders_that_are_there_already_count_as_told(make: Make, ask: Ask, tell: Tell, letters: Sandbox) -> None:
    orders = [make() for _ in range(3)]
    for order in orders:
        ask(order)
    tell()
    OrderExport.objects.all().delete()  # a database that was restored
    for order in orders:
        ask(order)
    tell()
    assert states() == {"known": 3}
    assert set(letters.autoletter.letters().values()) == {1}
    assert not Push.objects.needing_attention().exists()


@pytest.mark.parametrize("status", [400, 409, 422])
def test_duplicates_are_known_by_their_words_whatever_the_status(
    make: Make, ask: Ask, tell: Tell, letters: Sandbox, status: int
) -> None:
    letters.autoletter.options.change(duplicate_status=status, errors="text")
    first, second = make(), make()
    ask(first)
    tell()
    OrderExport.objects.all().delete()
    ask(first)
    ask(second)
    tell()
    assert states() == {"known": 1, "sent": 1} or states() == {"known": 2}
    assert letters.autoletter.letters() == {str(first.pk): 1, str(second.pk): 1}


def test_a_batch_that_is_too_large_is_halved_until_it_fits(make: Make, ask: Ask, tell: Tell, letters: Sandbox) -> None:
    letters.autoletter.options.change(batch_limit=3)
    for _ in range(10):
        ask(make())
    tell()
    assert states() == {"sent": 10}
    assert ExportBatch.objects.get().limit == 2
    assert letters.autoletter.ledger.total("POST v2/orders 413") == 2


def test_an_answer_that_names_nobody_has_each_told_by_itself(make: Make, ask: Ask, tell: Tell, reviews: Desk) -> None:
    reviews.mishaps = [lambda orders: Unclear(text="2 of 3 imported")]
    orders = [make() for _ in range(3)]
    for order in orders:
        ask(order, vendor="teller")
    tell()
    assert [len(numbers) for _group, numbers in reviews.requests] == [3, 1, 1, 1]
    assert states() == {"sent": 3}


def test_a_single_order_of_which_the_answer_says_nothing_is_refused(
    make: Make, ask: Ask, tell: Tell, reviews: Desk
) -> None:
    reviews.mishaps = [lambda orders: Unclear(text="not imported")]
    order = make()
    ask(order, vendor="teller")
    tell()
    assert (order.exports.get().state, order.exports.get().text) == (ExportState.REFUSED, "not imported")


def test_a_refusal_without_a_verdict_has_each_told_by_itself(make: Make, ask: Ask, tell: Tell, reviews: Desk) -> None:
    def refuse(orders: Sequence[OrderToExport]) -> list[ExportedOrder]:
        raise VendorRejected("Missing fields", status=400)

    reviews.mishaps = [refuse, refuse]
    for _ in range(3):
        ask(make(), vendor="teller")
    tell()
    assert states() == {"refused": 1, "sent": 2}


def test_a_verdict_on_an_order_that_was_not_sent_changes_nothing(
    make: Make, ask: Ask, tell: Tell, reviews: Desk
) -> None:
    stranger = make()

    def confuse(orders: Sequence[OrderToExport]) -> list[ExportedOrder]:
        return [ExportedOrder(order_id=str(stranger.pk), verdict=ExportResult.TAKEN)]

    reviews.mishaps = [confuse]
    order = make()
    ask(order, vendor="teller")
    tell()
    assert order.exports.get().state == ExportState.SENT
    assert not stranger.exports.exists()


# --- Silence ----------------------------------------------------------------------------------------------------------


def test_an_order_at_which_the_vendor_fails_each_time_stops_none_of_the_others(
    make: Make, ask: Ask, tell: Tell, letters: Sandbox
) -> None:
    orders = [make() for _ in range(4)]
    letters.autoletter.options.change(crash_on=orders[1].number)
    for order in orders:
        ask(order)
    Integration.objects.create(vendor="autoletter", last_success_at=timezone.now())
    tell()
    export = orders[1].exports.get()
    assert (export.state, "each time" in export.text) == (ExportState.REFUSED, True)
    assert states() == {"sent": 3, "refused": 1}
    assert set(letters.autoletter.letters().values()) == {1}


def test_an_order_is_not_given_up_while_the_vendor_answers_nobody(
    make: Make, ask: Ask, letters: Sandbox, reviews: Desk
) -> None:
    def fall_silent(orders: Sequence[OrderToExport]) -> list[ExportedOrder]:
        raise VendorAmbiguous("No answer came.")

    ask(make(), vendor="teller")
    gather_exports()
    push = Push.objects.get()
    for _ in range(9):
        reviews.mishaps = [fall_silent]
        deliver(push.pk)
        Push.objects.update(next_at=timezone.now())
        reviews.mishaps = [fall_silent]
        deliver(push.pk)
    assert OrderExport.objects.get().state == ExportState.WAITING
    OrderExport.objects.update(failing_since=timezone.now() - timedelta(hours=25))
    Push.objects.update(next_at=timezone.now())
    reviews.mishaps = [fall_silent]
    deliver(push.pk)
    Push.objects.update(next_at=timezone.now())
    deliver(push.pk)
    assert OrderExport.objects.get().state == ExportState.REFUSED


def test_a_person_may_say_that_an_unanswered_request_was_heard(make: Make, ask: Ask, tell: Tell, reviews: Desk) -> None:
    def fall_silent(orders: Sequence[OrderToExport]) -> list[ExportedOrder]:
        raise VendorAmbiguous("No answer came.")

    reviews.mishaps = [fall_silent]
    for _ in range(2):
        ask(make(), vendor="teller")
    gather_exports()
    push = Push.objects.get()
    deliver(push.pk)
    push.refresh_from_db()
    assert push.state == PushState.UNKNOWN
    decide_push(push, happened=True, actor="mara", reason="I saw them there.")
    assert states() == {"sent": 2}
    tell()
    assert len(reviews.requests) == 1


@pytest.mark.parametrize("way", ["token", "shop"])
def test_what_waits_is_kept_while_the_vendor_is_not_set_up(
    make: Make, ask: Ask, tell: Tell, reviews: Desk, letters: Sandbox, settings: Settings, way: str
) -> None:
    vendor = "autoletter" if way == "token" else "teller"
    ask(make(), vendor=vendor)
    gather_exports()
    token, settings.AUTOLETTER_TOKEN = settings.AUTOLETTER_TOKEN, ""
    reviews.unknown_shops = {"WEB"}
    deliver(Push.objects.get().pk)
    gather_exports()
    assert states() == {"waiting": 1}
    settings.AUTOLETTER_TOKEN, reviews.unknown_shops = token, set()
    Push.objects.update(next_at=timezone.now())
    tell()
    assert states() == {"sent": 1}


# --- Configuration ----------------------------------------------------------------------------------------------------


def test_a_wrong_address_or_token_stops_the_queue_and_loses_nothing(
    make: Make, ask: Ask, letters: Sandbox, settings: Settings
) -> None:
    ask(make())
    gather_exports()
    push = Push.objects.get()
    right = settings.AUTOLETTER_URL
    for url, token, word in ((right + "/x", letters.autoletter.options.token, "AUTOLETTER_URL"), (right, "x", "key")):
        settings.AUTOLETTER_URL, settings.AUTOLETTER_TOKEN = url, token
        Integration.objects.update(open_until=None, auth_failed_at=None)
        Push.objects.update(next_at=timezone.now())
        deliver(push.pk)
        push.refresh_from_db()
        assert (push.state, word in push.cause) == (PushState.NEW, True)
        assert Integration.objects.get(vendor="autoletter").auth_failed_at is not None
    assert states() == {"waiting": 1}
    assert letters.autoletter.letters() == {}


def test_neither_token_nor_people_are_in_the_log_and_no_token_in_the_attempts(
    make: Make, ask: Ask, tell: Tell, letters: Sandbox, caplog: Any
) -> None:
    caplog.set_level("DEBUG")
    letters.faults.add("cut_after", vendor="autoletter", times=1)
    ask(make())
    tell()
    for secret in (letters.autoletter.options.token, "Größer", "Hauptstraße", "jana@example.com"):
        assert secret not in caplog.text
    attempts = list(PushAttempt.objects.values_list("url", "request", "answer", "error"))
    assert attempts
    assert letters.autoletter.options.token not in repr(attempts)


def test_a_request_that_is_rolled_back_is_not_told(make: Make, tell: Tell, letters: Sandbox) -> None:
    with transaction.atomic():
        request_export(make(), vendor="autoletter", actor="rule:7")
        transaction.set_rollback(True)
    tell()
    assert not OrderExport.objects.exists()
    assert letters.autoletter.letters() == {}
