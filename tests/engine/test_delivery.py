"""The engine with a toy vendor: nothing twice, nothing lost, nothing on a guess."""

from collections.abc import Callable
from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.engine.models import Integration, Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services import clock, limiter
from backoffice.engine.services.claims import claim
from backoffice.engine.services.delivery import Delivery, LeaseLost
from backoffice.engine.services.push_errors import explain_push
from backoffice.engine.services.pushes import decide_push, dismiss_push, queue_push, retry_push
from backoffice.engine.services.sending import deliver, end_expired_leases
from backoffice.engine.services.sweep import due_pushes
from backoffice.errors import IllegalTransition, InvalidInput
from backoffice.vendors.errors import (
    FieldError,
    RateLimited,
    VendorAmbiguous,
    VendorAuthFailed,
    VendorError,
    VendorProtocolError,
    VendorRejected,
    VendorUnavailable,
)
from backoffice.vendors.known_errors import KnownError
from tests.engine.toy import SHELF, MakeBoth, Toy

pytestmark = pytest.mark.django_db


def raising(error: Exception, *, after_work: bool = False) -> Callable[[str], None]:
    def mishap(name: str) -> None:
        if after_work:
            SHELF.made.append(name)
        raise error

    return mishap


@pytest.fixture
def push(toy_vendor: MakeBoth, shop: Shop) -> Push:
    with transaction.atomic():
        return queue_push("toy.make", vendor="toy", subject=shop, actor="test")


def both(push: Push) -> list[str]:
    return [f"{push.subject_id}/a", f"{push.subject_id}/b"]


def make_due(push: Push) -> None:
    Push.objects.filter(pk=push.pk).update(next_at=timezone.now())


def test_a_push_without_mishap_is_confirmed_and_done_once(push: Push) -> None:
    assert deliver(push.pk) == PushState.CONFIRMED
    assert deliver(push.pk) is None
    assert both(push) == SHELF.made


def test_what_was_certainly_not_sent_is_tried_again_without_a_look(push: Push) -> None:
    SHELF.mishaps = [raising(VendorUnavailable("refused"))]
    assert deliver(push.pk) == PushState.NEW
    push.refresh_from_db()
    assert (push.attempts, push.step, push.cause) == (1, "", "refused")
    make_due(push)
    assert deliver(push.pk) == PushState.CONFIRMED
    assert both(push) == SHELF.made


def test_the_vendors_wish_to_wait_is_a_floor_under_the_ladder(push: Push) -> None:
    SHELF.mishaps = [raising(VendorUnavailable("busy", retry_after=40))]
    deliver(push.pk)
    push.refresh_from_db()
    assert push.next_at > timezone.now() + timedelta(seconds=39)
    assert due_pushes(limit=10) == []


def test_an_empty_allowance_counts_no_attempt(push: Push) -> None:
    SHELF.mishaps = [raising(RateLimited("later", retry_after=1))]
    assert deliver(push.pk) == PushState.NEW
    push.refresh_from_db()
    assert push.attempts == 0


@pytest.mark.parametrize("error", [VendorAmbiguous("cut"), VendorProtocolError("what?"), RuntimeError("our fault")])
def test_an_unclear_write_that_happened_is_found_and_not_repeated(push: Push, error: Exception) -> None:
    SHELF.mishaps = [raising(error, after_work=True)]
    assert deliver(push.pk) == PushState.UNKNOWN
    make_due(push)
    assert deliver(push.pk) == PushState.CONFIRMED
    assert both(push) == SHELF.made


def test_an_unclear_write_is_repeated_only_after_two_empty_searches_and_the_settle_time(push: Push) -> None:
    SHELF.mishaps = [raising(VendorAmbiguous("cut"))]
    deliver(push.pk)
    for _ in range(3):  # before the settle time no number of empty searches is a proof
        make_due(push)
        Push.objects.filter(pk=push.pk).update(settles_at=timezone.now() + timedelta(seconds=5))
        assert deliver(push.pk) == PushState.UNKNOWN
    assert SHELF.made == []
    Push.objects.filter(pk=push.pk).update(settles_at=timezone.now(), next_at=timezone.now())
    assert deliver(push.pk) == PushState.CONFIRMED
    assert both(push) == SHELF.made


