"""What is dangerous asks once more who one is: every page on which users, roles, keys and secrets are changed, a secret
is shown, or money is spent.
"""

import time
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.accounts.models import ApiKey, Shop
from backoffice.privacy.models import PrivacyRequest
from backoffice.staff.recent_sign_in import SESSION_KEY
from backoffice.vendor_accounts.models import VendorAccount
from backoffice.webhooks.models import WebhookEndpoint
from orders.connectors.woocommerce.models import WooConnection
from tests.pages.addresses import staff_patterns
from tests.signin.conftest import PASSWORD, Enter

AGAIN = "/account/again/password/"
# Beginnings of names of pages -> those of them that only show or start something harmless.
DANGEROUS = {
    "auth_user_": {"changelist", "history"},
    "auth_group_": {"changelist", "history", "change", "who"},
    "accounts_apikey_": {"changelist", "history", "change", "add", "delete"},
    # A copy and an erasure name somebody: tests/privacy has them.
    "privacy_privacyrequest_": {
        "changelist", "history", "change", "add", "delete", "person", "withdraw", "again", "vendor_done", "record",
        "copy", "erase",
    },
    "webhooks_webhookendpoint_": {
        "changelist", "history", "change", "add", "delete", "switch", "test", "dry_run", "try_now", "replay",
    },
    "vendor_accounts_vendoraccount_": {"changelist", "history", "change", "add", "delete"},
    "woocommerce_wooconnection_": {
        "changelist", "history", "change", "add", "delete", "check", "webhooks", "setup", "stock",
    },
    # Shows addresses whose last part is a secret.
    "engine_integration_": {
        "changelist", "history", "change", "add", "delete", "test", "pause", "resume", "subscribe", "end_webhook",
    },
    "rules_rule_": {
        "changelist", "history", "change", "add", "delete", "new", "values", "try_unsaved", "order", "hand", "edit",
        "try", "past", "call", "switch", "move", "remove", "stop",
    },
    # Cards are paid for, and refunds.
    "marketing_mailcampaign_": {
        "changelist", "history", "change", "add", "delete", "new", "edit", "proof", "audience", "prepare", "reopen",
        "cancel", "table", "remove", "link", "deny", "discard",
    },
    "complaints_complaint_": {
        "changelist", "history", "change", "add", "delete", "new", "replace", "about", "photos", "claim", "answer",
        "settle", "withdraw", "reopen", "photo", "thumbnail", "costs",
    },
}  # fmt: skip


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create_superuser("mara", password=PASSWORD)


@pytest.fixture
def addresses(boss: User) -> list[str]:
    shop = Shop.objects.create(code="WEB", name="Web")
    account = VendorAccount.objects.create(vendor="mypromo", name="mypromo_x", title="X")
    keys = {
        "auth_user_": boss.pk,
        "auth_group_": Group.objects.create(name="Desk").pk,
        "accounts_apikey_": ApiKey.objects.create_key(name="k", shop=shop)[0].pk,
        "privacy_privacyrequest_": PrivacyRequest.objects.create(kind="export", created_by="x").pk,
        "webhooks_webhookendpoint_": WebhookEndpoint.objects.create(shop=shop, url="https://shop.example.com/").pk,
        "vendor_accounts_vendoraccount_": account.pk,
        "woocommerce_wooconnection_": WooConnection.objects.create(shop=shop, pull_after=timezone.now()).pk,
        "engine_integration_": "mypromo",
    }
    return list(_dangerous(keys))


def _dangerous(keys: dict[str, object]) -> Iterator[str]:
    for name, pattern in staff_patterns().items():
        for prefix, harmless in DANGEROUS.items():
            if name.startswith(prefix) and name.removeprefix(prefix) not in harmless:
                wanted = pattern.pattern.converters
                # They ask before they look for the row.
                yield reverse(f"admin:{name}", kwargs=dict.fromkeys(wanted, keys.get(prefix, 1)) or None)


def age(client: Client, seconds: float) -> None:
    session = client.session
    session[SESSION_KEY] = time.time() - seconds
    session.save()


def test_every_such_page_asks_once_more(boss: User, addresses: list[str], settings: LazySettings) -> None:
    assert len(addresses) >= 24
    client = Client()
    client.force_login(boss)
    before = list(User.objects.values()), list(Group.objects.values()), list(ApiKey.objects.values())
    for address in addresses:
        assert not client.get(address).headers.get("Location", "").startswith("/account/again"), address
        age(client, settings.REAUTHENTICATION_SECONDS + 1)
        answer = client.get(address)
        is_asked = answer.headers.get("Location", "").partition("?")[0] == AGAIN
        # 405: a button alone, whose press is guarded.
        assert is_asked or answer.status_code == 405, (address, answer.status_code)
        age(client, 3 * settings.REAUTHENTICATION_SECONDS + 1)
        answer = client.post(address, {"username": "eve", "name": "eve", "revoked": "on"})
        assert answer.headers.get("Location", "").partition("?")[0] == AGAIN, (address, answer.status_code)
        age(client, 0)
    assert before == (list(User.objects.values()), list(Group.objects.values()), list(ApiKey.objects.values()))


def test_once_shown_one_goes_on_where_one_was(boss: User, enter: Enter) -> None:
    client = Client()
    enter(client, "mara")
    age(client, 10_000)
    asked = client.get("/admin/auth/user/add/")["Location"]
    answer = client.post(asked, {"password": PASSWORD, "next": "/admin/auth/user/add/"})
    assert answer["Location"] == "/admin/auth/user/add/"
    assert client.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_showing_it_leads_nowhere_else(boss: User, enter: Enter, target: str) -> None:
    client = Client()
    enter(client, "mara")
    answer = client.post(f"{AGAIN}?next={target}", {"password": PASSWORD, "next": target})
    assert answer.status_code == 302
    assert "evil" not in answer["Location"]


def test_a_form_that_was_open_meanwhile_is_taken(boss: User, settings: LazySettings) -> None:
    client = Client()
    client.force_login(boss)
    age(client, settings.REAUTHENTICATION_SECONDS + 60)
    assert client.post("/admin/auth/group/add/", {"name": "New", "parts": []}).status_code == 302
    assert Group.objects.filter(name="New").exists()


def test_lists_and_all_else_ask_nothing(boss: User) -> None:
    client = Client()
    client.force_login(boss)
    age(client, 10_000)
    for address in ("/admin/", "/admin/auth/user/", "/admin/backoffice/apikey/", "/admin/my-sign-in/"):
        assert client.get(address).status_code == 200, address


def test_what_spends_money_or_shows_a_secret_is_among_them(addresses: list[str]) -> None:
    wanted = {
        "/admin/orders/mailcampaign/1/checkout/", "/admin/orders/complaint/1/refund/",
        "/admin/orders/complaint/1/refunds/1/paid/", "/admin/orders/complaint/1/refunds/1/withdraw/",
        "/admin/orders/rule/1/secret/", "/admin/backoffice/integration/mypromo/callbacks/",
    }  # fmt: skip
    assert wanted - set(addresses) == set()
