"""Pictures of production items: the preview of a design that we keep, else the catalogue's picture."""

from collections.abc import Iterable

from django.urls import reverse

from backoffice.vendors.registry import vendor_names
from catalog.models import Variant
from fulfillment.models import FileKind, Label, ProductionFile, ProductionItem, ProductionOrder


def pictures_of(orders: Iterable[ProductionOrder], *, may_open: bool) -> dict[int, str]:
    """Item's id -> address; previews for readers who `may_open` documents. One query: items and files are loaded."""
    orders = list(orders)
    items = [item for order in orders for item in order.items.all()]
    previews = {} if not may_open else _previews(orders)
    known = _catalogue(items)
    found = {item.pk: previews.get(item.pk) or known.get(item.sku, "") for item in items}
    return {pk: address for pk, address in found.items() if address}


def document_url(row: ProductionFile | Label, *, kind: str = "") -> str:
    """Where our copy is served; with `kind` "answer" what came when a label was downloaded."""
    kind = kind or ("label" if isinstance(row, Label) else "file")
    return reverse("admin:fulfillment_productionorder_document", args=[kind, row.pk])


def _previews(orders: Iterable[ProductionOrder]) -> dict[int, str]:
    return {
        file.item_id: document_url(file)
        for order in orders
        for file in order.files.all()
        if file.item_id and file.kind == FileKind.PREVIEW and file.is_kept and file.content_type.startswith("image/")
    }


def _catalogue(items: Iterable[ProductionItem]) -> dict[str, str]:
    """Merchant and fulfiller accounts share their SKUs, so whoever knows it may answer."""
    skus = {item.sku for item in items if item.sku}
    rows = Variant.objects.filter(vendor__in=vendor_names(), sku__in=skus).exclude(image_url="")
    return dict(rows.values_list("sku", "image_url"))
