"""What leaves from an account carries its own credentials, at each vendor that may have several."""

import hmac
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from backoffice.accounts.models import Shop
from backoffice.engine.models import Push
from backoffice.engine.models.push import Lane
from backoffice.engine.services.integrations import get_vendor
from backoffice.errors import InvalidInput
from backoffice.vendor_accounts.models import ShopAccount, VendorAccount
from backoffice.vendor_accounts.services.accounts import AccountValues, add_account, change_account
from backoffice.vendor_accounts.services.checking import fields_of
from backoffice.vendor_accounts.services.choosing import account_of_shop
from backoffice.vendor_accounts.services.remembering import ACCOUNTS
from backoffice.vendors.abilities import CallsUs, Vendor
from backoffice.vendors.autoletter.adapter import AutoLetter
from backoffice.vendors.base import CallbackRequest
from backoffice.vendors.errors import VendorError
from backoffice.vendors.kept_accounts import FieldKind
from backoffice.vendors.registry import is_for_tests, vendor_behind, vendor_names, vendor_title, vendor_type
from backoffice.vendors.registry import test_names as sandbox_vendors
from backoffice.vendors.sign_customiser.callbacks import SIGNATURE, TIMESTAMP
from orders.marketing.models import ExportBatch, ExportState, OrderExport
from orders.marketing.services.campaigns.making import change_campaign, make_campaign
from orders.marketing.services.exports.batches import gather_exports
from orders.models import OrderState
from tests.orders.rows import make_order
from tests.vendors.loopback import Loopback, loopback, reply

WAITING = {"state": ExportState.WAITING, "requested_by": "tester", "requested_at": timezone.now()}
pytestmark = pytest.mark.django_db
GENERAL = {
    "mypromo": {"MYPROMO_CLIENT_ID": "the-others", "MYPROMO_CLIENT_SECRET": "env-secret"},
    "mypromo-fulfiller": {"MYPROMO_FULFILLER_CLIENT_ID": "the-others", "MYPROMO_FULFILLER_CLIENT_SECRET": "env-secret"},
    "mypromo-sandbox": {"MYPROMO_SANDBOX_CLIENT_ID": "the-others", "MYPROMO_SANDBOX_CLIENT_SECRET": "env-secret"},
    "sign-customiser": {"SIGN_CUSTOMISER_TOKEN": "env-secret"},
    "autoletter": {"AUTOLETTER_TOKEN": "env-secret"},
    "lettrlabs": {"LETTRLABS_API_KEY": "env-secret"},
    "guaranteed-reviews": {"GUARANTEED_REVIEWS_KEYS": ["WEB=12/de/env-secret"]},
}


@pytest.fixture
def server(settings: Settings) -> Iterator[Loopback]:
    """Stand for every vendor: refuse whatever is asked, and remember it."""
    settings.ALLOW_PRIVATE_FILE_HOSTS = True
    with loopback(reply(403, '{"message": "no"}')) as server:
        for vendor, values in GENERAL.items():
            for name, value in values.items():
                setattr(settings, name, value)
            address = next(one.setting for one in fields_of(vendor) if one.kind == FieldKind.ADDRESS)
            setattr(settings, address, f"{server.url}/")
        # The address of sandboxes must not be that of live orders.
        settings.MYPROMO_SANDBOX = True
        yield server


def own(vendor: str) -> dict[str, Any]:
    """Return credentials of the account's own, in the shape of the environment's."""
    changed = {"the-others": "own-number", "env-secret": "own-secret", "WEB=12/de/env-secret": "WEB=12/de/own-secret"}
    return {
        name: [changed[one] for one in value] if isinstance(value, list) else changed[value]
        for name, value in GENERAL[vendor].items()
    }


def test_every_vendor_may_have_several_accounts() -> None:
    assert {name for name in (*vendor_names(), *sandbox_vendors()) if fields_of(name)} == set(GENERAL)


