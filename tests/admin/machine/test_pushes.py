"""The pages of pushes: found, read, acted upon, refused."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.engine.models import Callback, Push, PushAttempt
from backoffice.engine.models.push import PushState
from backoffice.engine.services.subjects import SUBJECT_KINDS, register_subject
from tests.admin.machine.conftest import SignIn

LIST = reverse("admin:engine_push_changelist")


def page(push: Push, name: str = "change") -> str:
    return reverse(f"admin:engine_push_{name}", args=[push.pk])


def row(push: Push) -> dict[str, Any]:
    return Push.objects.values().get(pk=push.pk)


def make(shop: Shop, number: int, **values: Any) -> None:
    """Make ended pushes, one generation after the other."""
    first = Push.objects.count() + 1
    Push.objects.bulk_create(
        Push(
            vendor="toy", kind="toy.make", subject_type="accounts.shop", subject_id=shop.pk, generation=first + i,
            next_at=timezone.now(), **({"state": PushState.CONFIRMED} | values),
        )
        for i in range(number)
    )  # fmt: skip


def attempt(push: Push, **values: Any) -> PushAttempt:
    return PushAttempt.objects.create(push=push, **({"started_at": timezone.now(), "method": "POST"} | values))


# --- The list ---------------------------------------------------------------------------------------------------------


def test_the_list_names_what_each_push_is_about_and_links_it(sign_in: SignIn, refused: Push, shop: Shop) -> None:
    text = sign_in().get(LIST).content.decode()
    assert "Web shop" in text
    assert reverse("admin:accounts_shop_change", args=[shop.pk]) in text
    assert "The vendor refused." in text


def test_the_list_takes_as_many_queries_for_fifty_rows_as_for_one(sign_in: SignIn, shop: Shop) -> None:
    client = sign_in()
    make(shop, 1)
    client.get(LIST)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(LIST)
    make(shop, 120)
    with CaptureQueriesContext(connection) as many:
        client.get(LIST)
    assert len(many) == len(few) <= 12
    assert not any("COUNT(" in query["sql"] for query in many)


def test_every_push_is_on_exactly_one_page(sign_in: SignIn, shop: Shop) -> None:
    make(shop, 120)
    client = sign_in()
    seen, url = [], LIST
    for _ in range(3):
        context = client.get(url).context
        seen += [shown.push.pk for shown in context["rows"]]
        url = LIST + (context["page"].older or "")
    assert sorted(seen) == sorted(Push.objects.values_list("pk", flat=True))
    assert client.get(LIST + "?end=1").context["rows"][-1].push.pk == min(seen)


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("?state=failed", True),
        ("?state=unknown", False),
        ("?needs_attention=1", True),
        ("?vendor=toy", True),
        ("?kind=toy.make", True),
        ("?kind=nonsense", True),  # what is unknown is ignored
        ("?lane=10", True),
        ("?lane=50", False),
        ("?since=2020-01-01", True),
        ("?until=2020-01-01", False),
        ("?since=yesterday", True),
        ("?q=REFUSED", True),
        ("?q=delivered", False),
        ("?q=%00", True),
        ("?q=99999999999999999999999", False),
        ("?older=x", True),
    ],
)
def test_filters_and_search_leave_what_they_say(sign_in: SignIn, refused: Push, query: str, is_found: bool) -> None:
    response = sign_in().get(LIST + query)
    assert response.status_code == 200
    assert [shown.push.pk for shown in response.context["rows"]] == ([refused.pk] if is_found else [])


def test_a_push_is_found_by_what_staff_quote_and_by_its_own_number(sign_in: SignIn, push: Push, shop: Shop) -> None:
    register_subject(
        "accounts.shop",
        shown=Shop.objects.in_bulk,
        found=lambda text: Shop.objects.filter(code=text).values_list("pk", flat=True),
    )
    try:
        client = sign_in()
        for text, number in (("WEB", 1), ("NONE", 0), (f"%23{push.pk}", 1), (str(push.pk + 1), 0)):
            assert len(client.get(f"{LIST}?q={text}").context["rows"]) == number, text
    finally:
        del SUBJECT_KINDS["accounts.shop"]


def test_an_empty_list_says_what_will_be_there(sign_in: SignIn) -> None:
    assert "Nothing has been sent so far" in sign_in().get(LIST).content.decode()


def test_without_the_permission_there_is_no_page(client: Client, sign_in: SignIn, push: Push) -> None:
    stranger = sign_in()
    stranger_user = stranger.get(LIST).wsgi_request.user
    stranger_user.user_permissions.clear()
    for url in (LIST, page(push), page(push, "outcome")):
        assert stranger.get(url).status_code == 403
        assert client.get(url).status_code == 302  # to the sign-in


# --- One push ---------------------------------------------------------------------------------------------------------


def test_the_page_shows_each_exchange_as_text_and_never_as_markup(sign_in: SignIn, push: Push) -> None:
    attempt(push, url="https://toy.test/a", request='{"a":"<script>alert(1)</script>"}', status=201, answer="<b>hi</b>")
    text = sign_in().get(page(push)).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script>alert(1)" not in text
    assert "<b>hi</b>" not in text
    assert "https://toy.test/a" in text


def test_the_page_takes_as_many_queries_for_sixty_attempts_as_for_one(sign_in: SignIn, push: Push) -> None:
    client = sign_in()
    attempt(push)
    client.get(page(push))
    with CaptureQueriesContext(connection) as few:
        client.get(page(push))
    for _ in range(70):
        attempt(push)
    with CaptureQueriesContext(connection) as many:
        response = client.get(page(push))
    assert len(many) == len(few) <= 15
    assert response.context["details"].are_older_hidden


def test_a_missing_push_is_404_whatever_is_asked_for(sign_in: SignIn) -> None:
    client = sign_in("resend_push", "decide_push")
    for key in ("0", "99999999999999999999999", "x"):
        assert client.get(f"{LIST}{key}/change/").status_code == 404


def test_a_waiting_push_can_be_tried_now(sign_in: SignIn, push: Push) -> None:
    Push.objects.update(next_at=timezone.now() + timezone.timedelta(hours=1))
    sign_in("resend_push").post(page(push, "try_now"))
    push.refresh_from_db()
    assert push.next_at <= timezone.now()
    assert "jana" in PushAttempt.objects.get().error


def test_trying_a_finished_push_is_refused_in_words_and_changes_nothing(sign_in: SignIn, refused: Push) -> None:
    before = row(refused)
    response = sign_in("resend_push").post(page(refused, "try_now"), follow=True)
    assert "Only a waiting outgoing request can be tried now." in response.content.decode()
    assert row(refused) == before
    assert Push.objects.count() == 1


def test_a_refused_push_is_sent_again_as_a_new_one_with_the_reason_kept(sign_in: SignIn, refused: Push) -> None:
    response = sign_in("resend_push").post(page(refused, "send_again"), {"reason": "Street is mended"}, follow=True)
    refused.refresh_from_db()
    follower = Push.objects.exclude(pk=refused.pk).get()
    assert (refused.decided_by, refused.decision, refused.needs_attention) == ("jana", "Street is mended", False)
    assert (follower.state, follower.generation, follower.created_by) == (PushState.NEW, 2, "jana")
    assert f"outgoing request #{follower.pk}" in response.content.decode()


def test_a_push_that_has_a_follower_cannot_be_sent_again_even_when_that_has_ended(
    sign_in: SignIn, refused: Push
) -> None:
    client = sign_in("resend_push")
    client.post(page(refused, "send_again"), {"reason": "first time"})
    Push.objects.exclude(pk=refused.pk).update(state=PushState.CONFIRMED)
    before = row(refused)
    response = client.post(page(refused, "send_again"), {"reason": "second time"}, follow=True)
    text = response.content.decode()
    assert "It has already been sent again." in text
    assert page(refused, "send_again") not in text
    assert row(refused) == before
    assert Push.objects.count() == 2


@pytest.mark.parametrize("name", ["send_again", "put_aside"])
@pytest.mark.parametrize("reason", ["", "  x ", "x" * 1001])
def test_a_reason_too_short_or_long_is_complained_about_at_its_field(
    sign_in: SignIn, refused: Push, name: str, reason: str
) -> None:
    before = row(refused)
    response = sign_in("resend_push").post(page(refused, name), {"reason": reason})
    assert "Give a reason of 3 to 1000 characters." in response.content.decode()
    assert (response.context["reason"], response.context["open_form"]) == (reason, name)
    assert row(refused) == before
    assert Push.objects.count() == 1


def test_a_refused_push_is_put_aside_with_the_reason_kept(sign_in: SignIn, refused: Push) -> None:
    client = sign_in("resend_push")
    client.post(page(refused, "put_aside"), {"reason": "ordered by telephone"})
    refused.refresh_from_db()
    assert (refused.state, refused.needs_attention) == (PushState.FAILED, False)
    assert "ordered by telephone" in client.get(page(refused)).content.decode()
    response = client.post(page(refused, "put_aside"), {"reason": "once more"}, follow=True)
    assert "can be dismissed" in response.content.decode()
    assert Push.objects.get().decision == "ordered by telephone"


@pytest.mark.parametrize("name", ["try_now", "send_again", "put_aside"])
def test_readers_may_not_act_and_see_no_buttons_but_the_reason(sign_in: SignIn, refused: Push, name: str) -> None:
    client = sign_in("decide_push")
    before = row(refused)
    assert client.post(page(refused, name), {"reason": "a good reason"}).status_code == 403
    assert row(refused) == before
    text = client.get(page(refused)).content.decode()
    assert page(refused, name) not in text
    assert "You can view this" in text


def test_looking_at_an_address_changes_nothing(sign_in: SignIn, push: Push) -> None:
    client = sign_in("resend_push", "decide_push")
    before = row(push)
    assert client.get(page(push, "try_now")).status_code == 405
    assert client.get(page(push, "send_again")).status_code == 302
    assert row(push) == before


def test_two_attempts_are_compared_line_by_line(sign_in: SignIn, push: Push) -> None:
    old = attempt(push, step="a", url="https://toy.test/a", request='{"qty": 1, "x": 2}', status=422)
    new = attempt(push, step="a", url="https://toy.test/a", request='{"qty": 5, "x": 2}', status=201)
    client = sign_in()
    url = reverse("admin:engine_push_compare", args=[push.pk, old.pk, new.pk])
    assert url in client.get(page(push)).content.decode()
    parts = dict(client.get(url).context["parts"])
    assert [(mark, text.strip()) for mark, text in parts["Sent"] if mark in "+-" and mark] == [
        ("-", '"qty": 1,'),
        ("+", '"qty": 5,'),
    ]
    assert parts["Address"] == []
    other = Push.objects.create(
        vendor="toy", kind="toy.make", subject_type="accounts.shop", subject_id=0, next_at=timezone.now()
    )
    strange = reverse("admin:engine_push_compare", args=[other.pk, old.pk, new.pk])
    assert client.get(strange).status_code == 404


def test_the_page_names_the_callbacks_about_the_same_thing(sign_in: SignIn, push: Push, shop: Shop) -> None:
    callback = Callback.objects.create(
        vendor="toy", topic="shops", key="k", body=b"x", subject_type="accounts.shop", subject_id=shop.pk
    )
    url = reverse("admin:engine_callback_change", args=[callback.pk])
    assert url in sign_in().get(page(push)).content.decode()
