"""Links that we hand out lead to us, and answers lead nowhere else, whatever a request says of itself."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponseRedirect
from django.test import Client, RequestFactory
from django.test.utils import override_settings

from backoffice.mail.models import Mail
from backoffice.signin.services.links import password_link
from backoffice.staff.marks import came_from
from tests.signin.conftest import clara, nothing_counted

__all__ = ["clara", "nothing_counted"]
pytestmark = pytest.mark.django_db
LOST = "/account/password/lost/"
EVIL = ("https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example", "\\\\evil.example",
        "javascript:alert(1)", "data:text/html,x", "http:evil.example", "https:///evil.example", "\t//evil.example",
        "%2f%2fevil.example", "https://testserver@evil.example/", "https://testserver.evil.example/",
        "/admin/\r\nSet-Cookie: a=b")  # fmt: skip
FORGED = (
    {"X-Forwarded-Host": "evil.example"}, {"X-Host": "evil.example"}, {"Forwarded": "host=evil.example"},
    {"X-Original-URL": "https://evil.example/"}, {"X-Rewrite-Url": "//evil.example/"},
    {"X-Forwarded-Server": "evil.example"},
    {"X-Forwarded-Proto": "https"}, {"Origin": "https://evil.example"}, {"Referer": "https://evil.example/"},
)  # fmt: skip


@pytest.mark.parametrize("headers", FORGED, ids=lambda headers: next(iter(headers)))
def test_the_link_for_a_lost_password_is_ours_whatever_the_request_says(
    clara: User, settings: Any, headers: dict[str, str]
) -> None:
    settings.EMAIL_HOST = "127.0.0.1"
    Client().post(LOST, {"email": "clara@example.com"}, headers=headers)
    [mail] = Mail.objects.all()
    assert "evil" not in str(vars(mail))
    assert password_link(clara).startswith(f"{settings.PUBLIC_URL}/account/")


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "testserver:80@evil.example", "127.0.0.1:8000@x"]
)
def test_a_host_that_is_not_ours_is_refused(clara: User, settings: Any, host: str) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1"]
    answer = Client(raise_request_exception=False).post(LOST, {"email": "clara@example.com"}, HTTP_HOST=host)
    assert answer.status_code == 400
    assert "evil" not in answer.content.decode()
    assert not Mail.objects.exists()


def test_without_the_list_of_hosts_it_would_be_taken(clara: User) -> None:
    with override_settings(ALLOWED_HOSTS=["*"]):
        assert Client().get(LOST, HTTP_HOST="evil.example").status_code == 200


DOORS = ("/admin/login/", "/account/password/lost/", "/account/again/password/", "/admin/logout/", "/i18n/setlang/")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("target", EVIL)
def test_no_door_leads_to_another_site(clara: User, door: str, target: str) -> None:
    for signed_in in (False, True):
        client = Client(raise_request_exception=False)
        if signed_in:
            client.force_login(clara)
        form = {"next": target, "language": "de", "username": "clara", "password": "right-password-1"}
        for answer in (
            client.get(door, {"next": target}),
            client.post(door, form),
            client.post(f"{door}?next={target}", form),
        ):
            assert answer.status_code < 500
            location = answer.headers.get("Location", "")
            assert not re.match(r"(?i)\s*([a-z]+:|//|/\\|\\)", location), location
            assert "\n" not in str(answer.headers)
            text = answer.content.decode()
            assert not re.search(r"""(?i)(href|action|src)=["']?\s*(https?:)?[\\/]{2}[^"' ]*evil""", text)
            assert "Set-Cookie: a=b" not in str(answer.headers)


@pytest.mark.parametrize("target", EVIL)
def test_a_list_leads_back_to_itself_or_nowhere(target: str) -> None:
    request = RequestFactory().post("/admin/orders/order/", {"back": target})
    location = HttpResponseRedirect(came_from(request) or "/admin/")["Location"]
    assert location in ("/admin/", "%2f%2fevil.example", "/admin/%0D%0ASet-Cookie:%20a=b"), "all within our own site"


def test_a_list_of_ours_is_gone_back_to() -> None:
    assert (
        came_from(RequestFactory().post("/", {"back": "/admin/orders/order/?state=held"}))
        == "/admin/orders/order/?state=held"
    )
