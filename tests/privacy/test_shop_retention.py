"""Contents of requests and webhooks go by the period of the shop whose order, campaign or change set they are about."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.engine.models import Callback, Push, PushAttempt
from backoffice.engine.models.push import PushState
from backoffice.privacy.services import retention
from backoffice.privacy.services.retention import preview_retention, run_retention, set_period
from catalog.models import ChangeSet
from orders.models import Order, VendorOrder
from tests.orders.rows import make_order

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=100)


def _about(subject: Any, *, state: str = PushState.CONFIRMED) -> tuple[PushAttempt, Callback]:
    """Return an attempt of a push about it and a callback about it, of long ago."""
    then, about = timezone.now() - LONG_AGO, {"subject_type": subject._meta.label_lower, "subject_id": subject.pk}
    push = Push.objects.create(vendor="mypromo", kind="orders.place", state=state, next_at=then, **about)
    attempt = PushAttempt.objects.create(push=push, started_at=then, url="https://x.example", request="Jana")
    callback = Callback.objects.create(
        vendor="mypromo", topic="orders", key=f"{about}", body=b"Jana", state="applied", processed_at=then, **about
    )
    Callback.objects.filter(pk=callback.pk).update(received_at=then)
    return attempt, callback


def _part(order: Order) -> VendorOrder:
    return VendorOrder.objects.create(order=order, vendor="mypromo", part=1, reference=order.number)


@pytest.fixture
def shops() -> list[Shop]:
    return [Shop.objects.create(code=code, name=code) for code in ("AAA", "BBB")]


def _emptied(rows: tuple[PushAttempt, Callback]) -> tuple[bool, bool]:
    attempt, callback = PushAttempt.objects.get(pk=rows[0].pk), Callback.objects.get(pk=rows[1].pk)
    return attempt.request == "", bytes(callback.body) == b""


def test_contents_go_by_the_period_of_their_shop(shops: list[Shop]) -> None:
    own, others = make_order(shop=shops[0]), make_order(shop=shops[1])
    mine = [_about(own), _about(_part(own))]
    theirs, of_none = _about(others), _about(ChangeSet.objects.create(vendor="mypromo", kind="prices", created_by="x"))
    still_open = _about(_part(others), state=PushState.NEW)
    for kind in ("attempts", "callbacks"):
        set_period(kind, shop=shops[0], days=90, actor="mara")
    due = {(one.scope.kind.kind, one.scope.shop): one.count for one in preview_retention()}
    assert due == {("attempts", shops[0]): 2, ("callbacks", shops[0]): 2}

    done = run_retention(seconds=10)
    assert (done["attempts"], done["callbacks"]) == (2, 2)
    assert [_emptied(rows) for rows in mine] == [(True, True)] * 2
    assert [_emptied(rows) for rows in (theirs, of_none, still_open)] == [(False, False)] * 3

    for kind in ("attempts", "callbacks"):
        set_period(kind, shop=None, days=60, actor="mara")
        set_period(kind, shop=shops[1], days=None, actor="mara")
    run_retention(seconds=10)
    assert [_emptied(rows) for rows in (theirs, of_none)] == [(False, False), (True, True)]
    set_period("attempts", shop=shops[1], days=95, actor="mara")
    run_retention(seconds=10)
    assert [_emptied(rows) for rows in (theirs, still_open)] == [(True, False), (False, False)]


def test_rows_of_other_shops_are_read_some_at_a_time(shops: list[Shop], monkeypatch: pytest.MonkeyPatch) -> None:
    """The only one of the shop stands behind those of others, further than one batch reads."""
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    for _number in range(5):
        _about(make_order(shop=shops[1]))
    last = _about(make_order(shop=shops[0]))
    set_period("attempts", shop=shops[0], days=90, actor="mara")
    assert run_retention(seconds=10)["attempts"] == 1
    assert _emptied(last) == (True, False)
    assert run_retention(seconds=10)["attempts"] == 0
