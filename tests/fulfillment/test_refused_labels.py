"""A label that the vendor refused was not handed out: it is requested anew, from its order or by its request."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.pushes import send_again
from backoffice.engine.services.sending import deliver
from backoffice.errors import IllegalTransition
from backoffice.sandbox import Sandbox
from fulfillment.models import Label, LabelState, ProductionOrder
from fulfillment.services.dispatching import add_parcel
from fulfillment.services.labels import fetch_label
from fulfillment.services.picking import begin_batch
from tests.fulfillment.conftest import Make
from tests.fulfillment.parcels import parcel, refused

pytestmark = pytest.mark.django_db
Fetch = Callable[[Label], Label]
Work = Callable[[], None]


@pytest.fixture
def label(make: Make, fetch: Fetch) -> Label:
    """Return one that the vendor refused, and could hand out now."""
    label = make("label").labels.get()
    url = label.url
    Label.objects.update(url="https://labels.example.com/v1/61/untmG9")
    assert fetch(label).state == LabelState.REFUSED
    Label.objects.update(url=url)
    label.refresh_from_db()
    return label


def announced(sandbox: Sandbox) -> list[int]:
    return list(sandbox.ledger.label_downloads().values())


def test_it_is_requested_anew_once_and_its_refusal_needs_nobody_any_more(
    sandbox: Sandbox, label: Label, fetch: Fetch
) -> None:
    assert label.can_fetch()
    fetch_label(label, actor="bert", dispatch_on=timezone.localdate())
    assert fetch(label).state == LabelState.KEPT
    first, second = Push.objects.order_by("pk")
    assert (first.state, first.needs_attention, first.decided_by) == (PushState.FAILED, False, "bert")
    assert (second.generation, second.state, announced(sandbox)) == (2, PushState.CONFIRMED, [1])


def test_one_that_is_sent_again_and_waits_past_midnight_can_be_fetched_on_the_next_day(
    sandbox: Sandbox, label: Label, fetch: Fetch
) -> None:
    again = send_again(Push.objects.get(), actor="bert", reason="The link is right now.")
    label.refresh_from_db()
    assert (label.state, label.asked_by) == (LabelState.ASKED, "bert")
    Push.objects.filter(pk=again.pk).update(created_at=timezone.now() - timedelta(days=1))
    deliver(again.pk)
    label.refresh_from_db()
    assert (label.state, announced(sandbox)) == (LabelState.WAITING, [])
    assert (fetch(label).state, announced(sandbox)) == (LabelState.KEPT, [1])


def test_one_that_the_release_before_sent_again_is_let_go_and_not_requested_twice(
    sandbox: Sandbox, label: Label, fetch: Fetch
) -> None:
    """That release left the label rejected while it was being sent again."""
    again = send_again(Push.objects.get(), actor="bert", reason="The link is right now.")
    Label.objects.update(state=LabelState.REFUSED)
    fetch_label(label, actor="anna", dispatch_on=timezone.localdate())
    assert Push.objects.count() == 2
    Push.objects.filter(pk=again.pk).update(created_at=timezone.now() - timedelta(days=1))
    deliver(again.pk)
    label.refresh_from_db()
    assert label.state == LabelState.WAITING


def test_of_a_cancelled_order_it_is_neither_requested_nor_sent_again(label: Label) -> None:
    ProductionOrder.objects.update(state="cancelled")
    with pytest.raises(IllegalTransition, match="cancelled"):
        fetch_label(label, actor="anna", dispatch_on=timezone.localdate())
    with pytest.raises(IllegalTransition, match="cancelled"):
        send_again(Push.objects.get(), actor="anna", reason="The link is right now.")
    label.refresh_from_db()
    assert (label.state, Push.objects.count()) == (LabelState.REFUSED, 1)


def test_a_batch_leaves_it_to_a_person_who_reads_why(label: Label) -> None:
    batch, problems = begin_batch([label.production_order_id], actor="anna", dispatch_on=timezone.localdate())
    assert (batch.stuck, problems, Push.objects.count()) == ([label], [], 1)


@pytest.mark.parametrize("state", [LabelState.WAITING, LabelState.REFUSED])
def test_one_without_a_code_is_passed_over_by_force_alone(state: LabelState, make: Make) -> None:
    order = make("open_label")
    order.labels.update(state=state)
    refused(order, parcel(), match="Fetch the label before reporting a parcel with it")
    made = add_parcel(order, parcel(force=True, force_reason="our own label"), actor="anna", may_force=True)
    assert (made.label, made.force) == (None, True)


def test_by_force_too_a_label_that_was_handed_out_is_the_parcels(make: Make, fetch: Fetch) -> None:
    order = make("open_label")
    label = fetch(order.labels.get())
    forced = parcel(force=True, force_reason="more than was ordered")
    assert add_parcel(order, forced, actor="anna", may_force=True).label == label


def test_by_force_too_the_code_of_a_label_that_was_not_handed_out_is_refused(label: Label) -> None:
    named = parcel(label.tracking_code, carrier=label.carrier, force=True, force_reason="our own label")
    refused(label.production_order, named, match="Fetch the label before reporting a parcel with it")
