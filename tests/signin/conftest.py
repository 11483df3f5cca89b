"""Staff who sign in at the door, as browsers do."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

PASSWORD = "right-password-1"
SECRET = generate_totp_secret()
Enter = Callable[..., Any]


@pytest.fixture(autouse=True)
def nothing_counted(db: None) -> None:
    """Forget the tries and the used codes of the test before."""
    cache.clear()


@pytest.fixture
def clara(db: None) -> User:
    return User.objects.create_user("clara", "clara@example.com", PASSWORD, is_staff=True, first_name="Clara")


@pytest.fixture
def secured(clara: User) -> User:
    """Return Clara with an authenticator app."""
    TOTP.activate(clara, SECRET)
    return clara


def code(*, steps: int = 0) -> str:
    """Return what the app shows now, or some half minutes from now."""
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30 + steps))


@pytest.fixture
def enter() -> Enter:
    """Return what posts the form of the door."""

    def post(client: Client, name: str = "clara", password: str = PASSWORD, **more: Any) -> Any:
        return client.post("/admin/login/", {"username": name, "password": password, **more.pop("form", {})}, **more)

    return post


def is_in(client: Client) -> bool:
    """Return whether the browser reaches the staff pages."""
    return client.get("/admin/mail/staffmail/").status_code == 200
