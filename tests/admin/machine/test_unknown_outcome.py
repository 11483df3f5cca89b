"""The decision about an unknown outcome: by whom, about which question, with which reason."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.handlers import PUSH_HANDLERS
from backoffice.engine.services.sending import deliver
from tests.admin.machine.conftest import SignIn
from tests.engine.toy import MakeBoth


def outcome(push: Push) -> str:
    return reverse("admin:engine_push_outcome", args=[push.pk])


def answer(push: Push, **values: str) -> dict[str, str]:
    since = push.unknown_since.isoformat() if push.unknown_since else ""
    return {"question": f"{push.step}@{since}", "reason": "seen at the vendor", "happened": "yes"} | values


def row(push: Push) -> dict[str, Any]:
    return Push.objects.values().get(pk=push.pk)


def test_the_page_tells_what_was_sent_and_what_is_known(sign_in: SignIn, unknown: Push) -> None:
    Push.objects.filter(pk=unknown.pk).update(next_at=timezone.now() + timedelta(minutes=1))
    deliver(unknown.pk)  # not due yet: no search
    Push.objects.filter(pk=unknown.pk).update(next_at=timezone.now())
    deliver(unknown.pk)
    text = sign_in("decide_push").get(outcome(unknown)).content.decode()
    for words in (
        f"{unknown.subject_id}/a",
        "No answer came.",
        "1 search so far",
        "Checked: not found.",
        "Next search",
    ):
        assert words in text, words
    assert "No, it did not arrive: send again" in text
    assert "after 2 searches without a match" in text


def test_it_did_not_happen_is_open_only_when_what_was_sent_is_over(sign_in: SignIn, unknown: Push) -> None:
    client = sign_in("decide_push")
    Push.objects.filter(pk=unknown.pk).update(settles_at=timezone.now() + timedelta(minutes=2))
    text = client.get(outcome(unknown)).content.decode()
    assert (text.count("until then, the vendor may still be processing it"), text.count(" disabled>")) == (1, 1)
    response = client.post(outcome(unknown), answer(unknown, happened="no"), follow=True)
    assert "may still be processing" in response.content.decode()
    assert Push.objects.get().state == PushState.UNKNOWN


def test_the_choice_tells_its_cost(sign_in: SignIn, unknown: Push, toy_vendor: MakeBoth) -> None:
    client = sign_in("decide_push")
    assert "may charge for both" in client.get(outcome(unknown)).content.decode()
    PUSH_HANDLERS["toy.make"].cost = lambda push: (Decimal("189.00"), "EUR")  # type: ignore[method-assign]
    assert "charges €189.00 again" in client.get(outcome(unknown)).content.decode()


def test_it_happened_confirms_the_push_and_keeps_who_and_why(sign_in: SignIn, unknown: Push) -> None:
    client = sign_in("decide_push")
    response = client.post(outcome(unknown), answer(unknown), follow=True)
    unknown.refresh_from_db()
    assert (unknown.state, unknown.decided_by) == (PushState.CONFIRMED, "jana")
    assert "seen at the vendor" in response.content.decode()
    assert Push.objects.count() == 1


def test_it_did_not_happen_sends_it_again_as_a_new_push(sign_in: SignIn, unknown: Push) -> None:
    Push.objects.filter(pk=unknown.pk).update(settles_at=timezone.now())
    response = sign_in("decide_push").post(outcome(unknown), answer(unknown, happened="no"), follow=True)
    unknown.refresh_from_db()
    follower = Push.objects.exclude(pk=unknown.pk).get()
    assert (unknown.state, unknown.decision, follower.state) == (PushState.FAILED, "seen at the vendor", PushState.NEW)
    assert response.redirect_chain[-1][0] == reverse("admin:engine_push_change", args=[follower.pk])


@pytest.mark.parametrize("reason", ["", " a ", "x" * 1001])
def test_a_decision_without_a_proper_reason_is_asked_again_with_what_was_typed(
    sign_in: SignIn, unknown: Push, reason: str
) -> None:
    before = row(unknown)
    response = sign_in("decide_push").post(outcome(unknown), answer(unknown, happened="no", reason=reason))
    assert "Give a reason of 3 to 1000 characters." in response.content.decode()
    assert (response.context["chosen"], response.context["reason"]) == ("no", reason)
    assert row(unknown) == before
    assert Push.objects.count() == 1


@pytest.mark.parametrize(
    "values", [{"question": "other@2020-01-01"}, {"question": ""}, {"happened": "maybe"}, {"happened": ""}]
)
def test_an_answer_to_another_question_is_refused(sign_in: SignIn, unknown: Push, values: dict[str, str]) -> None:
    before = row(unknown)
    response = sign_in("decide_push").post(outcome(unknown), answer(unknown, **values), follow=True)
    assert "Review it again" in response.content.decode()
    assert row(unknown) == before
    assert Push.objects.count() == 1


def test_a_decision_comes_too_late_when_the_search_found_it(sign_in: SignIn, unknown: Push) -> None:
    client, late = sign_in("decide_push"), answer(unknown)
    Push.objects.filter(pk=unknown.pk).update(state=PushState.CONFIRMED, step="", unknown_since=None)
    before = row(unknown)
    response = client.post(outcome(unknown), late, follow=True)
    assert "Review it again" in response.content.decode()
    assert row(unknown) == before
    assert client.get(outcome(unknown)).status_code == 302


def test_who_may_not_decide_may_read_and_sees_who_must(sign_in: SignIn, unknown: Push) -> None:
    client = sign_in("resend_push")
    before = row(unknown)
    assert client.post(outcome(unknown), answer(unknown)).status_code == 403
    assert row(unknown) == before
    text = client.get(outcome(unknown)).content.decode()
    assert "Only users with permission to decide" in text
    assert 'name="happened"' not in text
