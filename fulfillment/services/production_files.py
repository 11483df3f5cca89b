"""Print files, slips and previews as reported: each becomes a row that is downloaded once."""

from collections.abc import Iterator
from typing import Any

from django.db.models.functions import Now

from backoffice.engine.services.changes import set_changed
from backoffice.engine.services.task_queue import ring
from backoffice.vendors.production_messages import ProductionFileData, ProductionOrderReport, RemoteFileKind
from fulfillment.models import FileKind, ProductionFile, ProductionOrder

DOWNLOAD_FILES = "fulfillment.tasks.download_files"

_LABELS = (RemoteFileKind.LABEL, RemoteFileKind.GENERIC_LABEL)
_KINDS = {RemoteFileKind.PRINT: FileKind.PRINT, RemoteFileKind.DELIVERY_SLIP: FileKind.SLIP}


def record_files(row: ProductionOrder, report: ProductionOrderReport, *, is_newest: bool) -> bool:
    """All reported files but labels are known, each once, and waiting to be downloaded while there is work to do.

    A file of a type that we do not know is left alone: it may be a label, whose download has effects. The production
    order must be locked, its items recorded. Answers whether anything changed.
    """
    said = {file["source_key"]: file for file in _reported(row, report)}
    known = {file.source_key: file for file in row.files.all()}
    new = [
        ProductionFile(production_order=row, next_at=_next_at(row, facts), **facts)
        for key, facts in said.items()
        if key not in known
    ]
    ProductionFile.objects.bulk_create(new)
    moved = [file for key, file in known.items() if is_newest and key in said and _move(file, said[key])]
    if any(file.next_at for file in new):
        ring(DOWNLOAD_FILES)
    return bool(new or moved)


def _reported(row: ProductionOrder, report: ProductionOrderReport) -> Iterator[dict[str, Any]]:
    items = dict(row.items.values_list("vendor_id", "pk"))
    for file in report.files:
        if file.kind not in _LABELS:
            yield _facts(file, key=f"order:{file.vendor_id}", item_id=None)
    for item in report.items:
        item_id = items[item.vendor_id]
        for file in item.files:
            yield _facts(file, key=f"item:{item.vendor_id}:{file.vendor_id}", item_id=item_id)
        for design in item.designs:
            yield {
                "source_key": f"design:{item.vendor_id}:{design.vendor_id}",
                "item_id": item_id,
                "kind": FileKind.PREVIEW,
                "raw_kind": "",
                "raw_state": design.raw_state,
                "url": design.preview_url,
            }


def _facts(file: ProductionFileData, *, key: str, item_id: int | None) -> dict[str, Any]:
    return {
        "source_key": key,
        "item_id": item_id,
        "kind": _KINDS.get(file.kind, FileKind.OTHER),
        "raw_kind": file.raw_kind,
        "raw_state": file.raw_state,
        "url": file.url,
    }


def _next_at(row: ProductionOrder, facts: dict[str, Any]) -> Any:
    is_wanted = row.is_to_do and facts["url"] and facts["kind"] != FileKind.OTHER
    return Now() if is_wanted else None


def _move(file: ProductionFile, facts: dict[str, Any]) -> bool:
    """Take over the vendor's word and, while we have no copy, its link; a new link is tried at once."""
    taken = ["raw_state"] if file.is_kept else ["raw_state", "url"]
    changed = set_changed(file, {name: facts[name] for name in taken})
    if "url" in changed:
        changed.append("next_at")
        file.next_at = _next_at(file.production_order, facts)
    if changed:
        file.save(update_fields=changed)
    return bool(changed)
