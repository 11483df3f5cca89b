"""Passwords of one user that are guessed from many addresses: new addresses are refused, known ones go on."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from backoffice.mail.models import Mail
from backoffice.signin.models import SignInEvent
from tests.signin.conftest import Enter

DESK, NEW = "198.51.100.7", "192.0.2.200"


@pytest.fixture
def known(clara: User, enter: Enter, settings: LazySettings) -> User:
    """Return Clara, who has signed in at her desk."""
    settings.SIGN_IN_FAILURES_PER_USER = 10
    assert enter(Client(), REMOTE_ADDR=DESK).status_code == 302
    return clara


def guess(enter: Enter, *, times: int, name: str = "clara", first: int = 1) -> list[int]:
    """Enter a wrong password from so many addresses, once from each."""
    return [
        enter(Client(), name, "wrong", REMOTE_ADDR=f"203.0.113.{first + place}").status_code for place in range(times)
    ]


def test_a_user_guessed_from_many_addresses_comes_in_from_known_ones_alone(known: User, enter: Enter) -> None:
    assert guess(enter, times=11) == [200] * 9 + [429] * 2
    assert enter(Client(), REMOTE_ADDR=NEW).status_code == 429
    assert enter(Client(), REMOTE_ADDR=DESK).status_code == 302
    other = User.objects.create_user("tom", password="another-long-one", is_staff=True)
    assert enter(Client(), other.username, "another-long-one", REMOTE_ADDR=NEW).status_code == 302


def test_control_below_the_limit_every_address_may_try(known: User, enter: Enter, settings: LazySettings) -> None:
    settings.SIGN_IN_FAILURES_PER_USER = 50
    assert guess(enter, times=11) == [200] * 11
    assert enter(Client(), REMOTE_ADDR=NEW).status_code == 302


def test_one_address_alone_shuts_nobody_out(known: User, enter: Enter) -> None:
    for _try in range(15):
        enter(Client(), "clara", "wrong", REMOTE_ADDR="203.0.113.1")
    assert enter(Client(), REMOTE_ADDR=NEW).status_code == 302


def test_it_ends_with_the_hour_and_when_it_is_lifted(known: User, enter: Enter) -> None:
    guess(enter, times=10)
    assert enter(Client(), REMOTE_ADDR=NEW).status_code == 429
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=61))
    assert enter(Client(), REMOTE_ADDR=NEW).status_code == 302


def test_a_name_that_nobody_has_is_answered_alike(known: User, enter: Enter) -> None:
    assert guess(enter, times=11, name="nobody") == [200] * 9 + [429] * 2
    assert not Mail.objects.exists()


def test_it_is_shown_and_mailed_once(known: User, enter: Enter, settings: LazySettings) -> None:
    settings.EMAIL_HOST = "127.0.0.1"
    guess(enter, times=9)
    assert not Mail.objects.exists(), "below the limit"
    guess(enter, times=5, first=50)
    [mail] = Mail.objects.filter(kind="account.guessed")
    assert mail.recipient == "clara@example.com"
    assert SignInEvent.objects.filter(user=known, refusal="guessed").count() == 1
    root = Client()
    root.force_login(User.objects.create_superuser("root"))
    page = f"/admin/auth/user/{known.pk}/change/"
    assert shown(root, page)
    assert "password guessing" in root.get("/admin/signin/signinevent/").content.decode()
    root.post(f"/admin/auth/user/{known.pk}/lift-block/")
    assert not shown(root, page)
    assert enter(Client(), REMOTE_ADDR=NEW).status_code == 302


def test_an_attack_that_goes_on_is_mailed_once_a_day(known: User, enter: Enter, settings: LazySettings) -> None:
    settings.EMAIL_HOST = "127.0.0.1"
    for hours_ago, mails in ((2, 1), (25, 1), (0, 2)):
        guess(enter, times=12)
        assert Mail.objects.filter(kind="account.guessed").count() == mails
        SignInEvent.objects.update(at=timezone.now() - timedelta(hours=hours_ago))


def shown(client: Client, page: str) -> bool:
    return "entered from many addresses" in client.get(page).content.decode()
