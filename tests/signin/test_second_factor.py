"""Second factors: asked for, used once, sealed, and wanted of who must have one."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from cryptography.fernet import Fernet
from django.conf import LazySettings
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backoffice.accounts.models import ApiKey, Shop
from backoffice.engine.services.resealing import reseal, sealed_columns
from backoffice.signin.backends import StaffBackend
from backoffice.signin.models import SignInEvent
from backoffice.signin.services.requirement import require_factor
from tests.signin.conftest import SECRET, Enter, code, is_in

SHOW = "/account/second-factor/show/"
CHOOSE = "/account/second-factor/"


def show(client: Client, text: str, **more: str) -> int:
    return client.post(SHOW, {"code": text}, **more).status_code  # type: ignore[arg-type]


def test_the_password_alone_opens_nothing(secured: User, enter: Enter) -> None:
    client = Client()
    assert enter(client)["Location"] == SHOW
    assert not is_in(client)
    assert show(client, code()) == 302
    assert is_in(client)
    assert SignInEvent.objects.latest("pk").method == "totp"


def test_a_code_opens_once(secured: User, enter: Enter) -> None:
    first, second = Client(), Client()
    enter(first)
    enter(second)
    used = code()
    assert show(first, used) == 302
    assert show(second, used) == 200
    assert not is_in(second)
    # The control: the next one opens.
    assert show(second, code(steps=1)) == 302


def test_a_recovery_code_opens_once(secured: User, enter: Enter) -> None:
    kept = RecoveryCodes.activate(secured).get_unused_codes()
    first, second = Client(), Client()
    enter(first)
    enter(second)
    assert show(first, kept[0]) == 302
    assert show(second, kept[0]) == 200
    assert show(second, kept[1]) == 302
    assert set(SignInEvent.objects.filter(refusal="").values_list("method", flat=True)) == {"recovery"}


def test_codes_cannot_be_guessed_from_many_addresses(secured: User, enter: Enter) -> None:
    for number in range(6):
        client = Client(REMOTE_ADDR=f"203.0.113.{number}")
        enter(client)
        show(client, "000000")
    assert show(client, code()) == 200, "the right one is not tried any more"
    assert not is_in(client)
    assert SignInEvent.objects.filter(refusal="code", user=secured).count() == 5


def test_wrong_codes_count_for_the_address_as_wrong_passwords_do(secured: User, enter: Enter) -> None:
    client = Client()
    enter(client)
    for _try in range(5):
        show(client, "000000")
    assert enter(Client()).status_code == 429
    assert enter(Client(), REMOTE_ADDR="203.0.113.9").status_code == 302


def test_secrets_are_sealed_and_sealed_anew(secured: User, settings: LazySettings) -> None:
    codes = RecoveryCodes.activate(secured).generate_codes()
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert SECRET not in kept
    columns = [column for column in sealed_columns() if column.model is Authenticator]
    assert [column.key for column in columns] == ["secret", "seed"]
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.ENCRYPTION_KEYS]
    assert [reseal(column).older for column in columns] == [1, 1]
    settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS[:1]
    row = Authenticator.objects.get(type=Authenticator.Type.TOTP)
    assert row.wrap().validate_code(code())
    assert Authenticator.objects.get(type="recovery_codes").wrap().generate_codes() == codes


@pytest.fixture
def desk(clara: User) -> Group:
    group = Group.objects.create(name="Order desk")
    clara.groups.add(group)
    return group


def test_who_must_have_one_reaches_nothing_else(clara: User, desk: Group, enter: Enter) -> None:
    client = Client()
    enter(client)
    assert is_in(client)
    require_factor(everybody=False, groups=[desk], actor="mara")
    for address in ("/admin/", "/admin/mail/staffmail/", "/admin/search/?s=x", "/admin/my-sign-in/"):
        answer = client.get(address)
        assert (answer.status_code, answer["Location"]) == (302, CHOOSE), address
    assert client.post("/admin/mail/staffmail/", {"language": "en"})["Location"] == CHOOSE
    assert client.get(CHOOSE).status_code == 200
    page = client.get(f"{CHOOSE}app/")
    assert page.status_code == 200
    session = client.session
    session["mfa.totp.secret"] = SECRET
    session.save()
    answer = client.post(f"{CHOOSE}app/", {"code": code()})
    assert answer["Location"] == f"{CHOOSE}codes/"
    assert is_in(client)


def test_the_rule_is_for_its_group_only(clara: User, desk: Group, enter: Enter) -> None:
    other = Group.objects.create(name="Production desk")
    require_factor(everybody=False, groups=[other], actor="mara")
    client = Client()
    enter(client)
    assert is_in(client)
    require_factor(everybody=True, groups=[], actor="mara")
    assert not is_in(client)
    require_factor(everybody=False, groups=[], actor="mara")
    assert is_in(client)


@pytest.mark.parametrize(("setting", "opens"), [("optional", True), ("superusers", False), ("everyone", False)])
def test_the_server_can_want_one(db: None, settings: LazySettings, setting: str, opens: bool) -> None:
    settings.SECOND_FACTOR = setting
    client = Client()
    client.force_login(User.objects.create_superuser("mara"))
    assert is_in(client) is opens


def test_the_statement_that_is_made_once_finds_each_their_own(secured: User, desk: Group) -> None:
    other = User.objects.create_user("tom", is_staff=True)
    require_factor(everybody=False, groups=[desk], actor="mara")
    found = [StaffBackend().get_user(pk) for pk in (secured.pk, other.pk, secured.pk, 0, -1)]
    assert [user and (user.pk, user.factor_ruled, user.has_factor) for user in found] == [
        (secured.pk, True, True), (other.pk, False, False), (secured.pk, True, True), None, None,
    ]  # fmt: skip
    User.objects.filter(pk=other.pk).update(is_active=False)
    assert StaffBackend().get_user(other.pk) is None


def test_shops_and_vendors_are_asked_for_none(client: Client, db: None, settings: LazySettings) -> None:
    settings.SECOND_FACTOR = "everyone"
    shop = Shop.objects.create(code="WEB", name="Web")
    _row, key = ApiKey.objects.create_key(name="k", shop=shop)
    assert client.get("/api/v1/me/", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    assert client.get("/healthz").status_code == 200


def test_the_last_one_stays_where_it_is_wanted(secured: User, enter: Enter) -> None:
    client = Client()
    enter(client)
    show(client, code())
    require_factor(everybody=True, groups=[], actor="mara")
    answer = client.post("/account/second-factor/app/remove/")
    assert "your only one" in answer.content.decode()
    assert Authenticator.objects.filter(user=secured, type="totp").exists()
    require_factor(everybody=False, groups=[], actor="mara")
    assert client.post("/account/second-factor/app/remove/").status_code == 302
    assert not Authenticator.objects.filter(user=secured).exists(), "recovery codes go with the last one"


def test_the_gate_costs_no_query(clara: User, enter: Enter, settings: LazySettings) -> None:
    client = Client()
    enter(client)
    is_in(client)
    with CaptureQueriesContext(connection) as with_gate:
        is_in(client)
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "SignInGate" not in name]
    ungated = Client()
    ungated.cookies = client.cookies
    is_in(ungated)
    with CaptureQueriesContext(connection) as without:
        is_in(ungated)
    assert len(with_gate) == len(without)
