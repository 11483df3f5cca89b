"""Which of our variants the rows of a change set are about."""

from collections.abc import Iterable

from django.db.models import Case, OuterRef, Subquery, Value, When

from backoffice.vendors.abilities import TakesChanges
from backoffice.vendors.registry import has_ability, vendor_type
from catalog.models import ChangeSet, Variant


def sharing_accounts(vendor: str) -> set[str]:
    """Return the accounts that speak of the same SKUs: one company may have several with us."""
    shared = vendor_type(vendor, TakesChanges).SHARES_SKUS_WITH if has_ability(vendor, TakesChanges) else ()
    return {vendor, *shared}


def variants_by_sku(vendor: str, *, skus: Iterable[str]) -> dict[str, Variant]:
    """Return our variants of these SKUs; the account's own variant comes before those of others that share them."""
    rows = Variant.objects.filter(vendor__in=sharing_accounts(vendor), sku__in=list(skus))
    found = rows.only("pk", "sku", "vendor", "product_id")
    return {row.sku: row for row in sorted(found, key=lambda row: row.vendor == vendor)}


def link_variants(change_set: ChangeSet) -> None:
    """Name the variants of rows that do not name one yet, as `variants_by_sku` finds them. One statement."""
    own_first = Case(When(vendor=change_set.vendor, then=Value(0)), default=Value(1))
    ours = Variant.objects.filter(sku=OuterRef("sku"), vendor__in=sharing_accounts(change_set.vendor))
    change_set.changes.filter(variant=None).update(variant=Subquery(ours.order_by(own_first).values("pk")[:1]))
