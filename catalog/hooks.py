"""Which things of the catalogue a webhook can be shown about."""

from backoffice.accounts.models import Shop
from backoffice.webhooks.services.objects import SUBJECTS, EventSubject, subject_of_event
from catalog.models import CustomProduct, Variant
from catalog.services.custom_products import event_about_custom_product
from catalog.services.sync.telling import event_about


def _find_variant(shop: Shop, text: str) -> EventSubject | None:
    """Return the variant of that SKU; the one that changed last where none is named. Variants are every shop's."""
    rows = Variant.objects.filter(gone_at__isnull=True).order_by("-revised_at", "-pk")
    sku = (rows.filter(sku=text) if text else rows).values_list("sku", flat=True).first()
    return subject_of_event(event_about("", sku)) if sku else None


def _find_custom_product(shop: Shop, text: str) -> EventSubject | None:
    """Return the shop's custom product of that id, or the newest."""
    rows = CustomProduct.objects.filter(shop=shop).order_by("-pk")
    found = (rows.filter(external_id=text) if text else rows).first()
    return subject_of_event(event_about_custom_product("", found)) if found else None


SUBJECTS.update(product=_find_variant, price=_find_variant, stock=_find_variant, custom_product=_find_custom_product)
