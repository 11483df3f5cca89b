"""Requests that are more, other or stranger than those of a browser or a storefront."""

import io
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from backoffice.accounts.models import ApiKey, Shop
from orders.models import Order, ShopFile
from tests.api.conftest import catalog, storefront
from tests.api.storefront import Storefront, build_order

__all__ = ["catalog", "storefront"]
pytestmark = pytest.mark.django_db
OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")


def held(storefront: Storefront) -> int:
    body = build_order()
    body["lines"] = body["lines"][:1]
    return int(storefront.place(body).json()["id"])


@pytest.mark.parametrize("header", OVERRIDES)
def test_no_header_and_no_field_makes_another_method_of_a_request(
    storefront: Storefront, catalog: Any, header: str
) -> None:
    """What a proxy lets through as GET or POST stays that."""
    pk = held(storefront)
    client = Client(
        headers={"Authorization": f"Bearer {storefront.key}", header: "DELETE"}, raise_request_exception=False
    )
    assert client.get(f"/api/v1/orders/{pk}/").json()["id"] == pk
    assert client.get(f"/api/v1/orders/{pk}/?_method=DELETE").status_code == 400
    assert client.post(f"/api/v1/orders/{pk}/", {"_method": "DELETE"}).status_code == 405
    assert Order.objects.get(pk=pk).state != "cancelled"


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "PATCHX"])
def test_other_methods_are_refused_and_say_nothing_back(client: Client, method: str) -> None:
    for path in ("/api/v1/orders/", "/admin/login/", "/callbacks/mypromo/orders/x/"):
        answer = client.generic(method, path, headers={"X-Canary": "canary-7"})
        assert answer.status_code in (400, 401, 403, 404, 405), (path, answer.status_code)
        assert "canary-7" not in answer.content.decode() + str(answer.headers)


# Fields of rows that no form and no storefront may set.
INNER = {
    "id": 7, "pk": 7, "is_superuser": "on", "is_staff": "on", "shop": 2, "shop_id": 2, "created_by": "root",
    "hashed_key": "sha512$$x", "prefix": "chosen00", "previous_hash": "sha512$$x", "revoked": "", "state": "closed",
}  # fmt: skip


def test_a_form_sets_what_it_shows_and_nothing_else(admin_client: Client) -> None:
    shop, other = Shop.objects.create(code="A", name="A"), Shop.objects.create(code="B", name="B")
    row, _key = ApiKey.objects.create_key(name="till", shop=shop)
    before = ApiKey.objects.values().get()
    form = {"name": "new", "scopes": ["orders:read"], **INNER, "shop": other.pk, "shop_id": other.pk, "is_test": "on"}
    assert admin_client.post(f"/admin/backoffice/apikey/{row.pk}/edit/", form).status_code == 302
    after = ApiKey.objects.values().get()
    assert {name for name in before if before[name] != after[name]} == {"name", "scopes"}


def test_one_own_settings_make_nobody_more(client: Client) -> None:
    user = User.objects.create_user("anna", password="right-password-1", is_staff=True)
    client.force_login(user)
    before = User.objects.values().get()
    for address in ("/admin/my-sign-in/", "/admin/mail/staffmail/", "/admin/password_change/"):
        client.post(address, INNER)
    assert {**User.objects.values().get(), "last_login": None} == {**before, "last_login": None}


def test_an_order_takes_no_field_of_ours(storefront: Storefront, catalog: Any) -> None:
    for name, value in INNER.items():
        assert storefront.place(build_order() | {name: value}).status_code == 400, name
    assert not Order.objects.exists()


def test_more_fields_than_a_form_has_are_refused_before_they_are_read(settings: Any) -> None:
    form = {f"field{number}": "x" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
    assert Client(raise_request_exception=False).post("/admin/login/", form).status_code == 400


def test_as_many_fields_as_a_form_may_have_are_read(client: Client) -> None:
    assert client.post("/admin/login/", {f"field{number}": "x" for number in range(900)}).status_code == 200


def test_a_body_larger_than_a_form_is_refused() -> None:
    body = "username=" + "x" * 3_000_000
    answer = Client(raise_request_exception=False).post(
        "/admin/login/", body, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code in (400, 413)


def test_a_long_query_and_a_thousand_of_one_parameter_cost_nothing(storefront: Storefront) -> None:
    assert storefront.get("orders/?" + "&".join(["state=held"] * 900)).status_code in (200, 400)
    assert storefront.get("orders/?search=" + "x" * 20_000).status_code in (200, 400)


# Names of files: none leads out of its folder, or into a header.
NAMES = (
    "../../../etc/passwd", "..\\..\\boot.ini", "a\r\nSet-Cookie: a=b.pdf", 'a"; filename="b.html', "\0.pdf", "x" * 500,
    "/etc/passwd", "con.pdf", "\u202efdp.exe", "a.pdf\n", "....//....//x.pdf", "%2e%2e%2fx.pdf",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_file_leads_nowhere(storefront: Storefront, settings: Any, tmp_path: Any, name: str) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    file = io.BytesIO(b"%PDF-1.4\n%%EOF")
    file.name = name
    client = Client(headers={"Authorization": f"Bearer {storefront.key}"}, raise_request_exception=False)
    answer = client.post("/api/v1/files/", {"file": file})
    assert answer.status_code in (201, 400, 422), answer.content
    outside = [path for path in tmp_path.rglob("*") if path.is_file() and not path.is_relative_to(tmp_path / "media")]
    assert not outside
    for kept in ShopFile.objects.all():
        assert not {"\r", "\n", "\0"} & set(kept.name)
        assert len(kept.name) <= 255


LOOKALIKES = (
    "Ⓙana",
    "ﬁle",
    "ᴊana",
    "İ",
    "ß" * 50,
    "\u0301" * 100,
    "🏴" + "\U000e0067" * 50,
    "\u2066x\u2069",
)


@pytest.mark.parametrize("name", LOOKALIKES)
def test_nobody_signs_in_as_somebody_by_letters_that_look_alike(name: str) -> None:
    User.objects.create_user("jana", "jana@example.com", password="right-password-1", is_staff=True)
    answer = Client().post("/admin/login/", {"username": name, "password": "right-password-1"})
    assert answer.status_code == 200


def test_the_name_itself_signs_in() -> None:
    User.objects.create_user("jana", "jana@example.com", password="right-password-1", is_staff=True)
    assert Client().post("/admin/login/", {"username": "jana", "password": "right-password-1"}).status_code == 302
