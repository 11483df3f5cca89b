"""Accounts on the page of integrations: a card each, in groups by their vendors."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from backoffice.accounts.services.visibility import restrict
from backoffice.engine.admin.parts import register_account_part
from backoffice.vendor_accounts.models import ShopAccount, VendorAccount
from backoffice.vendor_accounts.services.checking import fields_of
from backoffice.vendors.base import Vendor
from backoffice.vendors.registry import test_names, vendor_names, vendor_title, vendor_type


@dataclass(frozen=True)
class AccountCard:
    """One account with how it stands, as the engine's page shows a vendor."""

    account: VendorAccount
    card: Any
    shops: Sequence[str]


@dataclass
class AccountGroup:
    """The accounts of one vendor; `sandbox` is the name of what takes its test orders, where that may have accounts."""

    vendor: str
    title: str
    sandbox: str = ""
    cards: list[AccountCard] = field(default_factory=list)


@dataclass(frozen=True)
class AccountsPart:
    """All groups; those without any account only say that one can be added."""

    groups: Sequence[AccountGroup]
    may_add: bool
    may_change: bool


def _read(request: HttpRequest, cards: Sequence[Any]) -> AccountsPart | None:
    if not request.user.has_perm("vendor_accounts.view_vendoraccount"):
        return None
    shown = {card.status.name: card for card in cards}
    rows = VendorAccount.objects.filter(retired_at__isnull=True).defer("credentials").order_by("title", "pk")
    shops: dict[int, list[str]] = {}
    used = restrict(ShopAccount.objects.order_by("shop__name"), request.user)
    for account_id, shop in used.values_list("account_id", "shop__name"):
        shops.setdefault(account_id, []).append(shop)
    groups = {name: _group(name) for name in (*vendor_names(), *test_names()) if fields_of(name)}
    for row in rows:
        if row.vendor in groups and row.name in shown:
            groups[row.vendor].cards.append(AccountCard(row, shown[row.name], shops.get(row.pk, [])))
    found = [group for group in groups.values() if group.cards or group.vendor in vendor_names()]
    may = request.user.has_perm
    return AccountsPart(
        sorted(found, key=lambda group: not group.cards),
        may_add=may("vendor_accounts.add_vendoraccount"),
        may_change=may("vendor_accounts.change_vendoraccount"),
    )


def _group(name: str) -> AccountGroup:
    sandbox = vendor_type(name, Vendor).TEST_ACCOUNT
    has_sandbox = sandbox not in ("", name) and bool(fields_of(sandbox))
    return AccountGroup(name, vendor_title(name), sandbox if has_sandbox else "")


register_account_part("vendor_accounts/integrations.html", read=_read)
