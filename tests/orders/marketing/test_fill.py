"""`manage.py push_letters`: past orders are told once, in bulk, and tried without any effect."""

from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from backoffice.accounts.models import Shop
from backoffice.engine.models import Push
from backoffice.sandbox import Sandbox
from orders.marketing.models import ExportState, OrderExport
from orders.marketing.services.exports import fill
from orders.marketing.services.exports.requesting import exclude_export
from orders.models import Order, OrderEvent, OrderState
from tests.orders.marketing.conftest import Ask, Make
from tests.orders.marketing.teller import Desk

OLD = datetime(2026, 3, 1, 12, tzinfo=UTC)


def run(*arguments: str, command: str = "push_letters") -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


def test_a_dry_run_says_what_would_be_told_and_why_the_rest_is_not_and_writes_nothing(
    make: Make, ask: Ask, letters: Sandbox
) -> None:
    exported, refused = make(placed_at=OLD), make(placed_at=OLD, accepts_letters=False)
    make(placed_at=OLD, accepts_letters=False)
    make(placed_at=OLD, state=OrderState.CANCELLED)
    ask(make(placed_at=OLD))
    before = OrderEvent.objects.count(), list(OrderExport.objects.values())
    text = run("--since", "2026-02-01", "--dry-run")
    assert "1 orders would be told, 4 are not" in text
    assert exported.number in text
    assert refused.number not in text
    assert "2  The customer has not agreed to letters." in text
    assert "1  The order is cancelled." in text
    assert (OrderEvent.objects.count(), list(OrderExport.objects.values())) == before
    assert not Push.objects.exists()


def test_past_orders_are_told_once_however_often_it_runs(make: Make, ask: Ask, tell: Any, letters: Sandbox) -> None:
    orders = [make(placed_at=OLD) for _ in range(4)]
    skipped = make(placed_at=OLD, accepts_letters=False)
    ask(skipped)
    Order.objects.filter(pk=skipped.pk).update(accepts_letters=True)
    exclude_export(orders[3], vendor="autoletter", actor="mara", reason="No.")
    assert "4 orders are told" in run("--since", "2026-02-01")
    assert "0 orders are told" in run("--since", "2026-02-01")
    tell()
    exported = [*orders[:3], skipped]
    assert letters.autoletter.letters() == {str(order.pk): 1 for order in exported}
    assert [event.kind for event in exported[0].events.all()] == ["export.waiting", "export.sent"]
    assert orders[3].exports.get().excluded_by == "mara"


def test_only_the_days_and_the_shop_asked_for_are_told(make: Make, letters: Sandbox) -> None:
    other = Shop.objects.create(code="FR", name="Boutique")
    early, late, foreign = make(placed_at=OLD), make(placed_at=OLD.replace(day=9)), make(placed_at=OLD, shop=other)
    run("--since", "2026-03-01", "--until", "2026-03-01", "--shop", "WEB")
    assert set(OrderExport.objects.values_list("order", flat=True)) == {early.pk}
    run("--since", "2026-03-02")
    assert set(OrderExport.objects.values_list("order", flat=True)) == {early.pk, late.pk}
    assert not foreign.exports.exists()


def test_a_chunk_takes_as_many_queries_as_an_order(make: Make, letters: Sandbox) -> None:
    counts = []
    for number in (1, 12):
        for _ in range(number):
            make(placed_at=OLD)
        with CaptureQueriesContext(connection) as queries:
            run("--since", "2026-02-01")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_chunks_leave_out_nothing(make: Make, letters: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fill, "CHUNK", 2)
    for _ in range(5):
        make(placed_at=OLD)
    assert "5 orders are told" in run("--since", "2026-02-01", "-v", "2")
    assert OrderExport.objects.filter(state=ExportState.WAITING).count() == 5


def test_what_makes_no_sense_is_refused(make: Make, letters: Sandbox, settings: Settings) -> None:
    with pytest.raises(CommandError, match="no shop XX"):
        run("--since", "2026-02-01", "--shop", "XX")
    with pytest.raises(CommandError, match="before"):
        run("--since", "2026-02-02", "--until", "2026-02-01")
    settings.AUTOLETTER_TOKEN = ""
    with pytest.raises(CommandError, match="not configured"):
        run("--since", "2026-02-01")


def test_the_other_command_speaks_for_the_other_vendor(make: Make, reviews: Desk, settings: Settings) -> None:
    settings.VENDORS = settings.VENDORS | {"guaranteed-reviews": "tests.orders.marketing.teller.Teller"}
    make(placed_at=OLD)
    assert "1 orders would be told" in run("--since", "2026-02-01", "--dry-run", command="push_reviews")


@pytest.mark.django_db(transaction=True)
def test_an_order_that_somebody_works_on_does_not_stop_the_others(make: Make, letters: Sandbox) -> None:
    from threading import Event, Thread

    orders = [make(placed_at=OLD) for _ in range(3)]
    locked, done = Event(), Event()

    def work() -> None:
        with transaction.atomic():
            Order.objects.locked(orders[1].pk)
            locked.set()
            done.wait(0.5)
        connections.close_all()

    worker = Thread(target=work)
    worker.start()
    assert locked.wait(10)
    assert "3 orders are told" in run("--since", "2026-02-01")
    worker.join()
    assert OrderExport.objects.filter(state=ExportState.WAITING).count() == 3
