"""Print files, slips and previews as reported: each becomes a row that is downloaded once."""

from collections.abc import Iterator
from typing import Any

from django.db.models.functions import Now

from backoffice.engine.services.changes import set_changed
from backoffice.engine.services.task_queue import enqueue_on_commit
from backoffice.vendors.production_messages import ProductionFileData, ProductionOrderReport, RemoteFileKind
from fulfillment.models import ProductionFile, ProductionFileKind, ProductionOrder
from fulfillment.services.downloads import DOWNLOAD_FILES

_LABELS = (RemoteFileKind.LABEL, RemoteFileKind.GENERIC_LABEL)
_KINDS = {RemoteFileKind.PRINT: ProductionFileKind.PRINT, RemoteFileKind.DELIVERY_SLIP: ProductionFileKind.SLIP}


def record_files(row: ProductionOrder, report: ProductionOrderReport, *, is_newest: bool) -> bool:
    """Record all reported files but labels, to be downloaded while there is work to do; return whether any changed.

    A file of a type that we do not know is left alone: it may be a label, whose download has effects. The production
    order must be locked, its items recorded.
    """
    reported = dict(_reported(row, report))
    known = {file.source_key: file for file in row.files.all()}
    new = [
        ProductionFile(production_order=row, source_key=key, next_at=_next_at(row, values), **values)
        for key, values in reported.items()
        if key not in known
    ]
    ProductionFile.objects.bulk_create(new)
    moved = [file for key, file in known.items() if is_newest and key in reported and _update(file, reported[key])]
    if any(file.next_at for file in new):
        enqueue_on_commit(DOWNLOAD_FILES)
    return bool(new or moved)


def _reported(row: ProductionOrder, report: ProductionOrderReport) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield where the vendor shows each file, and its columns."""
    items = dict(row.items.values_list("vendor_id", "pk"))
    for file in report.files:
        if file.kind not in _LABELS:
            yield f"order:{file.vendor_id}", _values(file, item_id=None)
    for item in report.items:
        item_id = items[item.vendor_id]
        for file in item.files:
            yield f"item:{item.vendor_id}:{file.vendor_id}", _values(file, item_id=item_id)
        for design in item.designs:
            values = {"kind": ProductionFileKind.PREVIEW, "raw_kind": "", "raw_state": design.raw_state}
            yield (
                f"design:{item.vendor_id}:{design.vendor_id}",
                values | {"item_id": item_id, "url": design.preview_url},
            )


def _values(file: ProductionFileData, *, item_id: int | None) -> dict[str, Any]:
    kind = _KINDS.get(file.kind, ProductionFileKind.OTHER)
    reported = {"raw_kind": file.raw_kind, "raw_state": file.raw_state, "url": file.url}
    return {"item_id": item_id, "kind": kind, **reported}


def _next_at(row: ProductionOrder, values: dict[str, Any]) -> Any:
    return Now() if row.is_to_do and values["url"] and values["kind"] != ProductionFileKind.OTHER else None


def _update(file: ProductionFile, values: dict[str, Any]) -> bool:
    """Take over the vendor's word and, while we have no copy, its link; a new link is tried at once."""
    names = ["raw_state"] if file.is_kept else ["raw_state", "url"]
    changed = set_changed(file, {name: values[name] for name in names})
    if "url" in changed:
        changed.append("next_at")
        file.next_at = _next_at(file.production_order, values)
    if changed:
        file.save(update_fields=changed)
    return bool(changed)
