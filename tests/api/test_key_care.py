"""Keys over time: networks, use, rotation with overlap, expiry, and who may give what."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.accounts.models import ApiKey, ApiKeyUse, Shop
from backoffice.accounts.models.shop import Scope
from backoffice.accounts.services.api_keys import KeyValues, change_key, make_key, rotate_key
from backoffice.accounts.services.key_networks import read_networks
from backoffice.accounts.services.key_standing import KeyStanding, ending_keys, of_standing, standing_of
from backoffice.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed
from backoffice.sight import PERSONAL_DATA

pytestmark = pytest.mark.django_db
PAGES = "/admin/backoffice/apikey/"
WEEK = timedelta(days=7)


@pytest.fixture
def shop() -> Shop:
    return Shop.objects.create(code="WEB", name="Web")


def key_of(shop: Shop, **values: Any) -> tuple[ApiKey, str]:
    return ApiKey.objects.create_key(name="till", shop=shop, **values)


def ask(key: str, *, address: str = "203.0.113.7", **headers: str) -> int:
    client = Client(headers={"Authorization": f"Bearer {key}", **headers}, REMOTE_ADDR=address)
    return client.get("/api/v1/me/").status_code


def staff(*rights: str) -> User:
    user = User.objects.create_user("clara", is_staff=True)
    for name in ("accounts.view_apikey", "accounts.add_apikey", "accounts.change_apikey", *rights):
        app, codename = name.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize(
    ("networks", "address", "status"),
    [
        (["203.0.113.7/32"], "203.0.113.7", 200),
        (["203.0.113.0/24"], "203.0.113.255", 200),
        (["203.0.113.0/24"], "203.0.114.1", 403),
        (["2001:db8::/32"], "2001:db8:ffff::1", 200),
        (["2001:db8::/32"], "2001:db9::1", 403),
        (["203.0.113.0/24"], "::ffff:203.0.113.9", 200),
        (["2001:db8::/32"], "203.0.113.7", 403),
        (["198.51.100.1/32", "203.0.113.7/32"], "203.0.113.7", 200),
        (["203.0.113.0/24"], "", 403),
        ([], "198.51.100.1", 200),
    ],
)
def test_a_key_is_used_from_its_networks_only(shop: Shop, networks: list[str], address: str, status: int) -> None:
    _row, key = key_of(shop, networks=networks)
    assert ask(key, address=address) == status


def test_the_address_is_that_of_the_client_and_not_what_it_says_of_itself(shop: Shop, settings: Any) -> None:
    _row, key = key_of(shop, networks=["203.0.113.0/24"])
    assert ask(key, address="198.51.100.1", **{"X-Forwarded-For": "203.0.113.7"}) == 403
    settings.TRUSTED_PROXIES = 1
    assert ask(key, address="10.0.0.1", **{"X-Forwarded-For": "203.0.113.7"}) == 200
    assert ask(key, address="10.0.0.1", **{"X-Forwarded-For": "203.0.113.7, 198.51.100.1"}) == 403


@pytest.mark.parametrize(
    ("text", "networks"),
    [
        ("203.0.113.7", ["203.0.113.7/32"]),
        ("203.0.113.9/24\n\n203.0.113.0/24", ["203.0.113.0/24"]),
        ("2001:DB8::/32, ::1", ["2001:db8::/32", "::1/128"]),
        ("::ffff:203.0.113.0/120", ["203.0.113.0/24"]),
        ("", []),
    ],
)
def test_networks_are_kept_in_one_form(text: str, networks: list[str]) -> None:
    assert read_networks(text) == networks


@pytest.mark.parametrize(
    "text", ["example.com", "203.0.113.0/33", "300.1.1.1", "10.0.0.0-10.0.0.9", "1.2.3.4\n" + "x" * 99]
)
def test_what_is_no_network_is_named(text: str) -> None:
    with pytest.raises(InvalidInput, match="is not an IP address or a network"):
        read_networks(text)
    with pytest.raises(InvalidInput, match="At most 50"):
        read_networks("\n".join(f"10.0.0.{last}" for last in range(51)))


def test_use_is_noted_once_a_minute_and_no_request_waits_for_it(shop: Shop) -> None:
    _row, key = key_of(shop)
    assert ask(key) == 200
    use = ApiKeyUse.objects.get()
    assert use.used_from == "203.0.113.7"
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert ask(key, address="203.0.113.8") == 200
    assert not [query for query in asked if query["sql"].lstrip().startswith(("INSERT", "UPDATE", "SAVEPOINT"))]
    ApiKeyUse.objects.update(used_at=use.used_at - timedelta(seconds=61))
    assert ask(key, address="203.0.113.8") == 200
    use.refresh_from_db()
    assert use.used_from == "203.0.113.8"
    assert timezone.now() - use.used_at < timedelta(seconds=30)


@pytest.mark.parametrize(
    ("change", "status", "refusal"),
    [
        ({"networks": ["192.0.2.0/24"]}, 403, "network"),
        ({"expiry_date": timezone.now() - WEEK}, 401, "expired"),
        ({"revoked": True}, 401, "revoked"),
    ],
)
def test_who_has_the_secret_and_is_refused_is_shown(
    shop: Shop, admin_client: Client, change: dict[str, Any], status: int, refusal: str
) -> None:
    row, key = key_of(shop)
    ApiKey.objects.update(**change)
    assert ask(f"{key[:-1]}_".replace("_", "0" if key[-1] != "0" else "1")) == 401
    assert not ApiKeyUse.objects.exists(), "a wrong secret leaves nothing: anybody can send one"
    assert ask(key) == status
    use = ApiKeyUse.objects.get()
    assert (use.refusal, use.refused_from, use.used_at) == (refusal, "203.0.113.7", None)
    assert "203.0.113.7" in admin_client.get(f"{PAGES}{row.pk}/change/").content.decode()


def test_both_secrets_work_until_the_old_one_ends(shop: Shop) -> None:
    row, old = key_of(shop)
    new = rotate_key(row, overlap=WEEK, user=None)
    assert (new[:9], new == old) == (old[:9], False)
    assert [ask(old), ask(new)] == [200, 200]
    assert ApiKeyUse.objects.get().previous_used_at is not None, "so one sees that a storefront has the old one still"
    ApiKey.objects.update(previous_until=timezone.now())
    assert [ask(old), ask(new)] == [401, 200]


def test_without_an_overlap_the_old_secret_ends_at_once(shop: Shop) -> None:
    row, old = key_of(shop, is_test=True)
    new = rotate_key(row, overlap=timedelta(), user=None)
    assert new.startswith("test_")
    assert [ask(f"test_{old.removeprefix('test_')}"), ask(new)] == [401, 200]


def test_a_second_rotation_ends_no_secret_that_still_works(shop: Shop) -> None:
    row, first = key_of(shop)
    second = rotate_key(row, overlap=WEEK, user=None)
    with pytest.raises(Conflict, match="End it first"):
        rotate_key(row, overlap=WEEK, user=None)
    assert [ask(first), ask(second)] == [200, 200]
    third = rotate_key(row, overlap=timedelta(), user=None)
    assert [ask(first), ask(second), ask(third)] == [401, 401, 200]


@pytest.mark.parametrize("change", [{"revoked": True}, {"expiry_date": timezone.now() - WEEK}])
def test_a_key_that_has_ended_is_not_rotated(shop: Shop, change: dict[str, Any]) -> None:
    row, _key = key_of(shop)
    ApiKey.objects.update(**change)
    before = ApiKey.objects.values().get()
    with pytest.raises(IllegalTransition):
        rotate_key(row, overlap=WEEK, user=None)
    with pytest.raises(InvalidInput, match="at most 90"):
        rotate_key(row, overlap=timedelta(days=91), user=None)
    assert ApiKey.objects.values().get() == before


def test_revoking_ends_both_secrets(shop: Shop, admin_client: Client) -> None:
    row, old = key_of(shop)
    new = rotate_key(row, overlap=WEEK, user=None)
    assert admin_client.post(f"{PAGES}{row.pk}/revoke/").status_code == 302
    assert [ask(old), ask(new)] == [401, 401]


def test_staff_rotate_a_key_and_end_the_old_secret(shop: Shop, admin_client: Client) -> None:
    row, old = key_of(shop)
    answer = admin_client.post(f"{PAGES}{row.pk}/rotate/", {"overlap": "24"})
    new = answer.context["key"]
    assert "no-store" in answer["Cache-Control"]
    assert [ask(old), ask(new)] == [200, 200]
    admin_client.post(f"{PAGES}{row.pk}/end-previous/")
    assert [ask(old), ask(new)] == [401, 200]


def test_nobody_gives_a_scope_that_amounts_to_more_than_they_may(shop: Shop) -> None:
    reader = staff("orders.view_order", PERSONAL_DATA)
    with pytest.raises(NotAllowed, match="place and cancel orders"):
        make_key(shop, KeyValues(name="k", scopes=(Scope.ORDERS_READ, Scope.ORDERS_WRITE)), user=reader)
    assert not ApiKey.objects.exists()
    row, _key = make_key(shop, KeyValues(name="k", scopes=(Scope.ORDERS_READ,)), user=reader)
    with pytest.raises(NotAllowed, match="read the catalogue"):
        change_key(row, KeyValues(name="k", scopes=(Scope.ORDERS_READ, Scope.CATALOG_READ)), user=reader)
    row.refresh_from_db()
    assert row.scopes == ["orders:read"]


def test_who_sees_a_new_secret_could_do_what_the_key_may(shop: Shop) -> None:
    reader = staff("orders.view_order", PERSONAL_DATA)
    row, key = key_of(shop)
    before = ApiKey.objects.values().get()
    with pytest.raises(NotAllowed, match="manage webhook endpoints"):
        rotate_key(row, overlap=WEEK, user=reader)
    assert ApiKey.objects.values().get() == before
    assert ask(key) == 200
    # Less is no danger: scopes that they could not give stay, or are taken away.
    change_key(row, KeyValues(name="less", scopes=(Scope.ORDERS_READ, Scope.ORDERS_WRITE)), user=reader)
    row.refresh_from_db()
    assert row.scopes == ["orders:read", "orders:write"]


def test_to_let_keys_place_orders_is_a_right_of_its_own(shop: Shop) -> None:
    values = KeyValues(name="k", scopes=(Scope.ORDERS_WRITE,))
    with pytest.raises(NotAllowed):
        make_key(shop, values, user=staff("orders.view_order", "orders.change_order", PERSONAL_DATA))
    User.objects.all().delete()
    assert make_key(shop, values, user=staff("accounts.issue_order_keys"))


def test_without_the_comparison_a_reader_would_hold_a_key_that_writes(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backoffice.accounts.services.api_keys.ensure_may_give", lambda *_a, **_k: None)
    _row, key = make_key(shop, KeyValues(name="k", scopes=tuple(Scope)), user=staff("orders.view_order", PERSONAL_DATA))
    assert Client(headers={"Authorization": f"Bearer {key}"}).get("/api/v1/me/").json()["key"]["scopes"] == list(Scope)


def test_the_page_offers_what_one_may_give_and_refuses_the_rest(shop: Shop) -> None:
    client = Client()
    client.force_login(staff("orders.view_order", PERSONAL_DATA))
    page = client.get(f"{PAGES}new/").content.decode()
    assert 'value="orders:read"' in page
    assert page.count("disabled") == 3
    form = {"shop": shop.pk, "name": "k", "scopes": ["orders:read", "orders:write"], "networks": "nowhere"}
    assert "not an IP address or a network" in client.post(f"{PAGES}new/", form).content.decode()
    assert (
        "do not have these permissions yourself"
        in client.post(f"{PAGES}new/", form | {"networks": ""}).content.decode()
    )
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize(
    ("values", "used", "standing"),
    [
        ({}, None, KeyStanding.WORKS),
        ({"expiry_date": timedelta(days=13)}, None, KeyStanding.ENDS_SOON),
        ({"expiry_date": timedelta(days=15)}, None, KeyStanding.WORKS),
        ({"expiry_date": timedelta(days=-1)}, None, KeyStanding.EXPIRED),
        ({"created": timedelta(days=-91)}, None, KeyStanding.UNUSED),
        ({"created": timedelta(days=-91)}, timedelta(days=-89), KeyStanding.WORKS),
        ({"created": timedelta(days=-200)}, timedelta(days=-91), KeyStanding.UNUSED),
        ({"revoked": True, "expiry_date": timedelta(days=-1)}, None, KeyStanding.REVOKED),
    ],
)
def test_how_a_key_is_doing_is_one_word_in_list_and_filter(
    shop: Shop, admin_client: Client, values: dict[str, Any], used: timedelta | None, standing: KeyStanding
) -> None:
    now = timezone.now()
    row, _key = key_of(shop)
    ApiKey.objects.update(**{name: now + one if isinstance(one, timedelta) else one for name, one in values.items()})
    if used:
        ApiKeyUse.objects.create(key=row, used_at=now + used)
    key = ApiKey.objects.select_related("use").get()
    assert standing_of(key) is standing
    assert [one for one in KeyStanding if ApiKey.objects.filter(of_standing(one)).exists()] == [standing]
    assert row.pk in admin_client.get(f"{PAGES}?state={standing}").content.decode()
    expected = standing in (KeyStanding.ENDS_SOON, KeyStanding.EXPIRED)
    assert ending_keys().exists() is expected


def test_an_old_secret_that_is_still_used_is_named_before_it_ends(shop: Shop) -> None:
    row, old = key_of(shop)
    rotate_key(row, overlap=timedelta(hours=5), user=None)
    assert not ending_keys().exists()
    assert ask(old) == 200
    assert ending_keys().exists()


def test_commands_rotate_and_revoke(shop: Shop) -> None:
    row, old = key_of(shop)
    out = io.StringIO()
    call_command("rotate_api_key", row.prefix, "--overlap=48h", stdout=out)
    new = out.getvalue().strip()
    assert [ask(old), ask(new)] == [200, 200]
    row.refresh_from_db()
    assert timedelta(hours=47) < row.previous_until - timezone.now() <= timedelta(hours=48)
    call_command("revoke_api_key", row.prefix, stdout=out)
    assert [ask(old), ask(new)] == [401, 401]
    for arguments in (["rotate_api_key", "unknown1"], ["revoke_api_key", "unknown1"], ["rotate_api_key", row.prefix]):
        with pytest.raises(CommandError):
            call_command(*arguments)
    with pytest.raises(CommandError):
        call_command("rotate_api_key", row.prefix, "--overlap=soon")
