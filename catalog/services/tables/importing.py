"""From an uploaded table to a draft: read in the background, looked at, and only then made a change set."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce, Now

from backoffice.accounts.services.markets import Market
from backoffice.errors import Conflict, IllegalTransition, InvalidInput
from backoffice.text.translatable import gettext as _
from catalog.models import ChangeKind, ChangeSet, ChangeSource, TableImport, TableImportState
from catalog.services.change_sets.editing import in_market, make_change_set
from catalog.services.change_sets.formats import ensure_able_vendor, format_of
from catalog.services.change_sets.values import Value
from catalog.services.current_values import current_values, variants_of
from catalog.services.price_markets import market_of
from catalog.services.tables.columns import ensure_one_line, without_same_texts
from catalog.services.tables.requests import TableReading, ensure_size, read_requests

# Waiting for the background, or in its hands.
OPEN_STATES = (TableImportState.WAITING, TableImportState.READING)
_BATCH = 2000


def accept_table(
    content: bytes,
    *,
    file_name: str,
    kind: str,
    vendor: str,
    clear_blanks: bool,
    actor: str,
    market: Market | None = None,
) -> TableImport:
    """Keep the file until it is read. Raises InvalidInput for files that are too large or empty."""
    ensure_able_vendor(vendor, kind=kind)
    ensure_size(content)
    return TableImport.objects.create(
        vendor=vendor,
        kind=kind,
        file_name=file_name[:200],
        content=content,
        clear_blanks=clear_blanks,
        created_by=actor,
        currency=market.currency if market else "",
        shipping_from=market.shipping_from if market else "",
    )


def read_import(table: TableImport) -> TableImport:
    """Read the table and compare it with what the vendor is thought to hold, or refuse it with the reason.

    A second call (the worker died) begins again; one for a table that has been looked at changes nothing. Time limits
    are in `overdue`.
    """
    if not _open_tables(table).update(state=TableImportState.READING, reading_since=Coalesce("reading_since", Now())):
        table.refresh_from_db()
        return table
    try:
        reading = _read(table)
    except InvalidInput as error:
        return _finish(table, TableImportState.REFUSED, problems=[_of_the_file(error.text)])
    except Exception:  # people see it now, and the log why
        fail_table(table, text=_("An internal error stopped it; see the worker log for details."))
        raise
    return _finish(
        table,
        TableImportState.READY,
        requests=reading.requests,
        problems=reading.problems,
        counts={**reading.counts, "changed": len(reading.requests)},
        seen=reading.seen,
    )


def fail_table(table: TableImport, *, text: str) -> TableImport:
    """Refuse a table that waits or is being read; `text` says why. Nothing changes for one that was read."""
    return _finish(table, TableImportState.REFUSED, problems=[_of_the_file(text)])


def draft_import(table: TableImport, *, actor: str, title: str = "") -> ChangeSet:
    """Draft what the table changes. Rows with problems are not in it.

    Raises IllegalTransition unless it was read, Conflict when it changes nothing.
    """
    with transaction.atomic():
        table = TableImport.objects.select_for_update().get(pk=table.pk)
        if table.state != TableImportState.READY:
            raise IllegalTransition(_("State of this table: %s.") % table.get_state_display())
        if not table.requests:
            raise Conflict(_("The table changes nothing."), code="empty")
        change_set = make_change_set(
            table.kind,
            vendor=table.vendor,
            rows=table.requests,
            title=title or table.file_name,
            source=ChangeSource.TABLE,
            actor=actor,
            market=market_of(table),
        )
        table.change_set, table.state = change_set, TableImportState.DRAFTED
        # The rows are the change set's now.
        table.requests = {}
        table.save(update_fields=["change_set", "state", "requests"])
    return change_set


def read_again(table: TableImport) -> TableImport:
    """Have a table that was refused read once more. Raises IllegalTransition for others."""
    rows = TableImport.objects.filter(pk=table.pk, state=TableImportState.REFUSED)
    if not rows.update(state=TableImportState.WAITING, waiting_since=Now(), reading_since=None, seen=0, problems=[]):
        table.refresh_from_db()
        raise IllegalTransition(_("State of this table: %s.") % table.get_state_display())
    table.refresh_from_db()
    return table


def discard_import(table: TableImport) -> None:
    """Discard the table. Raises IllegalTransition once a draft was."""
    with transaction.atomic():
        table = TableImport.objects.select_for_update().get(pk=table.pk)
        if table.state == TableImportState.DRAFTED:
            raise IllegalTransition(_("State of this table: %s.") % table.get_state_display())
        table.state, table.requests = TableImportState.DISCARDED, {}
        table.save(update_fields=["state", "requests"])


def _open_tables(table: TableImport) -> QuerySet[TableImport]:
    return TableImport.objects.filter(pk=table.pk, state__in=OPEN_STATES)


def drop_same_texts(requests: dict[str, Value], *, vendor: str) -> None:
    """Drop search texts that say what the vendor is thought to hold already.

    Raises InvalidInput, by SKU, for a line end in a text that has one line.
    """
    skus = list(requests)
    for start in range(0, len(skus), _BATCH):
        variants = list(variants_of(vendor).filter(sku__in=skus[start : start + _BATCH]))
        for sku, current in current_values(ChangeKind.SEARCH_TEXTS, vendor=vendor, variants=variants).items():
            requests[sku] = without_same_texts(requests[sku], current=current)
    for sku, requested in requests.items():
        try:
            ensure_one_line(requested)
        except InvalidInput as error:
            raise InvalidInput(error.text, errors={sku: [error.text]}) from error


def _finish(table: TableImport, state: TableImportState, **values: Any) -> TableImport:
    """Write the end, unless somebody discarded it meanwhile."""
    _open_tables(table).update(state=state, **values)
    table.refresh_from_db()
    return table


def _of_the_file(text: str) -> dict[str, Any]:
    return {"row": None, "sku": "", "text": text}


def _read(table: TableImport) -> TableReading:
    """Read the file. Raises InvalidInput for one that is no table of this kind."""

    def progress(seen: int) -> None:
        TableImport.objects.filter(pk=table.pk).update(seen=seen)

    reading = read_requests(bytes(table.content), kind=table.kind, clear_blanks=table.clear_blanks, progress=progress)
    _keep_differing(table, reading)
    return reading


def _keep_differing(table: TableImport, reading: TableReading) -> None:
    """Keep the requests that would change something, each as it will be stored."""
    skus = list(reading.requests)
    reading.counts["skus"] = len(skus)
    for start in range(0, len(skus), _BATCH):
        batch = skus[start : start + _BATCH]
        variants = list(variants_of(table.vendor).filter(sku__in=batch))
        current = current_values(table.kind, vendor=table.vendor, variants=variants, market=market_of(table))
        known = {variant.sku for variant in variants}
        for sku in batch:
            requested = reading.requests.pop(sku)
            if sku not in known:
                text = _("This SKU is not in our catalogue; a spreadsheet may have removed its leading zeros.")
                reading.add_error(sku, text, row=reading.places[sku])
            elif kept := _differing(table, sku, requested, current.get(sku), reading):
                reading.requests[sku] = kept
            else:
                reading.counts["unchanged"] += 1


def _differing(
    table: TableImport, sku: str, requested: Value, current: Value | None, reading: TableReading
) -> Value | None:
    """Return the request, None when it changes nothing or makes no sense."""
    change_format = format_of(table.kind)
    if current is not None and table.kind == ChangeKind.SEARCH_TEXTS:
        requested = without_same_texts(requested, current=current)
    if not requested:
        return None
    try:
        ensure_one_line(requested)
        requested = in_market(change_format.clean(requested), market_of(table))
    except InvalidInput as error:
        reading.add_error(sku, "; ".join(error.errors.get("", [error.text])), row=reading.places[sku])
        return None
    if current is None:
        # Never read from the vendor: the check of the change set will tell.
        reading.counts["not_compared"] += 1
        return requested
    resolved = change_format.resolve(requested, before=current)
    return requested if resolved.removals or change_format.lines(current, after=resolved.after) else None
