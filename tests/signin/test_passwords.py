"""Passwords at the door: who gets in, who is counted, and what cannot be learned."""

import re
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client

from backoffice.accounts.models import Shop
from backoffice.mail.models import Mail
from backoffice.mail.services.kinds import MAIL_KINDS
from backoffice.mail.services.sending import masked
from backoffice.signin.models import SignInEvent
from backoffice.signin.passwords import MOST_SHOPS, merchant_words
from backoffice.signin.services.accounts import send_link
from backoffice.signin.services.links import password_link
from tests.signin.conftest import PASSWORD, Enter, is_in

LOST = "/account/password/lost/"


@pytest.mark.parametrize("typed", ["clara", "clara@example.com", "CLARA@example.com "])
def test_name_or_address_with_the_password_lets_in_with_one_step(clara: User, enter: Enter, typed: str) -> None:
    client = Client()
    answer = enter(client, typed, form={"next": "/admin/mail/staffmail/"})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/mail/staffmail/")
    assert is_in(client)


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}, {}])
def test_nobody_else_gets_in_and_all_read_the_same(clara: User, enter: Enter, change: dict[str, bool]) -> None:
    User.objects.filter(pk=clara.pk).update(**change)
    client = Client()
    answer = enter(client, "clara" if change else "nobody")
    assert answer.status_code == 200
    assert "User name and password do not match" in answer.content.decode()
    assert not is_in(client)


def test_who_is_signed_in_and_no_member_of_staff_is_not_sent_in_circles(db: None) -> None:
    client = Client()
    client.force_login(User.objects.create_user("kim"))
    assert client.get("/admin/", follow=True).status_code == 403


def test_the_session_before_the_sign_in_opens_nothing(clara: User, enter: Enter) -> None:
    client, thief = Client(), Client()
    client.get("/account/password/lost/")
    client.session["planted"] = "1"
    planted = client.session
    planted.save()
    thief.cookies["sessionid"] = client.cookies["sessionid"] = planted.session_key
    enter(client)
    assert client.cookies["sessionid"].value != planted.session_key
    assert is_in(client)
    assert not is_in(thief)


def test_wrong_passwords_by_name_and_by_address_count_as_one(clara: User, enter: Enter) -> None:
    names = ["clara", "clara@example.com"] * 3
    answers = [enter(Client(), name, "wrong").status_code for name in names]
    assert answers == [200, 200, 200, 200, 429, 429]
    assert enter(Client()).status_code == 429
    assert "an hour" in enter(Client()).content.decode()
    # The control: from elsewhere, or as somebody else, one is not shut out by it.
    assert enter(Client(), REMOTE_ADDR="203.0.113.9").status_code == 302
    assert set(AccessAttempt.objects.values_list("username", flat=True)) == {"clara"}


def test_showing_who_one_is_counts_as_a_try_of_the_password(clara: User, enter: Enter) -> None:
    client = Client()
    enter(client)
    for _try in range(5):
        last = client.post("/account/again/password/", {"password": "wrong"})
    assert last.status_code == 429
    assert enter(Client()).status_code == 429


def test_a_name_that_nobody_has_is_not_kept(clara: User, enter: Enter) -> None:
    enter(Client(), "my-secret-password", "x")
    [event] = SignInEvent.objects.all()
    assert (event.refusal, event.user) == ("name", None)
    assert "my-secret" not in str(vars(event))


def ask_for_link(address: str) -> Any:
    return Client().post(LOST, {"email": address})


def test_a_lost_password_tells_nobody_who_has_an_account(clara: User, settings: LazySettings) -> None:
    settings.EMAIL_HOST = "127.0.0.1"
    known, unknown = ask_for_link("clara@example.com"), ask_for_link("nobody@example.com")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    [mail] = Mail.objects.all()
    assert (mail.kind, mail.recipient) == ("account.password", "clara@example.com")


def test_mails_for_one_address_are_limited(clara: User) -> None:
    assert [ask_for_link("clara@example.com").status_code for _try in range(4)] == [302, 302, 302, 429]
    assert ask_for_link("other@example.com").status_code == 302


def set_password(link: str, password: str) -> Any:
    client = Client()
    page = client.get(link.removeprefix("http://127.0.0.1:8000"), follow=True)
    found = re.search(r'action="(/account/password/new/[^"]+)"', page.content.decode())
    form = {"password1": password, "password2": password}
    return client.post(found[1], form) if found else page


def test_a_link_sets_a_password_once(clara: User, enter: Enter) -> None:
    link = password_link(clara)
    assert set_password(link, "another-long-one").status_code == 302
    assert "no longer works" in set_password(link, "a-third-long-one").content.decode()
    assert enter(Client(), password="another-long-one").status_code == 302
    assert enter(Client(), password=PASSWORD).status_code == 200


def test_a_new_password_ends_all_that_was_open(clara: User, enter: Enter) -> None:
    client = Client()
    enter(client)
    clara.refresh_from_db()
    assert is_in(client)
    set_password(password_link(clara), "another-long-one")
    assert not is_in(client)


def test_a_link_ends_with_its_time(clara: User, settings: LazySettings) -> None:
    link = password_link(clara)
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert "no longer works" in set_password(link, "another-long-one").content.decode()


def test_the_log_of_mails_lets_nobody_in(clara: User, settings: LazySettings) -> None:
    settings.EMAIL_HOST = "127.0.0.1"
    boss = User.objects.create_superuser("mara")
    assert send_link(clara, actor=boss) == ""
    mail = Mail.objects.get()
    kind = MAIL_KINDS[mail.kind]
    context = kind.context(mail)
    text = f"Open {context['link']} now"
    assert masked(text, kind, context) == "Open ••• now"
    assert "password/new" not in str(mail.params)


def test_no_account_is_opened_from_outside(db: None) -> None:
    for address in ("/account/signup/", "/account/provider/signup/"):
        answer = Client().post(address, {"username": "eve", "email": "eve@example.com", "password1": PASSWORD})
        assert answer.status_code == 404
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("password", "complaint"),
    [
        ("druckhaus-2026", "a name that everyone knows"),
        ("MÜNCHNER 12345", "a name that everyone knows"),
        ("muenchen_Dru_ck_haus", "a name that everyone knows"),
        ("acmeprints-2026", "a name that everyone knows"),
        ("Back-Office-2026", "a name that everyone knows"),
        ("Clara@example.com", "too similar"),
    ],
)
def test_no_password_has_a_word_about_the_merchant(
    clara: User, enter: Enter, settings: LazySettings, password: str, complaint: str
) -> None:
    settings.PUBLIC_URL = "https://desk.acme-prints.example"
    Shop.objects.create(name="Münchner Druckhaus", code="WEB")
    form = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    client = Client()
    enter(client)
    assert complaint in client.post("/account/password/change/", form).content.decode()
    assert enter(Client()).status_code == 302, "the former one still opens"
    # The control: letters that a shop's short code has too, and no name.
    form |= dict.fromkeys(("password1", "password2"), "a-web-of-others-1")
    assert client.post("/account/password/change/", form).status_code == 302
    assert enter(Client(), password="a-web-of-others-1").status_code == 302


def test_the_names_of_a_thousand_shops_are_one_question(db: None, django_assert_num_queries: Any) -> None:
    Shop.objects.bulk_create(Shop(name=f"Haus{number}", code=f"S{number}") for number in range(MOST_SHOPS + 1))
    with django_assert_num_queries(1):
        words = merchant_words()
    assert f"haus{MOST_SHOPS}" in words
    assert "haus0" not in words, "the newest"