@pytest.mark.parametrize("vendor", GENERAL)
def test_an_account_shows_its_own_credentials_and_never_the_environments(server: Loopback, vendor: str) -> None:
    account = add_account(vendor, AccountValues("Own", [], 60_000, own(vendor)), actor="tester")
    found = vendor_type(account.name, Vendor)
    assert (found.name, found.title) == (account.name, f"{vendor_title(vendor)} · Own")
    assert found.is_configured()
    assert _sent(server, account.name).count("own-secret") >= 1
    assert "env-secret" not in _sent(server, account.name)
    # The control: the environment's account shows the environment's.
    assert "env-secret" in _sent(server, vendor)


@pytest.mark.parametrize("vendor", GENERAL)
@pytest.mark.parametrize(("elsewhere", "asks"), [("https://{host}:8443", True), ("http://{host}", True), ("", False)])
def test_another_host_is_shown_only_secrets_that_were_entered_for_it(
    server: Loopback, vendor: str, elsewhere: str, asks: bool
) -> None:
    address = next(one.setting for one in fields_of(vendor) if one.kind == FieldKind.ADDRESS)
    secret = next(one.setting for one in fields_of(vendor) if one.is_required and one.is_secret)
    first = own(vendor) | {address: "https://vendor.example.com/api"}
    account = add_account(vendor, AccountValues("Own", [], None, first), actor="tester")
    url = elsewhere.format(host="vendor.example.com") or "https://vendor.example.com/another/path"
    moved = {name: value for name, value in first.items() if name != secret} | {address: url}
    if asks:
        with pytest.raises(InvalidInput) as refusal:
            change_account(account, AccountValues("Own", [], None, moved), actor="tester")
        assert "previous address" in refusal.value.errors[secret][0]
        moved[secret] = first[secret]
    changed = change_account(account, AccountValues("Own", [], None, moved), actor="tester")
    assert (changed.credentials[address], changed.credentials[secret]) == (url, first[secret])


def _sent(server: Loopback, name: str) -> str:
    """Ask the account something, and return all that arrived."""
    server.seen.clear()
    vendor = get_vendor(name, Vendor, lane=Lane.ORDERS)
    with suppress(VendorError):
        if isinstance(vendor, AutoLetter):
            vendor.client.push_orders(b"[]")
        else:
            vendor.check()
    return "\n".join(f"{one.path} {one.headers} {one.body.decode()}" for one in server.seen)


@pytest.mark.parametrize("vendor", ["sign-customiser", "autoletter", "lettrlabs", "guaranteed-reviews"])
def test_an_account_without_credentials_is_not_set_up_by_the_environments(server: Loopback, vendor: str) -> None:
    account = add_account(vendor, AccountValues("Own", [], 60_000, own(vendor)), actor="tester")
    VendorAccount.objects.update(credentials={})
    ACCOUNTS.forget()
    assert vendor_type(vendor, Vendor).is_configured()
    assert not vendor_type(account.name, Vendor).is_configured()


def test_a_webhook_signed_for_one_account_is_refused_at_another(server: Loopback, settings: Settings) -> None:
    accounts = []
    for title in ("One", "Two"):
        secrets = {"SIGN_CUSTOMISER_TOKEN": f"token-{title}", "SIGN_CUSTOMISER_INTEGRATION_SECRET": f"secret-{title}"}
        accounts.append(add_account("sign-customiser", AccountValues(title, [], None, secrets), actor="tester"))
    settings.SIGN_CUSTOMISER_INTEGRATION_SECRET = "secret-env"
    names = [account.name for account in accounts] + ["sign-customiser"]
    for place, secret in enumerate(["secret-One", "secret-Two", "secret-env"]):
        opens = [vendor_type(name, CallsUs).verify_callback(_signed(secret)) for name in names]
        assert opens == [number == place for number in range(3)]
    body = b'{"product": {"product_id": 7, "title": "Sign"}}'
    (message,) = vendor_type(names[0], CallsUs).read_callback("product-created", body)
    assert message.vendor == names[0]  # type: ignore[attr-defined]


