"""Every address of the staff pages: who may not is refused, and no form is taken without its token."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

pytestmark = pytest.mark.django_db
# What any member of staff may open: nothing that belongs to an app.
OPEN = {
    "/admin/", "/admin/login/", "/admin/logout/", "/admin/password_change/", "/admin/password_change/done/",
    "/admin/jsi18n/", "/admin/inbox/counts/", "/admin/search/", "/admin/toggle-sidebar/",
    "/admin/mail/staffmail/", "/admin/my-sign-in/",  # everybody's own
    "/admin/handbook/",  # how the work is done
}  # fmt: skip


# What programs send, which have no session of ours: a key, a signature or nothing counts, and no token is asked for.
NO_FORMS = ("/api/", "/callbacks/", "/csp-reports/")


def addresses(patterns: list[URLPattern | URLResolver], prefix: str = "/") -> Iterator[str]:
    """Yield one address for each pattern, with ones in the places of keys."""
    for pattern in patterns:
        text = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, text)
        elif not text.startswith("/admin/(?P"):
            yield _filled(text)


def _filled(text: str) -> str:
    text = re.sub(r"\(\?P<\w+>[^)]*\)", "1", text).replace("^", "").replace("$", "")
    vendor = re.sub(r"<(?:\w+:)?vendor>", "mypromo", text)
    return re.sub("<[^>]+>", "1", vendor)


def every_address() -> list[str]:
    """Return those of the staff pages."""
    found = sorted({one for one in addresses(get_resolver().url_patterns) if one.startswith("/admin/")})
    assert len(found) > 200
    return found


def other_addresses() -> list[str]:
    """Return those outside of the staff pages that a browser opens with its session."""
    found = set(addresses(get_resolver().url_patterns))
    return sorted(one for one in found if not one.startswith(("/admin/", *NO_FORMS)))


def sign_in(**flags: bool) -> Client:
    user = User.objects.create_user("nora", **flags)
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("method", ["get", "post"])
def test_staff_without_a_right_reach_nothing(method: str) -> None:
    client = sign_in(is_staff=True)
    reached = {}
    for address in every_address():
        answer = getattr(client, method)(address, {"x": "1"} if method == "post" else {})
        # 302 to where it belongs, 405 and 404 show nothing either.
        if answer.status_code == 200 or answer.status_code >= 500:
            reached[address] = answer.status_code
    assert {address for address in reached if address not in OPEN} == set(), reached


def test_who_is_not_staff_is_sent_to_sign_in() -> None:
    client = sign_in()
    for address in every_address():
        answer = client.get(address)
        is_refused = answer.status_code in (302, 403, 404)
        assert is_refused or address in OPEN, (address, answer.status_code)
        if answer.status_code == 302:
            assert "/admin/login/" in answer["Location"] or address in OPEN, (address, answer["Location"])


def test_no_form_is_taken_without_its_token() -> None:
    user = User.objects.create_superuser("root")
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    taken = {}
    for address in [*every_address(), *other_addresses()]:
        answer = client.post(address, {"x": "1"})
        if answer.status_code != 403:
            taken[address] = answer.status_code
    assert taken == {}


def test_the_walk_finds_the_forms_of_sign_in() -> None:
    """What ends a session, removes a second factor or sets a password is reached by it."""
    known = {
        "/account/logout/", "/account/second-factor/app/remove/", "/account/second-factor/codes/new/",
        "/account/passkeys/1/remove/", "/account/password/change/", "/account/password/set/",
        "/account/password/new/1-1/", "/account/1/callback/", "/i18n/setlang/",
    }  # fmt: skip
    assert known - set(other_addresses()) == set()


def test_control_with_its_token_a_form_is_taken() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("root"), backend="django.contrib.auth.backends.ModelBackend")
    client.get("/account/logout/")
    token = client.cookies[settings.CSRF_COOKIE_NAME].value
    assert client.post("/account/logout/").status_code == 403
    assert client.post("/account/logout/", {"csrfmiddlewaretoken": token}).status_code == 302
