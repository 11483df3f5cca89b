"""Who may call, and how often."""

import io
import re
import time
from datetime import date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from backoffice.accounts.models import ApiKey, Shop
from backoffice.accounts.models.shop import Scope
from backoffice.api import throttling
from tests.api.storefront import Storefront, build_order


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer x",
        "Bearer \0",
        "Basic dTpw",
        "Bearer " + "a" * 8 + "." + "b" * 32,
        "Bearer ä",
        "Api-Key k",
    ],
)
def test_a_request_without_a_known_key_is_refused(db: None, header: str) -> None:
    answer = Client(headers={"Authorization": header} if header else {}).get("/api/v1/orders/")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
    assert answer.json()["code"] in {"not_authenticated", "authentication_failed"}


def test_a_revoked_and_an_expired_key_are_refused(storefront: Storefront) -> None:
    assert storefront.get("orders/").status_code == 200
    ApiKey.objects.update(expiry_date=timezone.now() - timedelta(seconds=1))
    assert storefront.get("orders/").status_code == 401
    ApiKey.objects.update(expiry_date=None)
    assert storefront.get("orders/").status_code == 200
    ApiKey.objects.update(revoked=True)
    assert storefront.get("orders/").status_code == 401


def test_a_key_with_the_right_prefix_and_another_secret_is_refused(storefront: Storefront) -> None:
    forged = storefront.key[:-1] + ("a" if storefront.key[-1] != "a" else "b")
    assert Client(headers={"Authorization": f"Bearer {forged}"}).get("/api/v1/orders/").status_code == 401


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        (Scope.ORDERS_READ, {"list"}),
        (Scope.ORDERS_WRITE, {"place", "cancel"}),
        (Scope.CATALOG_READ, {"products"}),
    ],
)
def test_each_scope_allows_its_own_operations_only(storefront: Storefront, scope: str, allowed: set[str]) -> None:
    ApiKey.objects.update(scopes=[scope])
    answers = {
        "list": storefront.get("orders/"),
        "place": storefront.place({}),
        "cancel": storefront.post("orders/1/cancel/", {}),
        "products": storefront.get("catalog/products/"),
    }
    assert {name for name, answer in answers.items() if answer.status_code != 403} == allowed
    assert all(answer.json()["code"] == "permission_denied" for answer in answers.values() if answer.status_code == 403)


def test_a_key_is_throttled_and_told_how_long(storefront: Storefront, settings) -> None:
    settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["key"] = "3/day"
    try:
        assert [storefront.get("orders/").status_code for _ in range(4)] == [200, 200, 200, 429]
        answer = storefront.get("orders/")
    finally:
        settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["key"] = "1200/min"
    assert 0 < int(answer["Retry-After"]) <= 86_400
    assert answer.json()["code"] == "throttled"


def test_without_redis_orders_are_still_taken_and_as_quickly(storefront: Storefront, catalog, settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    throttling._redis.cache_clear()
    try:
        begin = time.monotonic()
        assert storefront.place(build_order()).status_code == 201
        assert time.monotonic() - begin < 2, "Redis would be waited for by its client for six seconds"
    finally:
        throttling._redis.cache_clear()


def test_create_api_key_prints_a_key_that_works_and_makes_the_shop(db: None) -> None:
    out = io.StringIO()
    call_command("create_api_key", "--shop", "NEW", "--name", "web", "--create-shop", "New shop", stdout=out)
    shop = Shop.objects.get(code="NEW")
    assert (shop.name, shop.currency, shop.language) == ("New shop", "EUR", "DE")
    key = out.getvalue().strip()
    assert Client(headers={"Authorization": f"Bearer {key}"}).get("/api/v1/orders/").status_code == 200
    assert key.partition(".")[2] not in str(ApiKey.objects.values_list())


def test_no_address_of_the_staff_pages_contains_the_hash_of_a_key(storefront: Storefront, admin_client: Client) -> None:
    row = ApiKey.objects.get()
    pages = "/admin/backoffice/apikey/"
    assert f'href="{pages}{row.prefix}/change/' in admin_client.get(pages).content.decode()
    assert row.hashed_key not in admin_client.get(f"{pages}{row.prefix}/change/").content.decode()
    form = {"name": "till", "scopes": ["orders:read"]}
    assert admin_client.post(f"{pages}{row.prefix}/edit/", form).url == f"{pages}{row.prefix}/change/"
    assert storefront.get("orders/").status_code == 200
    assert admin_client.post(f"{pages}{row.prefix}/revoke/").url == f"{pages}{row.prefix}/change/"
    row.refresh_from_db()
    assert (row.name, row.scopes, row.revoked) == ("till", ["orders:read"], True)
    assert storefront.get("orders/").status_code == 401
    assert admin_client.get(f"{pages}{row.prefix}/edit/").url == f"{pages}{row.prefix}/change/"
    assert admin_client.get(f"{pages}{row.prefix}/history/").status_code == 200


def test_a_key_made_by_staff_is_shown_once_and_works(db: None, admin_client: Client) -> None:
    shop = Shop.objects.create(code="WEB", name="Web")
    form = {"shop": shop.pk, "name": "till", "scopes": ["orders:read"]}
    answer = admin_client.post("/admin/backoffice/apikey/new/", form)
    key = re.search(r"<code[^>]*>(\w{8}\.\w{32})</code>", answer.content.decode())
    assert key is not None
    assert "no-store" in answer["Cache-Control"]
    assert key[1] not in str(answer.cookies) + admin_client.get("/admin/backoffice/apikey/").content.decode()
    assert Client(headers={"Authorization": f"Bearer {key[1]}"}).get("/api/v1/orders/").status_code == 200
    made = ApiKey.objects.get()
    assert (made.pk, made.created_by) == (key[1][:8], "admin")


def test_the_keys_of_the_library_have_no_page_of_their_own(db: None, admin_client: Client) -> None:
    assert admin_client.get("/admin/rest_framework_api_key/apikey/").status_code == 404


def test_create_api_key_refuses_an_unknown_shop(db: None) -> None:
    with pytest.raises(CommandError, match="no shop GONE"):
        call_command("create_api_key", "--shop", "GONE", "--name", "web")
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("given", ["2999-12-31", "90d"])
def test_create_api_key_takes_the_last_day_of_a_key(db: None, given: str) -> None:
    out = io.StringIO()
    shop = ("--shop", "NEW", "--create-shop", "New shop")
    call_command("create_api_key", *shop, "--name", "web", "--expires", given, stdout=out)
    key = ApiKey.objects.get()
    days = {"2999-12-31": date(2999, 12, 31), "90d": timezone.localdate() + timedelta(days=90)}
    assert timezone.localtime(key.expiry_date).date() == days[given] + timedelta(days=1)
    assert timezone.localtime(key.expiry_date).time() == datetime.min.time()
    caller = Client(headers={"Authorization": f"Bearer {out.getvalue().strip()}"})
    assert caller.get("/api/v1/orders/").status_code == 200
    ApiKey.objects.update(expiry_date=timezone.now())
    assert caller.get("/api/v1/orders/").status_code == 401


@pytest.mark.parametrize("given", ["2020-01-01", "-3d", "soon", "99999999999d", "9999-12-31", ""])
def test_create_api_key_refuses_what_is_no_day_to_come(db: None, given: str) -> None:
    with pytest.raises(CommandError):
        call_command("create_api_key", "--shop", "NEW", "--create-shop", "N", "--name", "web", f"--expires={given}")
    assert not ApiKey.objects.exists()
