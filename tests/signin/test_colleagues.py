"""Colleagues are invited by mail, helped in again, and see where they are signed in."""

import re
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import LazySettings
from django.contrib.auth.models import Group, Permission, User
from django.core.management import CommandError, call_command
from django.test import Client

from backoffice.mail.models import Mail
from backoffice.signin.models import SignInEvent
from backoffice.signin.services.history import forget_old
from tests.signin.conftest import Enter, is_in

INVITE = "/admin/auth/user/invite/"


@pytest.fixture
def desk(db: None) -> Group:
    group = Group.objects.create(name="Order desk")
    group.permissions.set(Permission.objects.filter(codename="view_order"))
    return group


def boss(*codenames: str) -> Client:
    user = User.objects.create_user("mara", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


def invite(client: Client, *groups: Group, email: str = "jo.größer@example.com") -> str:
    form = {"email": email, "first_name": "Jo", "last_name": "Größer", "groups": [group.pk for group in groups]}
    answer = client.post(INVITE, form)
    return answer.content.decode() if answer.status_code == 200 else answer["Location"]


def test_a_colleague_is_invited_and_chooses_a_password(desk: Group, settings: LazySettings, enter: Enter) -> None:
    settings.EMAIL_HOST = "127.0.0.1"
    assert invite(boss("add_user", "view_user", "view_order"), desk, email="jo@example.com") == "/admin/auth/user/"
    user = User.objects.get(email="jo@example.com")
    assert (user.username, user.is_staff, user.is_superuser, user.has_usable_password()) == ("jo", True, False, False)
    assert list(user.groups.all()) == [desk]
    [mail] = Mail.objects.all()
    assert (mail.kind, mail.recipient, mail.params) == ("account.invitation", "jo@example.com", {"inviter": "mara"})
    assert enter(Client(), "jo", "anything").status_code == 200


def test_nobody_invites_into_what_they_lack(desk: Group) -> None:
    page = invite(boss("add_user", "view_user"), desk)
    assert "Select a valid choice" in page
    assert not User.objects.filter(email__contains="jo").exists()
    assert not Mail.objects.exists()


def test_inviting_needs_the_right_to(desk: Group) -> None:
    client = boss("view_user", "view_order")
    assert client.post(INVITE, {"email": "jo@example.com", "groups": [desk.pk]}).status_code == 403
    assert User.objects.count() == 1


def test_an_address_that_somebody_has_is_refused(desk: Group, clara: User) -> None:
    assert "already exists" in invite(boss("add_user", "view_user", "view_order"), desk, email="Clara@example.com")
    assert User.objects.count() == 2


def test_without_a_mail_server_the_link_is_shown_once(desk: Group, settings: LazySettings) -> None:
    settings.EMAIL_HOST = ""
    page = invite(boss("add_user", "view_user", "view_order"), desk, email="jo@example.com")
    link = re.search(r"http://127.0.0.1:8000(/account/password/new/\S+/)", page)
    assert link
    assert Client().get(link[1], follow=True).status_code == 200
    assert not Mail.objects.exists()


def test_a_lost_second_factor_is_removed_by_who_holds_as_much(secured: User, enter: Enter) -> None:
    client = boss("change_user", "view_user")
    secured.is_superuser = True
    secured.save()
    address = f"/admin/auth/user/{secured.pk}/remove-factors/"
    assert client.post(address).status_code == 403
    assert Authenticator.objects.exists()
    User.objects.filter(pk=secured.pk).update(is_superuser=False)
    assert client.post(address).status_code == 302
    assert not Authenticator.objects.exists()
    assert Mail.objects.get().kind == "account.changed"


def test_the_server_lets_in_again_where_nobody_else_can(secured: User, enter: Enter) -> None:
    call_command("remove_second_factor", "clara", stdout=StringIO())
    client = Client()
    enter(client)
    assert is_in(client)
    with pytest.raises(CommandError):
        call_command("remove_second_factor", "nobody")


def test_other_sessions_are_listed_and_ended(clara: User, enter: Enter) -> None:
    here, there = Client(headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}), Client()
    enter(here)
    enter(there, REMOTE_ADDR="203.0.113.9")
    page = here.get("/admin/my-sign-in/").content.decode()
    assert "Firefox, Windows" in page
    assert "203.0.113.9" in page
    here.post("/admin/my-sign-in/")
    assert is_in(here)
    assert not is_in(there)
    assert UserSession.objects.count() == 1


def test_nobody_ends_the_sessions_of_others(clara: User, enter: Enter) -> None:
    other = Client()
    enter(other)
    boss().post("/admin/my-sign-in/")
    assert is_in(other)
    assert User.objects.get(username="mara").is_staff


def test_who_came_in_and_who_did_not_is_read_by_who_manages_accounts(clara: User, enter: Enter) -> None:
    enter(Client(), password="wrong")
    enter(Client(), REMOTE_ADDR="203.0.113.9")
    assert [event.refusal for event in SignInEvent.objects.order_by("pk")] == ["password", ""]
    client = boss("view_signinevent")
    page = client.get("/admin/signin/signinevent/").content.decode()
    assert "Wrong password" in page or "wrong password" in page
    assert "203.0.113.9" in page
    refused = client.get("/admin/signin/signinevent/?refused=1").content.decode()
    assert "203.0.113.9" not in refused
    found = client.get("/admin/signin/signinevent/?q=203.0.113.9").content.decode()
    assert "203.0.113.9</span>" in found
    assert User.objects.filter(username="clara").exists()


def test_the_list_is_not_for_everybody(clara: User) -> None:
    assert boss().get("/admin/signin/signinevent/").status_code == 403


def test_tries_of_a_locked_address_do_not_fill_the_table(clara: User, enter: Enter) -> None:
    for _try in range(12):
        enter(Client(), password="wrong")
    assert SignInEvent.objects.filter(refusal="locked").count() == 1


def test_what_is_old_is_forgotten(clara: User, enter: Enter, settings: LazySettings) -> None:
    enter(Client())
    assert forget_old() == 0
    settings.SIGN_IN_HISTORY_DAYS = 0
    assert forget_old() >= 1
    assert not SignInEvent.objects.exists()
