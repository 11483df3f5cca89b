"""Labels as reported. Nothing here fetches one: see `labels.py`."""

from typing import Any

from django.utils import timezone

from backoffice.engine.services.changes import set_changed
from backoffice.vendors.production_messages import ProductionFileData, ProductionOrderReport, RemoteFileKind
from fulfillment.models import Label, LabelKind, LabelState, ProductionOrder


def record_labels(row: ProductionOrder, report: ProductionOrderReport, *, is_newest: bool) -> bool:
    """All reported labels are known, each once. Answers whether anything changed.

    A generic label has a row from the moment we hear that there can be one; once made, the vendor lists it like a
    supplied one, and it is known by its id. One that appears after we asked for it and before we know its id is the one
    we asked for. The production order must be locked.
    """
    said = [file for file in report.files if file.kind in (RemoteFileKind.LABEL, RemoteFileKind.GENERIC_LABEL)]
    known = {label.vendor_id: label for label in row.labels.all() if label.vendor_id}
    changed = False
    for file in said:
        if file.kind == RemoteFileKind.GENERIC_LABEL:
            changed |= _record_generic(row, file, is_newest=is_newest)
        elif file.vendor_id in known:
            changed |= is_newest and _move(known[file.vendor_id], _facts(file))
        elif (asked := _find_asked(row)) is not None:
            changed |= _adopt(asked, file)
        else:
            kind = LabelKind.SUPPLIED
            Label.objects.create(production_order=row, kind=kind, vendor_id=file.vendor_id, **_facts(file))
            changed = True
    if row.has_generic_label:
        __, is_new = Label.objects.get_or_create(production_order=row, kind=LabelKind.GENERIC)
        changed |= is_new
    return changed


def _find_asked(row: ProductionOrder) -> Label | None:
    """The generic label whose making was asked for, and of which we have not heard since."""
    asked = row.labels.filter(kind=LabelKind.GENERIC, vendor_id="", answer__isnull=True, stored_at__isnull=True)
    return asked.filter(state__in=[LabelState.ASKED, LabelState.LOST]).first()


def _adopt(label: Label, file: ProductionFileData) -> bool:
    """It was made. Where somebody decided so without knowing more, it can be fetched now: that was never tried."""
    label.vendor_id = file.vendor_id
    set_changed(label, _facts(file))
    label.announced_at = label.announced_at or timezone.now()
    if label.state == LabelState.LOST:
        label.state = LabelState.WAITING
    label.save()
    return True


def _record_generic(row: ProductionOrder, file: ProductionFileData, *, is_newest: bool) -> bool:
    """The vendor's entry for a label that is still to be made: it has an id of its own, which is not the label's."""
    facts = {"raw_kind": file.raw_kind, "raw_state": file.raw_state}
    label, is_new = Label.objects.get_or_create(production_order=row, kind=LabelKind.GENERIC, defaults=facts)
    return is_new or (is_newest and not label.vendor_id and _move(label, facts))


def _facts(file: ProductionFileData) -> dict[str, Any]:
    return {
        "url": file.url,
        "raw_kind": file.raw_kind,
        "raw_state": file.raw_state,
        "carrier": file.carrier,
        "tracking_code": file.tracking_code,
    }


def _move(label: Label, facts: dict[str, Any]) -> bool:
    """Take over what is new. What was announced under a carrier and code keeps them."""
    if label.state not in (LabelState.WAITING, LabelState.REFUSED):
        facts = {name: value for name, value in facts.items() if value and name != "url"}
        facts = {n: v for n, v in facts.items() if n not in ("carrier", "tracking_code") or not getattr(label, n)}
    changed = set_changed(label, facts)
    if changed:
        label.save(update_fields=changed)
    return bool(changed)
