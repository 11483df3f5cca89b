"""From the forms of the page to what `edit_order` takes, as a storefront would send it."""

from collections.abc import Sequence
from typing import Any

from backoffice.accounts.models import Shop
from orders.admin.order_edit.forms import (
    CUSTOMS,
    DocumentForm,
    EditedAddressForm,
    KeptDocumentsForm,
    LineForm,
    ShippingForm,
)
from orders.models import OrderDocument
from orders.services.files.store import store_file

_SIMPLE = ("sku", "quantity", "name")
_FILES = frozenset({"keep_files", "file_url", "file_upload", "file_type"})


def read_shipping(form: ShippingForm) -> dict[str, Any]:
    """Return what changes; a total that was emptied follows the lines."""
    given = form.changes()
    total = given.pop("total", None)
    return given if total is None else given | {"total": f"{total:f}"}


def read_address(form: EditedAddressForm) -> dict[str, Any] | None:
    """Return what changes of the address, None for one that is removed."""
    given = form.changes()
    return None if given.pop("remove", False) else given


def read_line(form: LineForm, *, shop: Shop | None) -> dict[str, Any]:
    """Return the line that is new, or what changes of it. An upload is kept as a file of the shop, if one is given."""
    given = form.cleaned_data if form.line is None else form.changes()
    line = {name: given[name] for name in _SIMPLE if name in given}
    if form.line is not None:
        line["reference"] = form.line.reference
    if given.get("unit_price") is not None:
        line["unit_price"] = f"{given['unit_price']:f}"
    if "design_id" in given:
        line["design_id"] = given["design_id"] or None
    if form.line is None or _FILES & given.keys():
        line["files"] = _files(form, shop=shop)
    if any(f"customs_{name}" in given for name in CUSTOMS) and not (form.line is None and _customs(form) is None):
        line["customs"] = _customs(form)
    return line


def read_documents(
    kept: KeptDocumentsForm, new: DocumentForm, documents: Sequence[OrderDocument]
) -> list[dict[str, Any]] | None:
    """Return all documents that are to be supplied; None when they stay as they are."""
    added = new.cleaned_data if new.cleaned_data.get("url") else None
    if not kept.has_changed() and added is None:
        return None
    stay = [documents[index] for index in kept.cleaned_data["keep"]]
    names = ("kind", "url", "carrier", "tracking_code")
    rows = [{name: getattr(row, name) or None for name in names} for row in stay]
    return rows + ([{name: added[name] or None for name in names}] if added else [])


def _files(form: LineForm, *, shop: Shop | None) -> list[dict[str, Any]]:
    """Return the files that stay, then the new one."""
    values, files = form.cleaned_data, form.line.files if form.line else []
    stay = [files[index] for index in values.get("keep_files", [])]
    rows = [{"file_id": file["file_id"]} if file.get("file_id") else {"url": file["url"]} for file in stay]
    for row, file in zip(rows, stay, strict=True):
        row["type"] = file.get("type") or None
    kind = {"type": values["file_type"] or None}
    if values["file_url"]:
        rows.append({"url": values["file_url"], **kind})
    if (upload := values.get("file_upload")) and shop is not None:
        kept, _is_new = store_file(upload.chunks(), shop=shop, name=upload.name or "")
        rows.append({"file_id": kept.public_id, **kind})
    return rows


def _customs(form: LineForm) -> dict[str, Any] | None:
    values = {name: form.cleaned_data[f"customs_{name}"] for name in CUSTOMS}
    if not any(value or value == 0 for value in values.values()):
        return None
    amount = values["amount"]
    return values | {"amount": "" if amount is None else f"{amount:f}"}
