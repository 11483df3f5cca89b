"""Every address of the staff pages: who may not is refused, and no form is taken without its token."""

import re
from collections.abc import Iterator

import pytest
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


def addresses(patterns: list[URLPattern | URLResolver], prefix: str = "/") -> Iterator[str]:
    """Yield one address for each pattern, with ones in the places of keys."""
    for pattern in patterns:
        text = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, text)
        elif text.startswith("/admin/") and "(?P" not in text:
            yield re.sub(
                "<slug:vendor>",
                "mypromo",
                re.sub(r"<[^>]*vendor>", "mypromo", re.sub(r"<(?!slug:vendor)[^>]+>", "1", text)),
            )


def every_address() -> list[str]:
    found = sorted(set(addresses(get_resolver().url_patterns)))
    assert len(found) > 200
    return found


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
    for address in [*every_address(), "/i18n/setlang/"]:
        answer = client.post(address, {"x": "1"})
        if answer.status_code != 403:
            taken[address] = answer.status_code
    assert taken == {}
