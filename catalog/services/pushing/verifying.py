"""After the push: the reports of the jobs are read, then every value is read back and compared."""

from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from backoffice.engine.models import Push
from backoffice.engine.models.push import Lane
from backoffice.engine.services.delivery import Delivery, Withdrawn
from backoffice.engine.services.handlers import push_kind
from backoffice.engine.services.pushes import queue_push
from backoffice.errors import IllegalTransition
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import TakesChanges
from backoffice.vendors.addresses import UnsafeUrl
from backoffice.vendors.batch_messages import RemoteJobRow, UnreadableReport
from backoffice.vendors.errors import VendorError, VendorProtocolError, VendorRejected
from catalog.models import (
    Change,
    ChangeKind,
    ChangeSet,
    ChangeSetState,
    ChangeState,
    PriceList,
    VendorJob,
    VendorJobState,
)
from catalog.models.vendor_job import FINAL_STATES
from catalog.services.bulk import to_json, update_rows, upsert_children
from catalog.services.change_sets.formats import format_of
from catalog.services.change_sets.prices import decimals
from catalog.services.change_sets.snapshots import VendorReading, read_values, store_reading
from catalog.services.change_sets.values import Value
from catalog.services.market_prices import keep_market_prices
from catalog.services.price_markets import market_of
from catalog.services.pushing.starting import VERIFY, ChangeSetHandler
from catalog.services.revisions import next_revision, stamp_revision
from catalog.services.sync.telling import tell_prices
from catalog.services.sync.variant_rows import TIERS

_COMPARED = (ChangeState.SENT, ChangeState.DIFFERS)


def read_back_again(change_set: ChangeSet, *, actor: str) -> Push:
    """Compare what differed once more. Raises IllegalTransition unless the set differs at the vendor."""
    with transaction.atomic():
        change_set = ChangeSet.objects.locked(change_set.pk)
        if change_set.state != ChangeSetState.DIFFERING:
            raise IllegalTransition(_("Only a change set with a mismatch at the vendor can be read back again."))
        return queue_push(VERIFY, vendor=change_set.vendor, subject=change_set, actor=actor, lane=Lane.CATALOG)


@push_kind(VERIFY)
class Verify(ChangeSetHandler):
    """Reports are read, then every value is read back. Sends nothing."""

    title = gettext_lazy("Read back and compare")
    writes = False

    def deliver(self, delivery: Delivery) -> None:
        """Conclude every row, in the vendor's words where it gave any, and the set: verified, differing or failed."""
        change_set = ChangeSet.objects.get(pk=delivery.push.subject_id)
        if change_set.state not in (ChangeSetState.PUSHING, ChangeSetState.DIFFERING):
            raise Withdrawn(_("State of the change set: %s.") % change_set.get_state_display())
        if not change_set.jobs.exists() or change_set.jobs.exclude(state__in=FINAL_STATES).exists():
            raise Withdrawn(_("Batches of this change set are still open."))
        for job in change_set.jobs.filter(state=VendorJobState.ERROR, report__isnull=True, report_note=""):
            _read_report(delivery, job)
        skus = list(change_set.changes.filter(state__in=_COMPARED).values_list("sku", flat=True))
        reading = VendorReading({}, timezone.now())
        if skus:
            market = market_of(change_set)
            reading = delivery.read(
                lambda: read_values(delivery.vendor, kind=change_set.kind, skus=skus, market=market)
            )
        delivery.record(partial(_conclude, change_set.pk, reading=reading, skus=skus))

    def rejected(self, push: Push, error: VendorError) -> None:
        ChangeSet.objects.get(pk=push.subject_id).note("changeset.unread", actor="system", error=error.text)


def _read_report(delivery: Delivery, job: VendorJob) -> None:
    """Store the report and fail its failing rows. One that cannot be had leaves it to the reading back."""
    body, trouble = None, ""
    rows: tuple[RemoteJobRow, ...] = ()
    if not job.report_url:
        trouble = _("The vendor did not provide a report.")
    else:
        try:
            vendor = delivery.vendor_as(TakesChanges)
            body = delivery.read(lambda: vendor.fetch_report(job.report_url))
            rows = vendor.parse_report(body)
        except (UnreadableReport, UnsafeUrl, VendorRejected, VendorProtocolError) as error:
            trouble = str(error)
    delivery.record(partial(_note_report, job, body=body, rows=rows, trouble=trouble))


