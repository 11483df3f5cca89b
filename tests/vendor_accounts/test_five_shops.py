"""Each order arrives at its shop's account with that one's token, and at no other's, whatever happens on the way."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.engine.models import Integration, Push, VendorToken
from backoffice.engine.models.push import PushState
from backoffice.engine.services import limiter
from backoffice.engine.services.sending import deliver, end_expired_leases
from backoffice.errors import IllegalTransition, InvalidInput
from backoffice.sandbox import Sandbox
from backoffice.vendor_accounts.models import ShopAccount, VendorAccount
from backoffice.vendor_accounts.services.accounts import (
    AccountValues,
    add_account,
    change_account,
    remove_account,
)
from backoffice.vendor_accounts.services.remembering import ACCOUNTS
from orders.models import (
    Address,
    Order,
    OrderEvent,
    OrderLine,
    StrayOrder,
    VendorOrder,
    VendorOrderLine,
    VendorOrderState,
)
from orders.services.push_kinds import VendorOrderHandler
from orders.services.reports.pulling import OrderPull
from orders.services.restore.adopting import adopt_stray
from orders.services.restore.reconciling import reconcile
from tests.vendor_accounts.conftest import CODES, client_of, open_account, released, work

pytestmark = pytest.mark.django_db


def arrived(sandbox: Sandbox, *orders: Order) -> dict[str, list[str]]:
    """Return the clients at which each order is made, by its number: exactly those that were submitted."""
    made = sandbox.ledger.physical_orders()
    return {order.number: [one["client"] for one in made if one["reference"] == order.number] for order in orders}


def test_five_shops_place_at_five_accounts_and_one_without_at_the_environments(
    sandbox: Sandbox, accounts: dict[str, VendorAccount]
) -> None:
    plain = Shop.objects.create(code="PLAIN", name="Plain")
    orders = {code: released(code) for code in CODES} | {"PLAIN": released("PLAIN", shop=plain)}
    work()
    expected = {orders[code].number: [client_of(code).client_id] for code in CODES} | {orders["PLAIN"].number: ["1"]}
    assert arrived(sandbox, *orders.values()) == expected
    parts = dict(VendorOrder.objects.values_list("order__shop__code", "vendor"))
    assert parts == {code: accounts[code].name for code in CODES} | {"PLAIN": "mypromo"}
    # Each with a token, a rate limit and a breaker of its own.
    assert VendorToken.objects.count() == len({row.token for row in VendorToken.objects.all()}) == 6
    assert set(Integration.objects.values_list("vendor", flat=True)) == set(parts.values())


def test_an_order_stays_at_its_account_when_the_shop_gets_another_one(
    sandbox: Sandbox, accounts: dict[str, VendorAccount]
) -> None:
    before = released("ONE")
    shop = before.shop
    two = accounts["TWO"]
    change_account(two, AccountValues("Two", [shop], 60_000), actor="tester")
    after = released("ONE")
    work()
    assert arrived(sandbox, before, after) == {before.number: ["client-one"], after.number: ["client-two"]}
    assert ShopAccount.objects.get(shop=shop).account == two


@pytest.mark.parametrize("fault", ["cut_after", "hang_after", "cut_before"])
def test_a_lost_answer_is_looked_for_at_the_account_that_was_written_to(
    sandbox: Sandbox, accounts: dict[str, VendorAccount], fault: str, settings
) -> None:
    settings.VENDOR_READ_TIMEOUT = 0.3
    for path in (r"v1/orders$", r"/submit"):
        sandbox.faults.add(kind=fault, method="POST", path=path, times=1, seconds=1)
    order = released("THREE")
    # The shop moves while the outcome is open: what was written there is looked for there.
    push = Push.objects.get(vendor=accounts["THREE"].name)
    deliver(push.pk)
    change_account(accounts["FOUR"], AccountValues("Four", [order.shop], 60_000), actor="tester")
    work()
    assert arrived(sandbox, order) == {order.number: ["client-three"]}
    urls = push.attempt_rows.values_list("push__vendor", flat=True)
    assert set(urls) == {accounts["THREE"].name}


def test_a_killed_worker_goes_on_at_the_same_account(sandbox: Sandbox, accounts: dict[str, VendorAccount]) -> None:
    order = released("TWO")
    push = Push.objects.get(vendor=accounts["TWO"].name)
    # Lost while the submission may have been under way.
    Push.objects.filter(pk=push.pk).update(
        state=PushState.IN_FLIGHT, step="create", lease_until=timezone.now() - timedelta(seconds=5)
    )
    assert end_expired_leases() == 1
    work()
    assert arrived(sandbox, order) == {order.number: ["client-two"]}


def test_a_push_of_another_account_than_its_order_is_refused(
    sandbox: Sandbox, accounts: dict[str, VendorAccount], monkeypatch: pytest.MonkeyPatch
) -> None:
    order = released("ONE")
    Push.objects.filter(vendor=accounts["ONE"].name).update(vendor=accounts["TWO"].name)
    work()
    order.refresh_from_db()
    assert arrived(sandbox, order) == {order.number: []}
    [push] = Push.objects.all()
    assert push.state == PushState.FAILED
    assert "mypromo · One" in push.cause
    # The control: without the check it would be made at the other account.
    unchecked = VendorOrderHandler.__bases__[0].begin
    monkeypatch.setattr(VendorOrderHandler, "begin", unchecked)
    other = released("ONE")
    Push.objects.filter(vendor=accounts["ONE"].name).update(vendor=accounts["TWO"].name)
    work()
    assert arrived(sandbox, other) == {other.number: ["client-two"]}


def test_the_same_number_at_two_accounts_is_two_orders(sandbox: Sandbox, accounts: dict[str, VendorAccount]) -> None:
    one, two = released("ONE"), released("TWO")
    work()
    parts = {row.order_id: row for row in VendorOrder.objects.all()}
    parts[two.pk].vendor_id = parts[one.pk].vendor_id
    parts[two.pk].save()
    assert VendorOrder.objects.filter(vendor_id=parts[one.pk].vendor_id).count() == 2


def test_a_pull_of_an_account_brings_its_own_orders_only(sandbox: Sandbox, accounts: dict[str, VendorAccount]) -> None:
    orders = [released(code) for code in ("ONE", "TWO")]
    work()
    VendorOrder.objects.update(read_at=None)
    OrderPull(accounts["ONE"].name).run(since=datetime.now(UTC).date())
    read = dict(VendorOrder.objects.values_list("order", "read_at"))
    assert read[orders[0].pk]
    assert not read[orders[1].pk]
    assert not StrayOrder.objects.exists()


def test_after_a_restore_each_account_is_asked_for_its_own(
    sandbox: Sandbox, accounts: dict[str, VendorAccount]
) -> None:
    order, other = released("FOUR"), released("FIVE")
    work()
    # As the backup had it: planned, nothing sent.
    VendorOrder.objects.filter(order=order).update(vendor_id="", state=VendorOrderState.PLANNED, submitted_at=None)
    lines: list[str] = []
    result = reconcile(since=timezone.now() - timedelta(hours=1), dry_run=False, progress=lines.append)
    assert result.is_open
    assert result.counts[accounts["FOUR"].name]["sent since the backup"] == 1
    assert result.counts[accounts["FIVE"].name]["known"] >= 1
    row = VendorOrder.objects.get(order=order)
    assert (row.vendor, row.state) == (accounts["FOUR"].name, VendorOrderState.SUBMITTED)
    assert arrived(sandbox, order, other) == {order.number: ["client-four"], other.number: ["client-five"]}


def test_what_only_an_account_knows_becomes_ours_there(sandbox: Sandbox, accounts: dict[str, VendorAccount]) -> None:
    order = released("FOUR")
    work()
    # The backup was made before the order came in.
    Push.objects.all().delete()
    number, pk = order.number, order.pk
    for model in (VendorOrderLine, VendorOrder, OrderEvent, OrderLine, Address):
        model.objects.all().delete()
    Order.objects.filter(pk=pk).delete()
    reconcile(since=timezone.now() - timedelta(hours=1), dry_run=False, progress=[].append)
    stray = StrayOrder.objects.get()
    assert (stray.vendor, stray.number) == (accounts["FOUR"].name, number)
    adopted = adopt_stray(stray, actor="tester")
    [part] = adopted.vendor_orders.all()
    # At the account that makes it, with lines of the vendor in whose catalogue they stand.
    assert (part.vendor, part.state) == (accounts["FOUR"].name, VendorOrderState.SUBMITTED)
    assert {line.vendor for line in adopted.lines.all()} == {"mypromo"}
    assert arrived(sandbox, adopted) == {number: ["client-four"]}


def test_one_paused_account_stops_no_other(sandbox: Sandbox, accounts: dict[str, VendorAccount]) -> None:
    limiter.pause(accounts["ONE"].name, actor="tester", reason="no paper")
    held, free = released("ONE"), released("TWO")
    for pk in Push.objects.values_list("pk", flat=True):
        deliver(pk)
    assert arrived(sandbox, held, free) == {held.number: [], free.number: ["client-two"]}
    limiter.resume(accounts["ONE"].name)
    Push.objects.update(next_at=timezone.now())
    work()
    assert arrived(sandbox, held) == {held.number: ["client-one"]}


def test_one_account_that_is_refused_or_slowed_down_stops_no_other(
    sandbox: Sandbox, accounts: dict[str, VendorAccount]
) -> None:
    # Its secret was changed at mypromo; another one has used up its allowance there.
    refused, slowed = accounts["ONE"], accounts["TWO"]
    wrong = {"MYPROMO_CLIENT_SECRET": "changed at mypromo"}
    change_account(refused, AccountValues("One", [Shop.objects.get(code="ONE")], 60_000, wrong), actor="tester")
    orders = [released(code) for code in CODES]
    limiter.rate_limits.throttle(slowed.name, seconds=60)
    for pk in Push.objects.order_by("pk").values_list("pk", flat=True):
        deliver(pk)
    made = arrived(sandbox, *orders)
    assert made[orders[0].number] == made[orders[1].number] == []
    assert all(made[order.number] for order in orders[2:])
    assert Integration.objects.get(vendor=refused.name).auth_failed_at
    assert not Integration.objects.exclude(vendor=refused.name).filter(auth_failed_at__isnull=False).exists()
    # The control: on one row for all, one account's block holds back everybody.
    assert limiter.rate_limits.rate_limit_status(slowed.name).blocked_seconds > 0
    assert limiter.rate_limits.rate_limit_status(accounts["FIVE"].name).blocked_seconds == 0


def test_each_account_has_its_own_allowance(sandbox: Sandbox, accounts: dict[str, VendorAccount]) -> None:
    change_account(accounts["ONE"], AccountValues("One", [], 30), actor="tester")
    change_account(accounts["TWO"], AccountValues("Two", [], None), actor="tester")
    assert limiter.rate_limits.requests_per_minute(accounts["ONE"].name) == 30
    assert limiter.rate_limits.requests_per_minute(accounts["TWO"].name) == 60_000


def test_a_token_got_with_former_credentials_is_not_used(sandbox: Sandbox, accounts: dict[str, VendorAccount]) -> None:
    account = accounts["ONE"]
    released("ONE")
    work()
    stale = VendorToken.objects.get(vendor=account.name)
    client = next(one for one in sandbox.settings.clients if one.client_id == "client-one")
    client.client_secret = "the next secret"
    fresh = {"MYPROMO_CLIENT_SECRET": "the next secret"}
    change_account(account, AccountValues("One", [Shop.objects.get(code="ONE")], 60_000, fresh), actor="tester")
    # A process that has not heard of it yet leaves its token there.
    stale.save(force_insert=True)
    order = released("ONE")
    work()
    assert arrived(sandbox, order) == {order.number: ["client-one"]}
    assert VendorToken.objects.get(vendor=account.name).token != stale.token
    client.client_secret = client_of("ONE").client_secret


def test_an_account_stays_the_same_one_once_it_was_used(sandbox: Sandbox, accounts: dict[str, VendorAccount]) -> None:
    account, shop = accounts["ONE"], Shop.objects.get(code="ONE")
    moved = AccountValues("One", [shop], None, {"MYPROMO_CLIENT_ID": "client-nobody"})
    released("ONE")
    with pytest.raises(InvalidInput) as refusal:
        change_account(account, moved, actor="tester")
    assert list(refusal.value.errors) == ["MYPROMO_CLIENT_ID"]
    account.refresh_from_db()
    assert account.credentials["MYPROMO_CLIENT_ID"] == "client-one"
    # Unused, a mistyped number can be mended.
    unused = accounts["TWO"]
    mended = AccountValues("Two", [], None, {"MYPROMO_CLIENT_ID": "client-mended"})
    assert change_account(unused, mended, actor="tester").credentials["MYPROMO_CLIENT_ID"] == "client-mended"


@pytest.mark.parametrize(("client", "title"), [("client-one", "mypromo · One"), ("1", "mypromo")])
def test_one_account_at_the_vendor_is_not_kept_twice(
    sandbox: Sandbox, accounts: dict[str, VendorAccount], client: str, title: str
) -> None:
    credentials = {"MYPROMO_CLIENT_ID": client, "MYPROMO_CLIENT_SECRET": "x"}
    with pytest.raises(InvalidInput) as refusal:
        add_account("mypromo", AccountValues("Again", [], None, credentials), actor="tester")
    assert title in refusal.value.errors["MYPROMO_CLIENT_ID"][0]
    assert VendorAccount.objects.count() == len(CODES)


def test_an_account_is_removed_only_when_nothing_needs_it(sandbox: Sandbox, accounts: dict[str, VendorAccount]) -> None:
    account = accounts["ONE"]
    with pytest.raises(IllegalTransition, match="Shop one"):
        remove_account(account, actor="tester")
    order = released("ONE")
    change_account(account, AccountValues("One", [], None), actor="tester")
    with pytest.raises(IllegalTransition, match="still waiting to be sent"):
        remove_account(account, actor="tester")
    work()
    with pytest.raises(IllegalTransition, match=order.number):
        remove_account(account, actor="tester")
    assert VendorAccount.objects.get(pk=account.pk).credentials["MYPROMO_CLIENT_SECRET"]
    VendorOrder.objects.update(state=VendorOrderState.DONE)
    remove_account(account, actor="tester")
    account.refresh_from_db()
    assert (account.credentials, bool(account.retired_at)) == ({}, True)
    # Its name is given to nobody again, and what was sent from it can still be read.
    again = open_account("SIX", title="One")
    assert again.name != account.name
    assert ACCOUNTS.find(account.name).title == "mypromo · One"  # type: ignore[union-attr]


def test_another_process_sees_an_account_without_being_told(
    sandbox: Sandbox, accounts: dict[str, VendorAccount], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = ACCOUNTS.find(accounts["ONE"].name)
    VendorAccount.objects.filter(pk=accounts["ONE"].pk).update(title="Renamed elsewhere")
    assert ACCOUNTS.find(accounts["ONE"].name) == known
    monkeypatch.setattr("backoffice.vendor_accounts.services.remembering.FRESH_SECONDS", 0.0)
    assert ACCOUNTS.find(accounts["ONE"].name).title == "mypromo · Renamed elsewhere"  # type: ignore[union-attr]


def test_nothing_is_asked_with_credentials_that_are_gone(sandbox: Sandbox, accounts: dict[str, VendorAccount]) -> None:
    order = released("ONE")
    VendorAccount.objects.filter(pk=accounts["ONE"].pk).update(credentials={})
    ACCOUNTS.forget()
    asked = sum(sandbox.ledger.requests.values())
    [push] = Push.objects.all()
    assert deliver(push.pk) == PushState.NEW
    push.refresh_from_db()
    assert push.cause == "mypromo · One is not set up."
    assert (arrived(sandbox, order), sum(sandbox.ledger.requests.values())) == ({order.number: []}, asked)
