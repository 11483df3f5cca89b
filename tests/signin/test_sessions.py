"""Sessions end without use and with time, and what a browser kept ends with them."""

import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.signin.sessions import BEGUN_KEY, SessionStore
from tests.signin.conftest import Enter, is_in

COUNTS = "/admin/inbox/counts/"
BY_ITSELF = {"X-Live": "counts"}


@pytest.fixture
def browser(clara: User, enter: Enter) -> Client:
    """Return one in which Clara is signed in."""
    client = Client()
    enter(client)
    assert is_in(client)
    return client


def pass_minutes(minutes: float) -> None:
    """Let time go by for every session; the database compares their ends with now."""
    Session.objects.update(expire_date=F("expire_date") - timedelta(minutes=minutes))


def addresses_shown(client: Client) -> set[str]:
    return {one["row"].ip for one in client.get("/admin/my-sign-in/").context["sessions"]}


def begun_days_ago(client: Client, days: float) -> None:
    session = client.session
    session[BEGUN_KEY] -= timedelta(days=days).total_seconds()
    session.save()


def writes(client: Client, **request: Any) -> list[str]:
    """Return what a page writes into the table of sessions."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get("/admin/mail/staffmail/", **request).status_code == 200
    found = [query["sql"] for query in queries.captured_queries]
    return [sql for sql in found if "django_session" in sql and not sql.startswith("SELECT")]


def test_a_session_ends_after_hours_without_use(browser: Client, settings: LazySettings) -> None:
    pass_minutes(settings.SESSION_IDLE_MINUTES + 1)
    assert not is_in(browser)


def test_control_a_session_that_is_used_in_time_goes_on(browser: Client, settings: LazySettings) -> None:
    for _time in range(3):
        pass_minutes(settings.SESSION_IDLE_MINUTES - 1)
        assert is_in(browser)


def test_with_one_session_too_many_the_oldest_ends(browser: Client, enter: Enter, settings: LazySettings) -> None:
    settings.SESSIONS_AT_ONCE = 2
    second, third = Client(), Client()
    enter(second)
    assert (is_in(browser), is_in(second)) == (True, True)
    enter(third)
    assert (is_in(browser), is_in(second), is_in(third)) == (False, True, True)


def test_it_ends_fourteen_days_after_the_sign_in(browser: Client) -> None:
    begun_days_ago(browser, 13.99)
    pass_minutes(6)
    assert is_in(browser)
    left = Session.objects.get().expire_date - timezone.now()
    assert left < timedelta(minutes=15), "a use puts off no more than is left"
    pass_minutes(15)
    assert not is_in(browser)


def test_what_is_changed_in_it_does_not_put_that_off(browser: Client) -> None:
    begun_days_ago(browser, 14.01)
    assert not is_in(browser)


def test_signing_in_begins_anew(clara: User, enter: Enter) -> None:
    client = Client()
    session = client.session
    session[BEGUN_KEY] = time.time() - timedelta(days=13.99).total_seconds()
    session.save()
    enter(client)
    pass_minutes(60)
    assert is_in(client)


def test_a_use_is_written_once_in_minutes_and_changes_the_end_alone(browser: Client) -> None:
    assert writes(browser) == []
    pass_minutes(6)
    [statement] = writes(browser)
    assert statement.startswith('UPDATE "django_session" SET "expire_date" = ')
    assert "session_data" not in statement
    assert writes(browser) == []


def test_nothing_is_lost_that_another_request_wrote_meanwhile(browser: Client) -> None:
    pass_minutes(6)
    slow = SessionStore(browser.session.session_key)
    assert BEGUN_KEY in slow
    quick = browser.session
    quick["note"] = "kept"
    quick.save()
    pass_minutes(6)
    slow.note_use()
    assert browser.session["note"] == "kept"


def test_a_page_that_asks_by_itself_keeps_nothing_open(browser: Client, settings: LazySettings) -> None:
    pass_minutes(settings.SESSION_IDLE_MINUTES - 1)
    assert browser.get(COUNTS, headers=BY_ITSELF).status_code == 200
    assert writes(browser, headers=BY_ITSELF) == []
    pass_minutes(2)
    assert browser.get(COUNTS, headers=BY_ITSELF).status_code == 302


def test_a_session_of_the_release_before_goes_on_and_ends_too(browser: Client, settings: LazySettings) -> None:
    session = browser.session
    del session[BEGUN_KEY]
    Session.objects.update(session_data=session.encode(session._session))
    assert is_in(browser)
    assert BEGUN_KEY in browser.session
    pass_minutes(settings.SESSION_IDLE_MINUTES + 1)
    assert not is_in(browser)


def test_looking_at_the_list_of_sessions_uses_none_but_ones_own(browser: Client, clara: User, enter: Enter) -> None:
    there = Client()
    enter(there, REMOTE_ADDR="203.0.113.9")
    assert addresses_shown(browser) == {"203.0.113.9", "127.0.0.1"}
    for _time in range(2):
        pass_minutes(400)
        shown = addresses_shown(browser)
    assert shown == {"127.0.0.1"}
    assert UserSession.objects.filter(user=clara).count() == 2
    assert not is_in(there)


def test_who_sets_a_password_of_their_own_on_the_staff_page_can_still_be_signed_out(clara: User, enter: Enter) -> None:
    User.objects.filter(pk=clara.pk).update(is_superuser=True)
    here, there = Client(), Client()
    enter(here)
    assert is_in(here)
    new = "another-right-password-2"
    here.post(f"/admin/auth/user/{clara.pk}/password/", {"password1": new, "password2": new})
    assert is_in(here)
    enter(there, password=new)
    there.post("/admin/my-sign-in/")
    assert is_in(there)
    assert not is_in(here)


def test_a_browser_keeps_nothing_after_signing_out(browser: Client) -> None:
    browser.cookies["django_language"] = "de"
    for address in ("/admin/logout/", "/account/logout/"):
        assert "Clear-Site-Data" not in browser.get(address).headers
        answer = browser.post(address)
        assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
        assert answer["Location"] == "/admin/login/"
    assert not is_in(browser)
    assert browser.cookies["sessionid"].value == ""
    # Browsers clear cookies of all hosts of a domain at once, shops too.
    assert 'lang="de"' in browser.get("/admin/login/").content.decode()
