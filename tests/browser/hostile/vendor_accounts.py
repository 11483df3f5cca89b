"""Accounts at vendors, and the shops that use them."""

from uuid import uuid4

from backoffice.vendor_accounts.models import ShopAccount, VendorAccount
from tests.browser.hostile.seeding import Scene
from tests.browser.hostile.words import ACTOR, HOSTILE, at_place, bulk

VENDORS = ("mypromo", "sign-customiser", "autoletter")


def fill(scene: Scene, count: int) -> None:
    accounts = bulk([_account(scene, place) for place in range(len(HOSTILE))])
    used = ShopAccount.objects.values_list("shop", flat=True)
    free = [shop for shop in scene.shops if shop.pk not in set(used)]
    bulk([ShopAccount(shop=shop, vendor=accounts[0].vendor, account=accounts[0]) for shop in free])


def _account(scene: Scene, place: int) -> VendorAccount:
    vendor = at_place(VENDORS, place)
    return VendorAccount(
        name=f"{vendor}_{uuid4().hex[:12]}",
        vendor=vendor,
        title=f"{scene.mark} {place} {at_place(HOSTILE, place)}"[:60],
        requests_per_minute=0.5 if place % 2 else None,
        created_by=ACTOR,
        changed_by=ACTOR,
        changed_at=scene.now if place % 2 else None,
    )
