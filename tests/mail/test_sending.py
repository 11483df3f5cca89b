"""Mails against a server that works, and one that breaks in every way: each once, and none that is not wanted."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from backoffice.accounts.models import Shop
from backoffice.engine.models import Epoch
from backoffice.engine.services.epoch import read_epoch
from backoffice.mail.models import Mail, MailState
from backoffice.mail.services import sending
from backoffice.mail.services.choices import choose_for_shop
from backoffice.mail.services.decisions import send_again, settle_mail
from backoffice.mail.services.outcomes import Outcome
from backoffice.sandbox.mail.app import MailApp
from orders.conversation.services.customer_mails import OrderMail
from orders.models import Order, OrderEvent
from orders.services.lifecycle import cancel_order
from tests.orders.rows import make_order

pytestmark = pytest.mark.django_db


def ship(order: Order, code: str = "01906") -> Mail:
    order.events.create(
        actor="vendor:mypromo",
        kind="shipment.sent",
        params={"carrier": "dpd", "tracking_code": code, "url": f"https://track.example/{code}?a=1&b=2"},
    )
    return Mail.objects.filter(subject_id=order.pk, kind="order.shipped").latest("pk")


def state_of(mail: Mail) -> str:
    mail.refresh_from_db()
    return mail.state


def test_a_shipped_parcel_is_mailed_once_with_its_tracking_code(shop: Shop, catcher: MailApp) -> None:
    order = make_order(customer_email="jana@example.com", customer_firstname="Jana", reference="4711")
    mail = ship(order)
    sending.send_due_mails()
    sending.send_due_mails()
    assert state_of(mail) == MailState.SENT
    (caught,) = catcher.mails
    assert caught["recipients"] == ["jana@example.com"]
    assert caught["headers"]["Subject"] == "Your order 4711 is on its way"
    assert caught["headers"]["Reply-To"] == "help@shop.example"
    assert caught["headers"]["From"].startswith('"Printed <with> love"')
    assert "Tracking code: 01906\nTrack it here: https://track.example/01906?a=1&b=2" in caught["text"]
    assert '<a href="https://track.example/01906?a=1&amp;b=2">' in caught["html"]
    assert order.events.filter(kind="mail.sent").count() == 1


def test_every_kind_is_off_until_it_is_switched_on(shop: Shop, catcher: MailApp) -> None:
    choose_for_shop(shop, kinds=["order.cancelled"], sender_name="", reply_to="", actor="mara")
    order = make_order(customer_email="jana@example.com")
    order.events.create(actor="shop:WEB", kind="order.received")
    OrderEvent.objects.bulk_create([OrderEvent(order=order, actor="system", kind="order.late")])
    assert not Mail.objects.exists()
    cancel_order(order, actor="mara", reason="changed her mind")
    assert list(Mail.objects.values_list("kind", flat=True)) == ["order.cancelled"]


def test_the_same_event_twice_is_one_mail(shop: Shop) -> None:
    order = make_order(customer_email="jana@example.com")
    for _time in range(2):
        order.events.create(actor="shop:WEB", kind="order.received")
    assert Mail.objects.count() == 1


def test_a_transaction_that_is_undone_takes_its_mail_with_it(shop: Shop) -> None:
    order = make_order(customer_email="jana@example.com")
    with transaction.atomic():
        order.events.create(actor="shop:WEB", kind="order.received")
        assert Mail.objects.count() == 1
        transaction.set_rollback(True)
    assert not Mail.objects.exists()


def test_no_mail_goes_where_nobody_can_be_written_to(shop: Shop) -> None:
    for address in ("", "jana", "jana@example.com\nBcc: all@example.com"):
        order = make_order(customer_email=address)
        order.events.create(actor="shop:WEB", kind="order.received")
    assert not Mail.objects.exists()


def test_names_cannot_add_headers_markup_or_links(shop: Shop, catcher: MailApp) -> None:
    order = make_order(
        {"name": "Mug\r\nBcc: all@example.com {{ number }}"},
        customer_email="jana@example.com",
        customer_firstname="Win at http://evil.example",
        reference="<b>47</b>\nX: y",
    )
    mail = ship(order)
    sending.send_due_mails()
    (caught,) = catcher.mails
    assert state_of(mail) == MailState.SENT
    assert "Bcc" not in caught["headers"]
    assert caught["headers"]["Subject"] == "Your order <b>47</b> X: y is on its way"
    assert "evil.example" not in caught["text"] + caught["html"]
    assert "<b>" not in caught["html"]


def test_none_is_sent_for_an_order_that_was_cancelled_meanwhile(shop: Shop, catcher: MailApp) -> None:
    order = make_order(customer_email="jana@example.com")
    order.events.create(actor="shop:WEB", kind="order.received")
    cancel_order(order, actor="mara", reason="changed her mind")
    sending.send_due_mails()
    assert [mail["headers"]["Subject"] for mail in catcher.mails] == [
        f"Your order {order.reference} has been cancelled"
    ]
    assert Mail.objects.get(kind="order.received").state == MailState.SKIPPED
    assert order.events.get(kind="mail.skipped").params["text"] == "The order was cancelled in the meantime."


def test_a_corrected_address_gets_the_mail(shop: Shop, catcher: MailApp) -> None:
    order = make_order(customer_email="jna@example.com")
    ship(order)
    Order.objects.update(customer_email="jana@example.com")
    sending.send_due_mails()
    assert [mail["recipients"] for mail in catcher.mails] == [["jana@example.com"]]


def test_what_waited_for_days_is_not_sent(shop: Shop, catcher: MailApp) -> None:
    mail = ship(make_order(customer_email="jana@example.com"))
    Mail.objects.update(created_at=timezone.now() - timedelta(hours=73))
    sending.send_due_mails()
    assert (state_of(mail), catcher.mails) == (MailState.SKIPPED, [])


def test_a_server_that_cannot_be_reached_delays_all_and_loses_none(shop: Shop, catcher: MailApp) -> None:
    catcher.options.change(fault="busy")
    mails = [ship(make_order(customer_email=f"c{n}@example.com")) for n in range(3)]
    sending.send_due_mails()
    assert {state_of(mail) for mail in mails} == {MailState.NEW}
    assert {mail.attempts for mail in mails} == {1}
    catcher.options.change(fault="")
    Mail.objects.update(next_at=timezone.now())
    sending.send_due_mails()
    assert {state_of(mail) for mail in mails} == {MailState.SENT}


def test_what_a_server_never_accepts_needs_attention_and_does_not_vanish(shop: Shop, catcher: MailApp) -> None:
    catcher.options.change(fault="busy")
    mails = [ship(make_order(customer_email=f"c{n}@example.com")) for n in range(2)]
    for tried in range(1, sending.PATIENCE + 1):
        Mail.objects.update(next_at=timezone.now())
        sending.send_due_mails()
        states = {(one.state, one.needs_attention) for one in Mail.objects.all()}
        assert states == {(MailState.NEW, tried >= sending.PATIENCE)}, tried
    Mail.objects.update(next_at=timezone.now(), created_at=timezone.now() - timedelta(hours=73))
    catcher.options.change(fault="")
    sending.send_due_mails()
    for mail in mails:
        assert (state_of(mail), mail.needs_attention) == (MailState.FAILED, True)
        assert "did not accept it within 72 h: " in mail.cause
    send_again(mails[0], actor="mara")
    sending.send_due_mails()
    assert (state_of(mails[0]), mails[0].needs_attention) == (MailState.SENT, False)


@pytest.mark.parametrize(
    ("fault", "state", "arrived"),
    [
        ("full", MailState.NEW, 0),
        ("reject", MailState.FAILED, 0),
        ("cut_before", MailState.NEW, 0),
        ("cut_in_data", MailState.UNKNOWN, 0),
        ("cut_after", MailState.UNKNOWN, 1),
    ],
)
def test_what_a_broken_line_means_depends_on_when_it_breaks(
    fault: str, state: MailState, arrived: int, shop: Shop, catcher: MailApp, settings: Settings
) -> None:
    settings.MAIL_RETRY_BACKOFF = [600]
    catcher.options.change(fault=fault)
    mail = ship(make_order(customer_email="jana@example.com"))
    sending.send_due_mails()
    assert (state_of(mail), len(catcher.mails)) == (state, arrived)
    assert mail.needs_attention == (state in (MailState.FAILED, MailState.UNKNOWN))
    catcher.options.change(fault="")
    sending.send_due_mails()
    assert (state_of(mail), len(catcher.mails)) == (state, arrived)


def test_a_person_decides_about_an_unclear_mail(shop: Shop, catcher: MailApp) -> None:
    catcher.options.change(fault="cut_after")
    arrived, lost = (ship(make_order(customer_email=f"{name}@example.com")) for name in ("a", "b"))
    sending.send_due_mails()
    catcher.options.change(fault="")
    settle_mail(arrived, arrived=True, actor="mara")
    first = [mail["headers"]["Message-ID"] for mail in catcher.mails if mail["recipients"] == ["b@example.com"]]
    send_again(lost, actor="mara")
    sending.send_due_mails()
    assert {state_of(arrived), state_of(lost)} == {MailState.SENT}
    again = [mail["headers"]["Message-ID"] for mail in catcher.mails if mail["recipients"] == ["b@example.com"]]
    assert again == first * 2  # the same id: what knows it already shows it once


@pytest.mark.parametrize("restored", [True, False])
def test_what_a_person_sends_again_is_sent_however_long_ago_it_was_queued(
    restored: bool, shop: Shop, catcher: MailApp, settings: Settings
) -> None:
    catcher.options.change(fault="cut_after")
    mail = ship(make_order(customer_email="jana@example.com"))
    sending.send_due_mails()
    assert state_of(mail) == MailState.UNKNOWN
    catcher.options.change(fault="")
    if restored:
        read_epoch()
        Epoch.objects.update(found_at=Now(), reconciled_at=Now())
    else:
        Mail.objects.update(created_at=timezone.now() - timedelta(hours=settings.MAIL_LATEST_HOURS + 1))
    send_again(mail, actor="mara")
    sending.send_due_mails()
    assert state_of(mail) == MailState.SENT


def test_a_lost_worker_leaves_a_doubt_only_where_it_had_begun(shop: Shop) -> None:
    claimed, begun = (ship(make_order(customer_email=f"{name}@example.com")) for name in ("a", "b"))
    Mail.objects.update(state=MailState.SENDING, lease_until=timezone.now() - timedelta(seconds=1))
    Mail.objects.filter(pk=begun.pk).update(handed_over=True)
    assert sending.end_expired_leases() == 2
    assert (state_of(claimed), state_of(begun)) == (MailState.NEW, MailState.UNKNOWN)


def test_two_workers_never_take_the_same_mail(shop: Shop) -> None:
    ship(make_order(customer_email="jana@example.com"))
    assert (sending.claim() is not None, sending.claim()) == (True, None)


def many_orders(shop: Shop, *, count: int) -> list[Order]:
    return Order.objects.bulk_create(
        Order(
            shop=shop,
            number=f"WEB-{number}",
            reference=f"R{number}",
            placed_at=timezone.now(),
            currency="EUR",
            total=1,
            state="released",
            customer_email=f"c{number}@example.com",
        )
        for number in range(count)
    )


def rush(shop: Shop, catcher: MailApp, *, orders: int) -> tuple[list[str], int]:
    """Ship so many orders while the server breaks in every way, cancel each tenth, and let the server recover.

    Return who got how many mails, and how many a person has to look into.
    """
    shipped = many_orders(shop, count=orders)
    events = [
        OrderEvent(order=order, actor="vendor:mypromo", kind="shipment.sent", params={"tracking_code": f"T{order.pk}"})
        for order in shipped
    ]
    OrderEvent.objects.bulk_create(events)
    for fault, every in (("busy", 1), ("cut_before", 1), ("full", 2), ("cut_after", 7), ("cut_in_data", 11)):
        catcher.options.change(fault=fault, every=every)
        for _round in range(2):
            Mail.objects.filter(state=MailState.NEW).update(next_at=timezone.now())
            sending.send_due_mails(seconds=0.5)
        if fault == "busy":
            cancelled = [order.pk for order in shipped[::10]]
            Order.objects.filter(pk__in=cancelled).update(state="cancelled")
    catcher.options.change(fault="")
    unclear = 0
    while Mail.objects.exclude(state__in=[MailState.SENT, MailState.SKIPPED]).exists():
        sending.end_expired_leases()
        for mail in Mail.objects.filter(state=MailState.UNKNOWN):
            unclear += 1
            if any([mail.recipient] == caught["recipients"] for caught in catcher.mails):
                settle_mail(mail, arrived=True, actor="mara")
            else:
                send_again(mail, actor="mara")
        Mail.objects.filter(state=MailState.NEW).update(next_at=timezone.now())
        sending.send_due_mails(seconds=60)
    return [caught["recipients"][0] for caught in catcher.mails], unclear


def expected(orders: int) -> list[str]:
    return sorted(f"c{number}@example.com" for number in range(orders) if number % 10)


@pytest.mark.parametrize("orders", [80, pytest.param(1000, marks=pytest.mark.soak)])
def test_many_shipped_orders_are_mailed_once_each_by_a_broken_server(shop: Shop, catcher: MailApp, orders: int) -> None:
    recipients, unclear = rush(shop, catcher, orders=orders)
    assert sorted(recipients) == expected(orders)
    assert unclear > 0
    assert OrderEvent.objects.filter(kind="mail.skipped").count() == orders // 10


def test_a_plain_retry_after_a_broken_line_would_send_twice(
    shop: Shop, catcher: MailApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the doubt that a mail may have arrived."""
    monkeypatch.setattr(sending, "judge", lambda error, may_have_arrived: Outcome.LATER)
    recipients, _unclear = rush(shop, catcher, orders=60)
    assert len(recipients) > len(set(recipients))


def test_without_the_guard_customers_of_cancelled_orders_would_be_written_to(
    shop: Shop, catcher: MailApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OrderMail, "still_wanted", lambda self, mail: "")
    recipients, _unclear = rush(shop, catcher, orders=20)
    assert set(recipients) > set(expected(20))


def test_queueing_for_many_orders_takes_a_constant_number_of_queries(shop: Shop) -> None:
    def queries(count: int) -> int:
        keys = [make_order(customer_email=f"q{count}-{n}@example.com").pk for n in range(count)]
        with CaptureQueriesContext(connection) as caught:
            OrderEvent.objects.bulk_create(OrderEvent(order_id=key, actor="system", kind="order.late") for key in keys)
        return len(caught)

    assert queries(2) == queries(20)
