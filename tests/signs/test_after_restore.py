"""A sign that may have been ordered before the database was restored: its vendor cannot be asked, so a person is."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from backoffice.engine.models import Epoch, Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.epoch import read_epoch
from backoffice.engine.services.sending import deliver
from backoffice.sandbox import Sandbox
from catalog.models import CustomProduct
from orders.models import Hold, HoldReason, Order
from orders.services.lifecycle import release_hold, release_order
from orders.services.restore.reconciling import doubt_pushes
from tests.signs.desk import sign_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(product: CustomProduct, sandbox: Sandbox) -> Order:
    sandbox.sign_customiser.product_ids.add(product.external_id)
    return sign_order(product)


def restored(**changes: Any) -> Epoch:
    """Notice a restore just now: what is released from here on was not waiting at the backup."""
    now = timezone.now()
    values = {"saved_at": now - timedelta(hours=1), "found_at": now, "reconciled_at": now} | changes
    read_epoch()
    Epoch.objects.update(**values)
    return Epoch.objects.get()


def send() -> Push:
    push = Push.objects.latest("pk")
    Push.objects.filter(pk=push.pk).update(next_at=timezone.now())
    deliver(push.pk)
    return Push.objects.get(pk=push.pk)


def made(sandbox: Sandbox) -> int:
    return len(sandbox.sign_customiser.ledger.physical_orders())


def test_a_sign_that_was_sold_before_the_restore_is_asked_about_once(order: Order, sandbox: Sandbox) -> None:
    restored()
    release_order(order, actor="tester")
    assert send().state == PushState.CONFIRMED
    assert made(sandbox) == 0
    hold = Hold.objects.get()
    assert hold.reason == HoldReason.POSSIBLE_DUPLICATE
    assert order.reference in hold.text
    release_hold(hold, actor="mara", note="not there")
    send()
    assert made(sandbox) == 1


def test_a_sign_that_is_sold_after_the_restore_is_made_without_a_question(order: Order, sandbox: Sandbox) -> None:
    restored()
    Order.objects.update(placed_at=timezone.now())
    release_order(order, actor="tester")
    send()
    assert made(sandbox) == 1
    assert not Hold.objects.exists()


def test_a_sign_that_waited_at_the_backup_is_decided_by_a_person(order: Order, sandbox: Sandbox) -> None:
    release_order(order, actor="tester")
    assert doubt_pushes(restored(reconciled_at=None)) == 1
    push = Push.objects.get()
    assert (push.state, push.step) == (PushState.UNKNOWN, "place")
    Push.objects.update(settles_at=timezone.now())
    assert send().needs_attention
    assert made(sandbox) == 0