def _signed(secret: str) -> CallbackRequest:
    now = str(int(time.time()))
    signature = hmac.new(secret.encode(), f"{now}.{{}}".encode(), "sha256").hexdigest()
    return CallbackRequest(topic="product-created", headers={TIMESTAMP: now, SIGNATURE: signature}, body=b"{}")


def test_orders_are_exported_through_the_account_of_their_shop_and_corrected_there(server: Loopback) -> None:
    shops = [Shop.objects.create(code=code, name=code) for code in ("ONE", "TWO", "ENV")]
    names = ["autoletter"]
    for shop in shops[:2]:
        values = AccountValues(shop.code, [shop], 60_000, {"AUTOLETTER_TOKEN": f"token-{shop.code}"})
        names.insert(-1, add_account("autoletter", values, actor="tester").name)
    orders = [make_order(shop=shop, state=OrderState.RELEASED) for shop in shops]
    rows = [OrderExport.objects.create(order=order, vendor="autoletter", **WAITING) for order in orders]
    assert gather_exports() == 3
    assert [OrderExport.objects.get(pk=row.pk).account for row in rows] == names
    assert sorted(ExportBatch.objects.values_list("vendor", flat=True)) == sorted(names)
    assert sorted(Push.objects.values_list("vendor", flat=True)) == sorted(names)
    # A correction goes where the order was told before, whatever its shop uses now.
    ShopAccount.objects.all().delete()
    ACCOUNTS.forget()
    OrderExport.objects.update(batch=None, state=ExportState.WAITING, corrected=True)
    assert gather_exports() == 3
    assert [OrderExport.objects.get(pk=row.pk).account for row in rows] == names


def test_what_waits_for_an_account_that_is_not_set_up_holds_no_other_back(server: Loopback, settings: Settings) -> None:
    shops = [Shop.objects.create(code=code, name=code) for code in ("ONE", "TWO")]
    settings.AUTOLETTER_TOKEN = ""
    values = AccountValues("Two", [shops[1]], 60_000, {"AUTOLETTER_TOKEN": "token-two"})
    account = add_account("autoletter", values, actor="tester")
    rows = [
        OrderExport.objects.create(
            order=make_order(shop=shop, state=OrderState.RELEASED), vendor="autoletter", **WAITING
        )
        for shop in shops
    ]
    assert gather_exports() == 1
    assert [OrderExport.objects.get(pk=row.pk).account for row in rows] == ["", account.name]


def test_a_campaign_is_at_the_account_of_its_shop(server: Loopback) -> None:
    shop = Shop.objects.create(code="ONE", name="One")
    values = AccountValues("One", [shop], None, {"LETTRLABS_API_KEY": "LL-API-own"})
    account = add_account("lettrlabs", values, actor="tester")
    campaign = make_campaign(actor="tester", shop=shop, name="Cards", template_id=1, budget=100)
    assert campaign.vendor == account.name
    changed = change_campaign(campaign, actor="tester", shop=Shop.objects.create(code="TWO", name="Two"))
    assert changed.vendor == "lettrlabs"


def test_a_test_order_goes_to_the_sandbox_of_its_shop_and_else_to_the_usual_place(server: Loopback) -> None:
    shop, other = (Shop.objects.create(code=code, name=code) for code in ("ONE", "TWO"))
    account = add_account("mypromo-sandbox", AccountValues("Own", [shop], None, own("mypromo-sandbox")), actor="tester")
    assert account_of_shop(shop.pk, "mypromo", is_test=True) == account.name
    assert account_of_shop(shop.pk, "mypromo") == "mypromo"
    assert account_of_shop(other.pk, "mypromo", is_test=True) == "mypromo-sandbox"
    assert account_of_shop(shop.pk, "sign-customiser", is_test=True) == "simulated"
    assert is_for_tests(account.name)
    assert vendor_behind(account.name) == "mypromo"
