"""Headers and cookies of every kind of answer. All addresses of the staff and the API are walked by `tests/pages`."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from tests.doors.test_settings import load, production
from tests.pages.asking import HEADERS, missing_headers

__all__ = ["load"]
pytestmark = pytest.mark.django_db
OPEN = (
    "/", "/admin/login/", "/account/password/lost/", "/account/again/password/", "/admin/", "/nowhere", "/api/nowhere/",
    "/api/v1/orders/", "/callbacks/mypromo/orders/x/", "/files/x/", "/slips/x/", "/labels/x/", "/healthz",
    "/csp-reports/",
)  # fmt: skip


@pytest.mark.parametrize("address", OPEN)
def test_what_answers_before_anybody_is_signed_in_says_the_same(address: str) -> None:
    answer = Client(raise_request_exception=False).get(address)
    wrong = missing_headers(answer, for_one=True)
    assert [one for one in wrong if not one.startswith("may be kept")] == []


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_that_is_lost_would_be_noticed(client: Client, name: str) -> None:
    answer = client.get("/admin/login/")
    assert missing_headers(answer) == []
    del answer.headers[name]
    assert missing_headers(answer) == [f"header {name}"]


def test_a_page_that_others_may_keep_would_be_noticed() -> None:
    answer = HttpResponse(headers={name: f"{text}." for name, text in HEADERS.items()})
    for kept in ("", "public, max-age=600", "max-age=600"):
        answer["Cache-Control"] = kept
        assert missing_headers(answer) == [f"may be kept: {kept!r}"]


def test_no_script_reads_a_cookie_that_opens_something_and_no_other_site_sends_it(client: Client) -> None:
    User.objects.create_user("jana", password="right-password-1", is_staff=True)
    answer = client.post("/admin/login/", {"username": "jana", "password": "right-password-1"})
    cookies = {name: morsel for name, morsel in answer.cookies.items() if name in ("sessionid", "csrftoken")}
    assert set(cookies) == {"sessionid", "csrftoken"}
    assert cookies["sessionid"]["httponly"]
    assert {morsel["samesite"] for morsel in cookies.values()} == {"Lax"}
    assert {(morsel["path"], morsel["domain"]) for morsel in cookies.values()} == {("/", "")}


def test_behind_https_browsers_are_told_to_stay_there(load: Callable[..., dict[str, Any]]) -> None:
    loaded = load(production())
    assert loaded["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert loaded["SECURE_SSL_REDIRECT"] is True
    assert loaded["SESSION_COOKIE_SECURE"] is loaded["CSRF_COOKIE_SECURE"] is loaded["LANGUAGE_COOKIE_SECURE"] is True
