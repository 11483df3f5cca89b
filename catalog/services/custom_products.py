"""Products that shoppers design: taken in while a shopper waits, found again by our id."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from backoffice.accounts.models import Shop
from backoffice.engine.services.clock import database_now
from backoffice.engine.services.file_deletions import delete_files
from backoffice.errors import InvalidInput
from backoffice.text.translatable import gettext as _
from backoffice.vendors.money import from_minor_units
from backoffice.vendors.sign_messages import DesignedProduct
from backoffice.webhooks.services.recording import NewEvent, record_events
from catalog.models import CustomPicture, CustomProduct
from catalog.services.vendor_html import clean_html

LONGEST_TITLE = 500


@dataclass(frozen=True)
class TakenProduct:
    """`is_new`: made now; `changed`: the vendor's newer word replaced what we knew."""

    product: CustomProduct
    is_new: bool
    changed: bool


def find_sign_shop(code: str) -> Shop:
    """Return the shop of that code, else the only one that sells signs. Raises InvalidInput when it cannot be told."""
    selling = Shop.objects.filter(sign_integration_id__isnull=False)
    if code:
        shop = selling.filter(code__iexact=code).first()
        text = _("No shop with the code %(code)s sells signs.") % {"code": code}
    else:
        shops = list(selling.order_by("pk")[:2])
        shop = shops[0] if len(shops) == 1 else None
        text = _("It is not clear which shop is meant: end the URL with the shop’s code.")
    if shop is None:
        raise InvalidInput(text, errors={"shop": [text]})
    return shop


@transaction.atomic
def take_product(designed: DesignedProduct, *, shop: Shop) -> TakenProduct:
    """Keep the product, once, however often and at once it comes; a newer word of the vendor replaces an older.

    Its pictures are fetched later. Its id stays the same for good.
    """
    fields = _fields(designed, shop=shop)
    made = CustomProduct(vendor=designed.vendor, vendor_id=designed.vendor_id, shop=shop, **fields)
    # Of many at once one inserts; the others wait for its commit, which asks nobody, and insert nothing.
    CustomProduct.objects.bulk_create([made], ignore_conflicts=True)
    product = CustomProduct.objects.get(vendor=designed.vendor, vendor_id=designed.vendor_id)
    if product.external_id == made.external_id:
        _set_pictures(product, designed)
        record_events([event_about_custom_product("custom_product.changed", product)])
        return TakenProduct(product, is_new=True, changed=False)
    if not _is_newer(designed, product):
        return TakenProduct(product, is_new=False, changed=False)
    product = CustomProduct.objects.select_for_update().get(pk=product.pk)
    if changed := _is_newer(designed, product):
        # The shop stays: an id that was given to one is no other's.
        for name, value in fields.items():
            setattr(product, name, value)
        product.save()
        _set_pictures(product, designed)
        record_events([event_about_custom_product("custom_product.changed", product)])
    return TakenProduct(product, is_new=False, changed=changed)


def find_custom_products(external_ids: Iterable[str | None], *, shop: Shop) -> dict[str, CustomProduct]:
    """Return the shop's products by our ids; one query, none without ids."""
    requested = {external_id for external_id in external_ids if external_id}
    if not requested:
        return {}
    rows = CustomProduct.objects.filter(shop=shop, external_id__in=requested)
    return {row.external_id: row for row in rows}


def keys_of_products(external_ids: Iterable[str], *, shop: Shop) -> dict[str, int]:
    """Return {our id: the row's id} of the shop's products. One query, none without ids."""
    return {external_id: row.pk for external_id, row in find_custom_products(external_ids, shop=shop).items()}


def pictures_of_products(external_ids: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Return {our id: (the row's id, position)} of the first pictures that we have. One query, none without ids."""
    requested = {external_id for external_id in external_ids if external_id}
    if not requested:
        return {}
    kept = CustomPicture.objects.filter(product__external_id__in=requested, stored_at__isnull=False)
    found = kept.order_by("-position").values_list("product__external_id", "product_id", "position")
    return {external_id: (pk, position) for external_id, pk, position in found}


def find_picture(product: CustomProduct, *, position: int | None = None) -> CustomPicture | None:
    """Return the product's first picture that we have a copy of, or the one at that position."""
    kept: QuerySet[CustomPicture] = product.pictures.filter(stored_at__isnull=False).order_by("position")
    return kept.first() if position is None else kept.filter(position=position).first()


def event_about_custom_product(topic: str, product: CustomProduct) -> NewEvent:
    """Return an event about it, for its shop."""
    path = f"catalog/custom-products/{product.external_id}/"
    return NewEvent(product.shop_id, topic, "custom_product", product.external_id, path)


def _fields(designed: DesignedProduct, *, shop: Shop) -> dict[str, Any]:
    def amount(units: int | None) -> Decimal | None:
        return None if units is None else from_minor_units(units, currency=shop.currency)

    names = ("description", "customiser_id", "logo_upload_id", "external_data")
    return {name: getattr(designed, name) for name in names} | {
        "title": designed.title.strip()[:LONGEST_TITLE],
        "description_html": clean_html(designed.description_html),
        "price": amount(designed.price),
        "compare_price": amount(designed.compare_price),
        "currency": shop.currency,
        "vendor_created_at": designed.created_at,
        "vendor_updated_at": designed.updated_at,
    }


def _is_newer(designed: DesignedProduct, product: CustomProduct) -> bool:
    if designed.updated_at is None:
        return False
    return product.vendor_updated_at is None or designed.updated_at > product.vendor_updated_at


def _set_pictures(product: CustomProduct, designed: DesignedProduct) -> None:
    """Keep those of the design, in its order; a copy that we have stays while its address does."""
    known = {row.position: row for row in product.pictures.all()}
    gone: list[CustomPicture] = []
    now = database_now()
    for position, picture in enumerate(designed.pictures, start=1):
        row = known.pop(position, None)
        if row is not None and row.url == picture.url:
            continue
        if row is not None:
            gone.append(row)
            row.delete()
        CustomPicture.objects.create(
            product=product, position=position, url=picture.url, kind=picture.kind, next_at=now
        )
    CustomPicture.objects.filter(pk__in=[row.pk for row in known.values()]).delete()
    delete_files(row.path for row in (*gone, *known.values()))
