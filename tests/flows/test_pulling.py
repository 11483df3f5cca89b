"""The poll: what it reads, what it says, and that it survives a vendor that stops answering."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from django.test import Client
from django.utils import timezone

from backoffice.dashboard.kind import InboxKind
from backoffice.dashboard.kinds import unreadable
from backoffice.engine.models import Drift, PullCursor, VendorToken
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.services import limiter, pull_runs
from backoffice.engine.services.pull_runs import STALE_HOURS
from backoffice.sandbox import Sandbox
from orders.models import Order, VendorOrder
from orders.services.reports.pulling import OrderPull
from orders.services.timeline import describe

Place = Callable[..., Order]


def test_the_command_names_the_orders_whose_callbacks_were_missed(
    sandbox: Sandbox, place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    order = place()
    sandbox.advance(5.5)

    call_command("pull_orders")
    told = capsys.readouterr().out
    assert f"{order.number}: PROCESSING" in told
    assert "1 applied" in told

    call_command("pull_orders", "--since", "2020-01-01", "--vendor", "mypromo")
    assert "0 applied, 1 known" in capsys.readouterr().out


def test_more_orders_than_a_page_holds_are_all_read(sandbox: Sandbox, place: Place) -> None:
    sandbox.settings.change(page_cap=3)
    orders = [place() for _ in range(7)]
    sandbox.advance(60)

    result = OrderPull("mypromo").run()

    assert sorted(result.missed) == sorted(order.number for order in orders)
    assert set(Order.objects.values_list("state", flat=True)) == {"closed"}


def test_an_order_that_was_not_heard_of_for_long_is_read_by_itself(sandbox: Sandbox, place: Place) -> None:
    order = place({"sku": "SANDBOX-STUCK", "quantity": 10})
    sandbox.advance(60)
    long_ago = timezone.now() - timedelta(hours=STALE_HOURS + 1)
    VendorOrder.objects.update(read_at=long_ago)

    # Nothing changed since tomorrow, so the list is empty.
    result = OrderPull("mypromo").run(since=(timezone.now() + timedelta(days=1)).date())

    assert result.counts == {CallbackState.APPLIED: 1}
    order.refresh_from_db()
    assert order.production == "in_production"
    assert order.vendor_orders.get().read_at > long_ago


def test_a_run_reads_a_bounded_number_of_stale_orders(
    sandbox: Sandbox, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull_runs, "MOST_STALE", 3)
    order = place()
    part = order.vendor_orders.get()
    VendorOrder.objects.bulk_create(
        VendorOrder(
            order=order,
            vendor="mypromo",
            part=number,
            reference=f"STALE-{number}",
            vendor_id=f"9{number:05}",
            state="in_production",
        )
        for number in range(2, 10)
    )
    before = sandbox.ledger.total("GET v1/orders/{id}")

    OrderPull("mypromo").run(since=(timezone.now() + timedelta(days=1)).date())

    assert sandbox.ledger.total("GET v1/orders/{id}") - before == 3
    assert part.pk


def test_news_that_no_webhook_brought_is_a_row_from_the_second_pull_on(sandbox: Sandbox, place: Place) -> None:
    order = place()
    OrderPull("mypromo").run()
    assert not Drift.objects.exists()
    sandbox.advance(60)
    OrderPull("mypromo").run()
    rows = Drift.objects.values_list("vendor", "reference", "subject_type", "subject_id")
    assert list(rows) == [("mypromo", order.number, "orders.order", order.pk)]


def read_stale(*orders: Order) -> OrderPull:
    """Pull, with nothing new in the list: only what was not read for long is read, these orders first."""
    parts = VendorOrder.objects.filter(order__in=orders)
    parts.update(read_at=timezone.now() - timedelta(hours=STALE_HOURS + 2))
    return OrderPull("mypromo").run(since=(timezone.now() + timedelta(days=1)).date())


def read_path(*orders: Order) -> str:
    ids = VendorOrder.objects.filter(order__in=orders).values_list("vendor_id", flat=True)
    return rf"v1/orders/({'|'.join(ids)})$"


@pytest.mark.parametrize("answer", [{"status": 500}, {"status": 403}, {"status": 200, "body": '{"updated_at": null}'}])
def test_an_order_that_cannot_be_read_keeps_no_other_from_it_and_says_so(
    answer: dict[str, object], sandbox: Sandbox, place: Place
) -> None:
    bad, good = place(), place()
    sandbox.advance(60)
    VendorOrder.objects.update(read_at=timezone.now() - timedelta(hours=STALE_HOURS + 1))
    rule = sandbox.faults.add("status", method="GET", path=read_path(bad), **answer)

    result = read_stale(bad)

    assert (result.missed, result.failed, result.stopped) == ([good.number], [bad.number], "")
    line = bad.events.get(kind="vendor.unreadable")
    assert describe(line).startswith(f"mypromo did not return the current status of {bad.number}: ")
    # Not again in each run, but in an hour.
    assert (read_stale(good).failed, rule.hits) == ([], 1)
    sandbox.faults.clear()
    VendorOrder.objects.filter(order=bad).update(read_at=F("read_at") - timedelta(hours=pull_runs.RETRY_HOURS))
    assert OrderPull("mypromo").run(since=(timezone.now() + timedelta(days=1)).date()).missed == [bad.number]


def test_what_cannot_be_read_on_a_second_day_is_a_silence_that_rules_follow_once(
    sandbox: Sandbox, place: Place
) -> None:
    order = place()
    part = order.vendor_orders.get()
    sandbox.faults.add("status", method="GET", path=read_path(order), status=500)
    read_stale(order)
    read_stale(order)
    assert order.events.filter(kind="vendor.unreadable").count() == 1
    assert not order.events.filter(kind="vendor.silent").exists()
    yesterday = timezone.localdate() - timedelta(days=1)
    order.events.filter(kind="vendor.unreadable").update(source_key=f"unreadable:{part.pk}:{yesterday}")
    read_stale(order)
    read_stale(order)
    assert order.events.filter(kind="vendor.unreadable").count() == 2
    silence = order.events.get(kind="vendor.silent")
    assert silence.awaiting_rules
    assert silence.params["since"] == order.events.filter(kind="vendor.unreadable").first().params["since"]


def test_an_order_whose_status_cannot_be_updated_is_in_the_inbox_with_its_cause_until_the_vendor_shows_it(
    sandbox: Sandbox, place: Place, client: Client
) -> None:
    bad, good = place(), place()
    rule = sandbox.faults.add(
        "status", method="GET", path=read_path(bad), status=404, body='{"message": "No such order"}'
    )
    read_stale(bad, good)
    assert not kind_of_unreadable().rows().exists(), "one that is read again within the hour needs nobody"
    pass_hours(3)
    (need,) = kind_of_unreadable().needs(list(kind_of_unreadable().rows()))
    assert need.what.startswith(bad.number)
    assert "No such order" in need.detail
    client.force_login(User.objects.create_superuser("mara"))
    part = bad.vendor_orders.get()
    advice = f"Ask mypromo about order {part.vendor_id}."
    assert advice in client.get(need.url).content.decode()
    assert advice not in client.get(f"/admin/orders/order/{good.pk}/change/").content.decode()

    bad.events.filter(kind="vendor.unreadable").update(at=timezone.now() - timedelta(days=2))
    (need,) = kind_of_unreadable().needs(list(kind_of_unreadable().rows()))
    assert "No such order" not in need.detail, "what was the cause the time before"
    since = part.unreadable_since
    read_stale(bad)
    assert (bad.vendor_orders.get().unreadable_since, rule.hits) == (since, 2)
    sandbox.faults.clear()
    read_stale(bad)
    assert bad.vendor_orders.get().unreadable_since is None
    assert not kind_of_unreadable().rows().exists()


def kind_of_unreadable() -> InboxKind:
    return next(kind for kind in unreadable.KINDS if kind.name == "unreadable-orders")


def pass_hours(hours: int) -> None:
    VendorOrder.objects.update(unreadable_since=F("unreadable_since") - timedelta(hours=hours))


def test_several_in_a_row_that_cannot_be_read_end_the_run_and_stand_behind_the_others_in_the_next(
    sandbox: Sandbox, place: Place
) -> None:
    *bad, good = (place() for _ in range(pull_runs.MOST_UNREADABLE + 1))
    sandbox.advance(60)
    VendorOrder.objects.update(read_at=timezone.now() - timedelta(hours=STALE_HOURS + 1))
    sandbox.faults.add("status", method="GET", path=read_path(*bad), status=500)

    first = read_stale(*bad)
    second = OrderPull("mypromo").run(since=(timezone.now() + timedelta(days=1)).date())

    assert (bool(first.stopped), first.missed) == (True, [])
    assert (second.stopped, second.missed) == ("", [good.number])


_BREAK = """
    SET CONSTRAINTS ALL IMMEDIATE;
    CREATE FUNCTION pg_temp.break() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$;
    CREATE TRIGGER broken BEFORE INSERT ON orders_orderevent FOR EACH ROW
        WHEN (current_setting('test.broken', true) = NEW.order_id::text) EXECUTE FUNCTION pg_temp.break()
