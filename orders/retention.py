"""What of orders is kept for a time only: who ordered, addresses, print files, enquiries. Never of an open order."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from backoffice.accounts.models import Shop
from backoffice.engine.services.file_deletions import delete_files
from backoffice.privacy.periods import RetentionSource, add_source
from backoffice.privacy.registry import guards
from backoffice.privacy.services.erasing import erase_linked, follow_up, mark
from orders.models import Address, Enquiry, Order, OrderLine, PartUpload, ShopFile, SuppliedLabel
from orders.models.order import OPEN_STATES
from orders.people import known_by_orders
from orders.services.search import refresh_searches

ENDED = ("cancelled", "closed")
_KEPT = ("id", "order", "role", "country_code", "vat_id")


def _ended(shop: Shop | None, before: datetime) -> QuerySet[Any]:
    return Order.objects.filter(shop=shop, state__in=ENDED, erased_at__isnull=True, updated_at__lt=before)


def forget_people(keys: Collection[int]) -> None:
    """Erase who placed these orders from all that hangs on them; what stands in the way of one leaves it as it is."""
    free = [key for key in keys if not any(True for guard in guards for _ in guard(known_by_orders([key])))]
    if free:
        person = known_by_orders(free)
        mark(person)
        erase_linked(person)
        # With the rest or not at all: nobody comes back to an order that is erased.
        follow_up(person)


def _with_addresses(shop: Shop | None, before: datetime) -> QuerySet[Any]:
    filled = Address.objects.filter(order=OuterRef("pk")).exclude(firstname="", lastname="", company="", street="")
    return _ended(shop, before).filter(Exists(filled))


def _forget_addresses(keys: Collection[int]) -> None:
    names = [field.name for field in Address._meta.concrete_fields if field.name not in _KEPT]
    Address.objects.filter(order__in=keys).update(**dict.fromkeys(names, ""))
    refresh_searches(keys)


def _old_files(shop: Shop | None, before: datetime) -> QuerySet[Any]:
    """Return the shop's files that no open order prints, nor has as its label."""
    lines = OrderLine.objects.filter(order__shop=shop, order__state__in=OPEN_STATES).values_list("files", flat=True)
    needed = {file["file_id"] for files in lines.iterator(chunk_size=2000) for file in files if file.get("file_id")}
    labels = SuppliedLabel.objects.filter(file=OuterRef("pk"), vendor_order__order__state__in=OPEN_STATES)
    return ShopFile.objects.filter(~Exists(labels), shop=shop, stored_at__lt=before).exclude(public_id__in=needed)


def _forget_files(keys: Collection[int]) -> None:
    rows = ShopFile.objects.filter(pk__in=keys)
    paths = list(rows.values_list("path", flat=True))
    SuppliedLabel.objects.filter(file__in=keys).delete()
    PartUpload.objects.filter(file__in=keys).delete()
    rows.delete()
    delete_files(paths)


def _old_enquiries(shop: Shop | None, before: datetime) -> QuerySet[Any]:
    return Enquiry.objects.filter(shop=shop, done_at__lt=before)


def _forget_enquiries(keys: Collection[int]) -> None:
    Enquiry.objects.filter(pk__in=keys).delete()


def add_sources() -> None:
    """Add what of orders is kept for a time only."""
    add_source("orders", RetentionSource(name="people", due=_ended, forget=forget_people, is_marked=True))
    add_source(
        "addresses", RetentionSource(name="addresses", due=_with_addresses, forget=_forget_addresses, is_marked=True)
    )
    add_source("files", RetentionSource(name="print", due=_old_files, forget=_forget_files))
    add_source("enquiries", RetentionSource(name="enquiries", due=_old_enquiries, forget=_forget_enquiries))
