"""Single sign-on at a real provider on loopback: authorization code, PKCE, tokens, user info."""

from collections.abc import Callable, Iterator
from typing import Any

import oidc_provider_mock
import pytest
from allauth.socialaccount.models import SocialAccount
from django.conf import LazySettings
from django.contrib.auth.models import Group, User
from django.test import Client

from backoffice.signin.models import SignInEvent
from tests.signin.conftest import PASSWORD, Enter, is_in
from tests.signin.providers import FROM_OURS, go_through, use_provider

GROUPS = {"printers": "Production desk", "sellers": "Order desk"}
PEOPLE = [
    {"sub": "clara", "email": "Clara@example.com", "email_verified": True, "groups": ["sellers", "unknown"]},
    {"sub": "moved", "email": "clara@example.com", "email_verified": True, "groups": ["printers"]},
    {"sub": "new", "email": "new@example.com", "email_verified": True, "name": "New One", "groups": ["printers"]},
    {"sub": "nothing", "email": "nothing@example.com", "email_verified": True, "groups": ["unknown"]},
    {"sub": "unverified", "email": "clara@example.com", "email_verified": False, "groups": ["sellers"]},
    {"sub": "boss", "email": "boss@example.com", "email_verified": True, "groups": ["sellers"]},
    {"sub": "chief", "email": "boss@example.com", "email_verified": True, "groups": ["chiefs"]},
]
Through = Callable[..., Client]


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    users = [oidc_provider_mock.User(sub=one["sub"], claims=one) for one in PEOPLE]
    with oidc_provider_mock.run_server_in_thread(user_claims=users) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def through(provider: str, db: None, settings: LazySettings) -> Through:
    """Return what signs in at the provider as one of its people, and comes back."""
    use_provider(settings, provider)
    settings.OIDC = settings.OIDC | {"groups": GROUPS}
    for name in GROUPS.values():
        Group.objects.create(name=name)

    def go(subject: str, *, client: Client | None = None, process: str = "login") -> Client:
        return go_through(provider, subject, client=client, process=process)

    return go


def groups_of(name: str) -> set[str]:
    return set(User.objects.get(username=name).groups.values_list("name", flat=True))


def test_the_provider_lets_in_whom_it_knows_by_their_verified_address(clara: User, through: Through) -> None:
    kept = Group.objects.create(name="Marketing")
    clara.groups.add(kept, Group.objects.get(name="Production desk"))
    client = through("clara")
    answer: Any = client.answer  # type: ignore[attr-defined]
    assert (answer.status_code, answer["Location"]) == (302, "/admin/mail/staffmail/")
    assert is_in(client)
    assert groups_of("clara") == {"Marketing", "Order desk"}, "only mapped groups are touched"
    assert SignInEvent.objects.latest("pk").method == "oidc"
    assert not User.objects.get(username="clara").is_superuser


def test_groups_follow_at_each_sign_in(clara: User, through: Through) -> None:
    through("clara")
    SocialAccount.objects.update(uid="moved")
    through("moved")
    assert groups_of("clara") == {"Production desk"}


def test_an_unverified_address_takes_over_nobody(clara: User, through: Through) -> None:
    client = through("unverified")
    assert not is_in(client)
    assert "invitation" in client.answer.content.decode()  # type: ignore[attr-defined]
    assert not SocialAccount.objects.exists()
    assert groups_of("clara") == set()


def test_who_is_new_and_has_a_mapped_group_gets_an_account(through: Through) -> None:
    assert is_in(through("new"))
    user = User.objects.get(email="new@example.com")
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (True, False, False)
    assert {group.name for group in user.groups.all()} == {"Production desk"}


@pytest.mark.parametrize(("subject", "creates"), [("nothing", True), ("new", False)])
def test_nobody_else_gets_one(through: Through, settings: LazySettings, subject: str, creates: bool) -> None:
    settings.OIDC = settings.OIDC | {"creates_users": creates}
    assert not is_in(through(subject))
    assert not User.objects.exists()
    assert SignInEvent.objects.get().refusal == ("no_role" if creates else "not_linked")


def test_nobody_becomes_a_superuser_by_it_unless_that_is_said(through: Through, settings: LazySettings) -> None:
    boss = User.objects.create_superuser("boss", "boss@example.com")
    assert not is_in(through("boss")), "a superuser's account is not given away by its address"
    assert not is_in(through("chief"))
    settings.OIDC = settings.OIDC | {"superuser_group": "chiefs"}
    assert is_in(through("chief"))
    SocialAccount.objects.update(uid="boss")
    User.objects.create_superuser("second")
    through("boss")
    boss.refresh_from_db()
    assert not boss.is_superuser, "and the provider takes what it gave"


def test_who_is_switched_off_stays_out(clara: User, through: Through) -> None:
    through("clara")
    User.objects.update(is_active=False)
    assert not is_in(through("clara"))


def test_passwords_end_where_that_is_said(clara: User, through: Through, enter: Enter, settings: LazySettings) -> None:
    through("clara")
    assert enter(Client()).status_code == 302
    settings.OIDC = settings.OIDC | {"ends_passwords": True}
    assert enter(Client()).status_code == 200
    assert SignInEvent.objects.latest("pk").refusal == "no_passwords"
    other = User.objects.create_user("tom", password=PASSWORD, is_staff=True)
    assert enter(Client(), other.username).status_code == 302


def test_an_open_session_links_no_account_of_somebody_else(clara: User, through: Through) -> None:
    client = Client()
    client.force_login(clara)
    through("new", client=client, process="connect")
    assert not SocialAccount.objects.exists()
    assert not is_in(through("unverified"))


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Referer": "https://evil.example/"}])
def test_a_link_elsewhere_leads_to_a_page_of_ours_first(through: Through, headers: dict[str, str]) -> None:
    answer = Client().get("/account/oidc/login/?process=login&next=https://evil.example/", headers=headers)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Continue with" in page
    assert "evil.example" not in page


def test_an_answer_that_nobody_asked_for_is_refused(through: Through) -> None:
    answer = Client().get("/account/oidc/callback/?code=stolen&state=made-up")
    assert answer.status_code == 403
    assert SignInEvent.objects.get().refusal == "provider"


def test_a_provider_that_cannot_be_reached_is_said_so(through: Through, settings: LazySettings) -> None:
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"] = {"server_url": "http://127.0.0.1:9"}
    answer = Client().get("/account/oidc/login/?process=login", headers=FROM_OURS)
    assert answer.status_code == 502
    assert "did not respond" in answer.content.decode()


def test_without_a_provider_there_is_no_such_door(client: Client, db: None) -> None:
    assert client.get("/account/oidc/login/", headers=FROM_OURS).status_code == 404
    assert "Continue with" not in client.get("/admin/login/").content.decode()