"""


def test_an_order_that_cannot_be_applied_keeps_no_other_and_is_read_in_the_next_run(
    sandbox: Sandbox, place: Place
) -> None:
    bad, good = place(), place()
    OrderPull("mypromo").run()
    sandbox.advance(60)
    with connection.cursor() as cursor:
        cursor.execute(_BREAK)
        cursor.execute("SELECT set_config('test.broken', %s, true)", [str(bad.pk)])
        result = OrderPull("mypromo").run()
        cursor.execute("SELECT set_config('test.broken', '', true)")
    assert (set(result.failed), result.missed) == ({bad.number}, [good.number])
    assert list(VendorOrder.objects.exclude(unreadable_since=None).values_list("order", flat=True)) == [bad.pk]
    pass_hours(3)
    (need,) = kind_of_unreadable().needs(list(kind_of_unreadable().rows()))
    assert "log of the workers" in need.detail
    # The list has no news any more, and the order is read all the same.
    PullCursor.objects.update(since=timezone.now() + timedelta(days=2))
    assert OrderPull("mypromo").run().missed == [bad.number]
    assert not VendorOrder.objects.exclude(unreadable_since=None).exists()


def test_a_vendor_that_stops_answering_ends_the_run_and_is_said(sandbox: Sandbox, place: Place, settings) -> None:
    place()
    sandbox.faults.add("status", method="GET", path=r"v1/orders$", status=403)

    with pytest.raises(CommandError):
        call_command("pull_orders")
    assert OrderPull("mypromo").run().stopped


def test_a_pause_does_not_stop_a_pull_even_when_the_token_has_ended(sandbox: Sandbox, place: Place) -> None:
    order = place()
    sandbox.advance(60)
    limiter.pause("mypromo", actor="jo", reason="restore")
    VendorToken.objects.all().delete()

    result = OrderPull("mypromo").run()

    assert (result.missed, result.stopped) == ([order.number], "")


def test_an_unknown_vendor_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(CommandError, match="not configured"):
        call_command("pull_orders", "--vendor", "nobody")