@pytest.fixture(params=[-10, 10])
def wrong_clock(toy_vendor: MakeBoth, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set this worker's clock ten minutes off, not the database's. Nothing settles while a slow test looks on."""
    monkeypatch.setattr(settings, "PUSH_SETTLE_SECONDS", 60)
    right = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: right() + timedelta(minutes=request.param))


@pytest.mark.usefixtures("wrong_clock")
def test_a_worker_whose_clock_is_wrong_neither_waits_longer_nor_concludes_sooner(push: Push) -> None:
    assert push.pk in due_pushes(limit=10), "due at once"
    SHELF.mishaps = [raising(VendorAmbiguous("no answer"))]
    assert deliver(push.pk) == PushState.UNKNOWN
    push.refresh_from_db()
    left = push.settles_at - clock.database_now()
    assert timedelta(seconds=0) < left <= timedelta(seconds=settings.PUSH_SETTLE_SECONDS)

    for _ in range(3):
        Push.objects.filter(pk=push.pk).update(next_at=Now())
        assert deliver(push.pk) == PushState.UNKNOWN, "not settled yet"
    assert SHELF.made == []

    Push.objects.filter(pk=push.pk).update(next_at=Now(), settles_at=Now())
    assert deliver(push.pk) == PushState.CONFIRMED
    assert both(push) == SHELF.made


def test_one_empty_search_after_the_settle_time_is_not_enough(push: Push) -> None:
    SHELF.mishaps = [raising(VendorAmbiguous("cut"))]
    deliver(push.pk)
    Push.objects.filter(pk=push.pk).update(settles_at=timezone.now(), next_at=timezone.now())
    assert deliver(push.pk) == PushState.UNKNOWN
    make_due(push)
    assert deliver(push.pk) == PushState.CONFIRMED


def test_a_search_that_cannot_be_made_proves_nothing(push: Push, toy_vendor: MakeBoth) -> None:
    SHELF.mishaps = [raising(VendorAmbiguous("cut"))]
    deliver(push.pk)
    Push.objects.filter(pk=push.pk).update(settles_at=timezone.now())
    toy_vendor.reconcile = lambda delivery: (_ for _ in ()).throw(VendorUnavailable("down"))  # type: ignore[method-assign]
    for _ in range(4):
        make_due(push)
        assert deliver(push.pk) == PushState.UNKNOWN
    push.refresh_from_db()
    assert (push.looks, push.absences) == (4, 0)


def test_an_outcome_unknown_for_too_long_is_handed_to_a_person(push: Push, toy_vendor: MakeBoth) -> None:
    SHELF.mishaps = [raising(VendorAmbiguous("cut"))]
    deliver(push.pk)
    toy_vendor.reconcile = lambda delivery: "undecided"  # type: ignore[method-assign,assignment,return-value]
    Push.objects.filter(pk=push.pk).update(unknown_since=timezone.now() - timedelta(hours=25), next_at=timezone.now())
    assert deliver(push.pk) == PushState.UNKNOWN
    push.refresh_from_db()
    assert push.needs_attention


def test_a_refusal_is_final_and_needs_a_person(push: Push, toy_vendor: MakeBoth) -> None:
    SHELF.mishaps = [raising(VendorRejected("no", errors=(FieldError("zip", "too short"),), status=422))]
    assert deliver(push.pk) == PushState.FAILED
    push.refresh_from_db()
    assert push.needs_attention
    assert push.errors == [{"field": "zip", "text": "too short"}]
    assert [error.text for error in toy_vendor.rejections] == ["no"]


def test_refused_credentials_stop_the_queue_and_lose_nothing(push: Push) -> None:
    SHELF.mishaps = [raising(VendorAuthFailed("401"))]
    assert deliver(push.pk) == PushState.NEW
    assert Integration.objects.get().auth_failed_at is not None
    make_due(push)
    assert deliver(push.pk) == PushState.NEW  # the gate turns it away
    assert SHELF.made == []
    limiter.resume("toy")
    make_due(push)
    assert deliver(push.pk) == PushState.CONFIRMED


def test_a_worker_lost_while_sending_leaves_an_unknown_outcome(push: Push) -> None:
    delivery = claim(push.pk, state=PushState.NEW)
    assert delivery is not None
    delivery._enter("half")
    Push.objects.filter(pk=push.pk).update(lease_until=timezone.now())
    assert end_expired_leases() == 1
    push.refresh_from_db()
    assert push.state == PushState.UNKNOWN


def test_a_worker_lost_between_two_writes_is_replaced(push: Push) -> None:
    assert claim(push.pk, state=PushState.NEW) is not None
    Push.objects.filter(pk=push.pk).update(lease_until=timezone.now())
    end_expired_leases()
    make_due(push)
    assert deliver(push.pk) == PushState.CONFIRMED
    assert both(push) == SHELF.made


def test_a_push_that_kills_its_workers_is_set_aside(push: Push) -> None:
    for _ in range(5):
        make_due(push)
        assert claim(push.pk, state=PushState.NEW) is not None
        Push.objects.filter(pk=push.pk).update(lease_until=timezone.now())
        end_expired_leases()
    push.refresh_from_db()
    assert (push.state, push.needs_attention) == (PushState.FAILED, True)


def test_a_lease_that_cannot_be_ended_needs_attention_after_a_while(
    push: Push, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert claim(push.pk, state=PushState.NEW) is not None
    monkeypatch.setattr("backoffice.engine.services.sending._end_lease", Mock(side_effect=LookupError("gone")))
    for minutes, needs_attention in ((5, False), (11, True)):
        Push.objects.filter(pk=push.pk).update(lease_until=timezone.now() - timedelta(minutes=minutes))
        assert end_expired_leases() == 0
        push.refresh_from_db()
        assert (push.state, push.needs_attention) == (PushState.IN_FLIGHT, needs_attention)
    assert "LookupError: gone" in push.cause


def paused_past_its_lease(push: Push) -> Delivery:
    """Make a delivery whose worker stood still until the lease was over, and somebody else settled the matter."""
    delivery = claim(push.pk, state=PushState.NEW)
    assert delivery is not None
    Push.objects.filter(pk=push.pk).update(lease_until=timezone.now())
    end_expired_leases()
    make_due(push)
    assert deliver(push.pk) == PushState.CONFIRMED
    return delivery


def test_a_worker_paused_past_its_lease_can_neither_send_nor_record(push: Push) -> None:
    delivery = paused_past_its_lease(push)
    with pytest.raises(LeaseLost):
        delivery.write("again", lambda: delivery.vendor.make("again"), lambda made: None)
    with pytest.raises(LeaseLost):
        delivery.record(lambda: None)
    assert both(push) == SHELF.made


def test_control_without_the_lease_check_the_paused_worker_sends_twice(
    push: Push, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = paused_past_its_lease(push)
    monkeypatch.setattr(Delivery, "_enter", lambda self, step: None)
    object.__setattr__(delivery.vendor.connection.limiter, "before_send", lambda: None)
    with pytest.raises(LeaseLost):  # even then it cannot record
        delivery.write("again", lambda: delivery.vendor.make("again"), lambda made: None)
    assert SHELF.made == [*both(push), "again"]


def test_a_push_waits_for_older_ones_of_the_same_subject(push: Push, shop: Shop) -> None:
    later = Push.objects.create(
        vendor="toy", kind="orders.place", subject_type="accounts.shop", subject_id=shop.pk, next_at=timezone.now()
    )
    assert claim(later.pk, state=PushState.NEW) is None
    deliver(push.pk)
    assert claim(later.pk, state=PushState.NEW) is not None


def test_an_open_push_is_not_doubled_and_merges_what_is_added(toy_vendor: MakeBoth, shop: Shop) -> None:
    with transaction.atomic():
        first = queue_push("toy.make", vendor="toy", subject=shop, actor="a", payload={"skus": ["A"]}, merge=True)
        again = queue_push("toy.make", vendor="toy", subject=shop, actor="b", payload={"skus": ["B", "A"]}, merge=True)
    assert again.pk == first.pk
    assert again.payload == {"skus": ["A", "B"]}


def test_what_is_added_while_a_push_is_on_its_way_becomes_the_next_one(toy_vendor: MakeBoth, shop: Shop) -> None:
    with transaction.atomic():
        first = queue_push("toy.make", vendor="toy", subject=shop, actor="a", payload={}, merge=True)
    delivery = claim(first.pk, state=PushState.NEW)
    assert delivery is not None
    with transaction.atomic():
        queue_push("toy.make", vendor="toy", subject=shop, actor="b", payload={"skus": ["B"]}, merge=True)
    Push.objects.filter(pk=first.pk).update(state=PushState.NEW, token=None, lease_until=None)
    deliver(first.pk)
    follower = Push.objects.exclude(pk=first.pk).get()
    assert (follower.generation, follower.payload, follower.state) == (2, {"skus": ["B"]}, PushState.NEW)


def test_a_person_decides_that_it_did_not_happen_and_the_next_generation_sends(push: Push) -> None:
    SHELF.mishaps = [raising(VendorAmbiguous("cut"))]
    deliver(push.pk)
    Push.objects.update(settles_at=timezone.now() + timedelta(minutes=1))
    with pytest.raises(IllegalTransition, match="may still be processing"):
        decide_push(push, happened=False, actor="jo", reason="asked the vendor")
    assert Push.objects.get().state == PushState.UNKNOWN
    Push.objects.update(settles_at=timezone.now())
    follower = decide_push(push, happened=False, actor="jo", reason="asked the vendor")
    push.refresh_from_db()
    assert (push.state, push.decided_by, push.decision) == (PushState.FAILED, "jo", "asked the vendor")
    assert (follower.generation, follower.state) == (2, PushState.NEW)


def test_a_decision_needs_a_reason_and_an_open_question(push: Push) -> None:
    with pytest.raises(InvalidInput):
        decide_push(push, happened=True, actor="jo", reason=" ")
    with pytest.raises(IllegalTransition):
        decide_push(push, happened=True, actor="jo", reason="because")
    push.refresh_from_db()
    assert push.state == PushState.NEW


def test_a_refused_push_is_sent_again_as_a_new_generation_or_put_aside(push: Push) -> None:
    SHELF.mishaps = [raising(VendorRejected("no"))]
    deliver(push.pk)
    follower = retry_push(push, actor="jo", reason="address corrected")
    assert deliver(follower.pk) == PushState.CONFIRMED
    push.refresh_from_db()
    assert not push.needs_attention
    with pytest.raises(IllegalTransition):
        dismiss_push(push, actor="jo", reason="done elsewhere")


def test_the_breaker_opens_after_failures_in_a_row_and_lets_one_probe_through(toy_vendor: MakeBoth) -> None:
    mine = limiter.SharedLimiter("toy", 10)  # type: ignore[arg-type]
    for _ in range(limiter.FAILURES_TO_OPEN):
        mine.acquire(write=True)
        mine.failed(write=True, text="no answer")
    with pytest.raises(RateLimited):
        mine.acquire(write=True)
    Integration.objects.update(open_until=timezone.now() - timedelta(seconds=1))
    mine.acquire(write=True)
    with pytest.raises(RateLimited):
        mine.acquire(write=True)  # the probe is out; the others wait for it
    mine.succeeded(write=True)
    mine.acquire(write=True)


@pytest.mark.parametrize("is_retryable", [True, False])
@pytest.mark.parametrize(
    ("error", "state"),
    [
        (VendorUnavailable("no room"), PushState.NEW),
        (VendorAmbiguous("no room"), PushState.UNKNOWN),
        (VendorRejected("no room"), PushState.FAILED),
    ],
)
def test_the_catalogue_of_errors_has_no_say_in_what_is_sent_again(
    push: Push, error: VendorError, state: PushState, is_retryable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = KnownError(pattern="no room", text="There is no room.", is_retryable=is_retryable, examples=("no room",))
    monkeypatch.setattr(Toy, "KNOWN_ERRORS", (entry,))
    SHELF.mishaps = [raising(error)]
    assert deliver(push.pk) == state
    push.refresh_from_db()
    assert (push.cause, push.needs_attention) == ("no room", state == PushState.FAILED)
    assert explain_push(push).cause.text == "There is no room."
