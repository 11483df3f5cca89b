"""Labels as reported. Nothing here fetches one: see `labels.py`."""

from django.utils import timezone

from backoffice.engine.services.changes import set_changed
from backoffice.vendors.production_messages import ProductionFileData, ProductionOrderReport, RemoteFileKind
from fulfillment.models import Label, LabelKind, LabelState, ProductionOrder


def record_labels(row: ProductionOrder, report: ProductionOrderReport, *, is_newest: bool) -> bool:
    """Record all reported labels, each once; return whether anything changed.

    A generic label has a row from the moment we hear that there can be one; once made, the vendor lists it like a
    supplied one, and it is known by its id. One that appears after we asked for it and before we know its id is the one
    we asked for. The production order must be locked.
    """
    known = {label.vendor_id: label for label in row.labels.all() if label.vendor_id}
    changed = False
    for file in report.files:
        if file.kind == RemoteFileKind.GENERIC_LABEL:
            changed |= _record_generic(row, file, is_newest=is_newest)
        elif file.kind == RemoteFileKind.LABEL and file.vendor_id in known:
            changed |= is_newest and _update(known[file.vendor_id], _values(file))
        elif file.kind == RemoteFileKind.LABEL:
            _add(row, file)
            changed = True
    if row.has_generic_label:
        __, is_new = Label.objects.get_or_create(production_order=row, kind=LabelKind.GENERIC)
        changed |= is_new
    return changed


def _add(row: ProductionOrder, file: ProductionFileData) -> None:
    """Record a new label: the generic one whose making was asked for and not heard of since, else a supplied one.

    Where somebody decided that it was made without knowing more, it can be fetched now: that was never tried.
    """
    asked = row.labels.filter(kind=LabelKind.GENERIC, vendor_id="", answer__isnull=True, stored_at__isnull=True)
    label = asked.filter(state__in=[LabelState.ASKED, LabelState.LOST]).first()
    if label is None:
        label = Label(production_order=row, kind=LabelKind.SUPPLIED)
    else:
        label.announced_at = label.announced_at or timezone.now()
        if label.state == LabelState.LOST:
            label.state = LabelState.WAITING
    set_changed(label, _values(file) | {"vendor_id": file.vendor_id})
    label.save()


def _record_generic(row: ProductionOrder, file: ProductionFileData, *, is_newest: bool) -> bool:
    """Record the entry for a label that is still to be made: it has an id of its own, which is not the label's."""
    values = {"raw_kind": file.raw_kind, "raw_state": file.raw_state}
    label, is_new = Label.objects.get_or_create(production_order=row, kind=LabelKind.GENERIC, defaults=values)
    return is_new or (is_newest and not label.vendor_id and _update(label, values))


def _values(file: ProductionFileData) -> dict[str, str]:
    return {name: getattr(file, name) for name in ("url", "raw_kind", "raw_state", "carrier", "tracking_code")}


def _update(label: Label, values: dict[str, str]) -> bool:
    """Take over what is new. What was announced under a carrier and code keeps them."""
    if label.state not in (LabelState.WAITING, LabelState.REFUSED):
        kept = {"url", *(name for name in ("carrier", "tracking_code") if getattr(label, name))}
        values = {name: value for name, value in values.items() if value and name not in kept}
    changed = set_changed(label, values)
    if changed:
        label.save(update_fields=changed)
    return bool(changed)