def _note_report(job: VendorJob, *, body: bytes | None, rows: tuple[RemoteJobRow, ...], trouble: str) -> None:
    VendorJob.objects.filter(pk=job.pk).update(report=body, report_note=trouble)
    errors = {row.sku: row.error for row in rows if row.error}
    failed = [change for change in job.changes.filter(state=ChangeState.SENT) if _reported_of(change, errors)]
    for change in failed:
        change.state, change.note = ChangeState.FAILED, _reported_of(change, errors)
    Change.objects.bulk_update(failed, ["state", "note"], batch_size=500)


def _reported_of(change: Change, errors: Mapping[str, str]) -> str:
    return errors.get(change.sku) or errors.get(change.sku_fulfiller or change.sku, "")


def _conclude(change_set_id: int, *, reading: VendorReading, skus: list[str]) -> None:
    change_set = ChangeSet.objects.locked(change_set_id)
    store_reading(reading, vendor=change_set.vendor, kind=change_set.kind, skus=skus, market=market_of(change_set))
    rows = list(change_set.changes.filter(state__in=_COMPARED).select_related("job"))
    compared = [_compare_row(change, current=reading.values.get(change.sku), kind=change_set.kind) for change in rows]
    update_rows(Change, ("id", "state", "note", "read_back"), compared)
    verified = [row for row, (_pk, state, *_rest) in zip(rows, compared, strict=True) if state == ChangeState.VERIFIED]
    _keep_prices(change_set, verified)
    counts = Counter(change_set.changes.values_list("state", flat=True))
    change_set.move_to(
        _end_state(counts),
        actor=f"vendor:{change_set.vendor}",
        params=dict(counts),
        counts=change_set.counts | {str(state): counts[state] for state in ChangeState.values},
        verified_at=timezone.now(),
    )


def _compare_row(change: Change, *, current: Value | None, kind: str) -> tuple[int, str, str, str]:
    """Return id, state, note and what was read back."""
    if current is None:
        return change.pk, ChangeState.DIFFERS.value, _("The vendor no longer lists this SKU."), "{}"
    differing = format_of(kind).differing(change.after, current=current)
    if not differing:
        return change.pk, ChangeState.VERIFIED.value, "", to_json(current)
    if change.job is not None and change.job.state == VendorJobState.CANCELLED:
        return change.pk, ChangeState.FAILED.value, _("The vendor cancelled the batch."), to_json(current)
    return change.pk, ChangeState.DIFFERS.value, ", ".join(differing), to_json(current)


def _end_state(counts: Mapping[str, int]) -> ChangeSetState:
    if not counts.get(ChangeState.FAILED) and not counts.get(ChangeState.DIFFERS):
        return ChangeSetState.VERIFIED
    if not counts.get(ChangeState.VERIFIED) and not counts.get(ChangeState.DIFFERS):
        return ChangeSetState.FAILED
    return ChangeSetState.DIFFERING


def _keep_prices(change_set: ChangeSet, changes: list[Change]) -> None:
    """Show what the vendor is known to hold, instead of waiting for the next synchronisation."""
    if change_set.kind != ChangeKind.SALES_PRICES:
        return
    given = {change.variant_id: change.after["sales"] for change in changes if change.variant_id is not None}
    if market := market_of(change_set):
        given = keep_market_prices(market, given)
    rows: list[tuple[Any, ...]] = [
        (variant_id, PriceList.SALES.value, quantity, price)
        for variant_id, sales in given.items()
        for quantity, price in decimals(sales).items()
    ]
    stamp_revision(next_revision(), variants=set(upsert_children(TIERS, rows)))
    # The next synchronisation finds them as they are here by now, and has nothing to tell.
    tell_prices([change.variant_id for change in changes if change.variant_id is not None])
