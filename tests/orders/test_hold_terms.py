"""Who takes care of a hold, and until when it lasts."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.errors import Conflict, InvalidInput
from orders.models import Hold, HoldReason, Order, OrderState, VendorOrderState
from orders.services.hold_terms import change_terms, release_due_holds
from orders.services.holds import MAY_END_BY_ITSELF, HoldTerms
from orders.services.lifecycle import cancel_order, hold_order, release_hold, release_or_hold, release_order
from orders.services.timeline import describe
from tests.orders.rows import make_order
from tests.orders.test_lifecycle import refused

pytestmark = pytest.mark.django_db


def in_days(days: float) -> HoldTerms:
    return HoldTerms(until=timezone.now() + timedelta(days=days))


def held(*, terms: HoldTerms, reason: HoldReason = HoldReason.MANUAL, order: Order | None = None) -> Hold:
    order = hold_order(order or make_order(), reason=reason, text="Waits for the motif.", actor="mara", terms=terms)
    return order.holds.get(reason=reason)


def let_time_pass(hold: Hold) -> None:
    Hold.objects.filter(pk=hold.pk).update(until=timezone.now() - timedelta(seconds=1))


def test_a_hold_whose_time_has_come_is_released_by_itself_and_its_order_goes_on() -> None:
    hold = held(terms=in_days(1))
    assert release_due_holds() == 0
    let_time_pass(hold)
    assert release_due_holds() == 1
    hold.refresh_from_db()
    assert (hold.released_by, hold.order.state) == ("system", OrderState.RELEASED)
    assert Push.objects.get().kind == "orders.place"
    assert release_due_holds() == 0


def test_a_hold_without_a_time_waits_for_a_person() -> None:
    hold = held(terms=HoldTerms())
    Hold.objects.update(placed_at=timezone.now() - timedelta(days=400))
    assert release_due_holds() == 0
    hold.refresh_from_db()
    assert hold.released_at is None


def test_an_order_stays_held_for_its_other_reasons() -> None:
    hold = held(terms=in_days(1))
    hold_order(hold.order, reason=HoldReason.BAD_FILE, text="", actor="system")
    let_time_pass(hold)
    release_due_holds()
    hold.order.refresh_from_db()
    assert hold.order.state == OrderState.HELD
    assert not Push.objects.exists()


def test_what_a_vendor_would_refuse_by_then_is_held_for_that_instead_of_being_sent() -> None:
    hold = held(terms=in_days(1))
    hold.order.addresses.update(street="Straße der Pariser Kommune, Hinterhaus 3")
    let_time_pass(hold)
    release_due_holds()
    hold.order.refresh_from_db()
    assert hold.order.state == OrderState.HELD
    assert [row.reason for row in hold.order.holds.filter(released_at=None)] == [HoldReason.BAD_ADDRESS]
    assert not Push.objects.exists()


@pytest.mark.parametrize("days", [-1, 367])
def test_a_hold_lasts_until_a_time_to_come_within_a_year(days: float) -> None:
    order = make_order()
    refused(InvalidInput, lambda: held(terms=in_days(days), order=order))


@pytest.mark.parametrize("reason", [reason for reason in HoldReason if reason not in MAY_END_BY_ITSELF])
def test_what_has_to_be_corrected_does_not_end_on_a_date(reason: HoldReason) -> None:
    order = make_order()
    refused(InvalidInput, lambda: held(terms=in_days(1), reason=reason, order=order))


def test_whoever_takes_a_hold_over_and_postpones_it_stands_in_the_timeline(django_user_model: type[User]) -> None:
    mara = django_user_model.objects.create_user("mara")
    hold = held(terms=HoldTerms())
    change_terms(hold, terms=HoldTerms(mara, timezone.now() + timedelta(days=3)), actor="tom")
    hold.refresh_from_db()
    assert hold.owner == mara
    told = [describe(event) for event in hold.order.events.filter(kind__in=["hold.owned", "hold.postponed"])]
    assert any("mara" in text for text in told)
    assert any("lasts until" in text and "%" not in text for text in told)
    change_terms(hold, terms=HoldTerms(), actor="tom")
    hold.refresh_from_db()
    assert (hold.owner, hold.until) == (None, None)


def test_the_terms_of_a_released_hold_cannot_be_changed() -> None:
    hold = held(terms=HoldTerms())
    release_hold(hold, actor="mara", note="")
    refused(Conflict, lambda: change_terms(hold, terms=in_days(1), actor="tom"))


def test_whoever_holds_it_anew_says_how_long() -> None:
    """Else the order would go on a day of which its second holder knows nothing."""
    hold = held(terms=in_days(1))
    held(terms=HoldTerms(), order=hold.order)
    hold.refresh_from_db()
    assert hold.until is None


def test_a_rule_that_releases_leaves_the_hold_of_a_person_alone() -> None:
    hold = held(terms=in_days(1))
    with pytest.raises(Exception, match="held manually"):
        release_or_hold(hold.order, actor="rule:7")
    hold.refresh_from_db()
    assert hold.released_at is None


def test_a_hold_that_ends_by_itself_does_not_take_back_a_requested_cancellation() -> None:
    order = release_order(make_order(), actor="mara")
    order.vendor_orders.update(state=VendorOrderState.SUBMITTED, vendor_id="9")
    hold = held(terms=in_days(1), order=order)
    cancel_order(order, actor="jana", reason="changed my mind")
    let_time_pass(hold)
    assert release_due_holds() == 0
    order.refresh_from_db()
    assert (order.state, bool(order.cancel_requested_at)) == (OrderState.HELD, True)


def test_a_hold_that_cannot_end_keeps_no_other_waiting() -> None:
    first, second = (held(terms=in_days(1), order=make_order(line)) for line in ({"vendor": "gone"}, {}))
    for hold in (first, second):
        let_time_pass(hold)
    assert release_due_holds() == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.released_at, second.order.state) == (None, OrderState.RELEASED)
