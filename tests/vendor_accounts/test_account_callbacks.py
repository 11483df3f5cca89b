"""Each account is called at addresses of its own and shows a secret of its own; the environment's stay as they were."""

import base64
import json

import pytest
from django.test import Client as Browser
from pytest_django import Settings

from backoffice.engine.models import Callback
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.services.callbacks import work_due_callbacks
from backoffice.sandbox import Sandbox
from backoffice.vendor_accounts.models import VendorAccount
from backoffice.vendor_accounts.services.accounts import renew_callback_secret
from backoffice.vendor_accounts.services.remembering import ACCOUNTS
from backoffice.vendors.abilities import CallsSecretAddresses
from backoffice.vendors.registry import vendor_type
from orders.models import VendorOrder
from tests.vendor_accounts.conftest import released, work

pytestmark = pytest.mark.django_db


def address(name: str) -> str:
    """Return the path of the account's address for news of orders."""
    url = vendor_type(name, CallsSecretAddresses).callback_addresses()["orders"]
    return url[url.index("/callbacks/") :]


def call(path: str, secret: str, body: object) -> int:
    """Call us as mypromo does; return the status."""
    given = base64.b64encode(f"mypromo:{secret}".encode()).decode()
    response = Browser().post(
        path, json.dumps(body), content_type="application/json", headers={"Authorization": f"Basic {given}"}
    )
    return response.status_code


def secret_of(account: VendorAccount) -> str:
    account.refresh_from_db()
    return str(account.credentials["MYPROMO_CALLBACK_SECRET"])


def order_at(sandbox: Sandbox, part: VendorOrder, *, status: str = "FINISHED") -> dict[str, object]:
    """Return the order as mypromo tells of it."""
    held = next(one for one in sandbox.mypromo.store.held.values() if one["reference"] == part.reference)
    return {
        "id": held["id"], "status": status, "reference": part.reference, "items": [], "recipient": {},
        "updated_at": "2030-01-01 10:00:00", "created_at": "2026-11-30 10:00:00", "histories": [],
    }  # fmt: skip


def test_the_secret_of_one_account_opens_no_address_of_another(
    sandbox: Sandbox, accounts: dict[str, VendorAccount], settings: Settings
) -> None:
    one, two = accounts["ONE"], accounts["TWO"]
    assert secret_of(one) != secret_of(two)
    body = {"id": 1}
    for path, secret in [
        (address(two.name), secret_of(one)),
        (address(two.name).replace(two.name, one.name), secret_of(one)),
        (address(two.name), settings.MYPROMO_CALLBACK_SECRET),
        (address("mypromo"), secret_of(one)),
        (address("mypromo").replace("/mypromo/", f"/{one.name}/"), settings.MYPROMO_CALLBACK_SECRET),
    ]:
        assert call(path, secret, body) == 401
    assert not Callback.objects.exists()
    # The control: with its own it is let in, and so is the environment's at the address that it always had.
    assert call(address(two.name), secret_of(two), body) == 200
    assert call(address("mypromo"), settings.MYPROMO_CALLBACK_SECRET, body) == 200
    assert set(Callback.objects.values_list("vendor", flat=True)) == {two.name, "mypromo"}


def test_what_one_account_is_told_changes_no_order_of_another(
    sandbox: Sandbox, accounts: dict[str, VendorAccount]
) -> None:
    one, two = released("ONE"), released("TWO")
    work()
    parts = {row.order_id: row for row in VendorOrder.objects.all()}
    # The same number at both: whose it is follows from the address.
    VendorOrder.objects.filter(pk=parts[two.pk].pk).update(vendor_id=parts[one.pk].vendor_id)
    told = order_at(sandbox, parts[one.pk], status="IN_PRODUCTION") | {"reference": ""}
    assert call(address(accounts["TWO"].name), secret_of(accounts["TWO"]), told) == 200
    while work_due_callbacks():
        pass
    assert Callback.objects.get().state in (CallbackState.APPLIED, CallbackState.KNOWN, CallbackState.STALE)
    states = dict(VendorOrder.objects.values_list("order", "raw_state"))
    assert states[two.pk] == "IN_PRODUCTION"
    assert states[one.pk] != "IN_PRODUCTION"


def test_the_vendor_is_given_the_address_and_secret_of_the_account(
    sandbox: Sandbox, accounts: dict[str, VendorAccount]
) -> None:
    released("THREE")
    work()
    [held] = sandbox.mypromo.store.held.values()
    callback = held["callback"]
    assert callback["url"].endswith(address(accounts["THREE"].name))
    assert callback["auth"]["basic"]["password"] == secret_of(accounts["THREE"])


def test_a_renewed_secret_leaves_the_former_one_valid_until_the_next(
    sandbox: Sandbox, accounts: dict[str, VendorAccount]
) -> None:
    account = accounts["ONE"]
    path, first = address(account.name), secret_of(account)
    renew_callback_secret(account, actor="tester")
    second = secret_of(account)
    assert second != first
    assert call(path, first, {"id": 1}) == 200
    assert call(address(account.name), second, {"id": 2}) == 200
    renew_callback_secret(account, actor="tester")
    assert call(path, first, {"id": 3}) == 401
    assert ACCOUNTS.find(account.name).fingerprint == str(account.version)  # type: ignore[union-attr]


def test_an_account_that_was_removed_is_called_in_vain(sandbox: Sandbox, accounts: dict[str, VendorAccount]) -> None:
    account = accounts["ONE"]
    path, secret = address(account.name), secret_of(account)
    VendorAccount.objects.filter(pk=account.pk).update(credentials={})
    ACCOUNTS.forget()
    assert call(path, secret, {"id": 1}) == 401
    assert call(path.replace(account.name, "mypromo_nobody"), secret, {"id": 1}) == 404
    assert not Callback.objects.exists()
