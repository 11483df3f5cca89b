"""Pictures of production items: the preview of a design that we keep, else the catalogue's picture."""

from collections.abc import Iterable

from django.urls import reverse

from backoffice.vendors.registry import vendor_names
from catalog.models import Variant
from fulfillment.models import Label, ProductionFile, ProductionFileKind, ProductionOrder


def pictures_of(orders: Iterable[ProductionOrder], *, may_open: bool) -> dict[int, str]:
    """Return addresses by item, of previews for readers who `may_open` them. One query: items and files are loaded."""
    orders = list(orders)
    items = [item for order in orders for item in order.items.all()]
    # Merchant and fulfiller accounts share their SKUs, so any vendor's variant will do.
    variants = Variant.objects.filter(vendor__in=vendor_names(), sku__in={item.sku for item in items if item.sku})
    by_sku = dict(variants.exclude(image_url="").values_list("sku", "image_url"))
    found = {item.pk: by_sku[item.sku] for item in items if item.sku in by_sku}
    return found | _previews(orders) if may_open else found


def document_url(row: ProductionFile | Label, *, kind: str = "") -> str:
    """Return where our copy is served; with `kind` "answer" what came when a label was downloaded."""
    kind = kind or ("label" if isinstance(row, Label) else "file")
    return reverse("admin:fulfillment_productionorder_document", args=[kind, row.pk])


def _previews(orders: Iterable[ProductionOrder]) -> dict[int, str]:
    return {
        file.item_id: document_url(file)
        for order in orders
        for file in order.files.all()
        if file.item_id
        and file.kind == ProductionFileKind.PREVIEW
        and file.is_kept
        and file.content_type.startswith("image/")
    }
