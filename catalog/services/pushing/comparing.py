"""Right before a change set leaves: does the vendor still hold what it was compared with? Then batches are planned."""

from collections.abc import Sequence
from functools import partial

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy

from backoffice.engine.models import Push
from backoffice.engine.models.push import Lane, PushState
from backoffice.engine.services.delivery import Delivery, Withdrawn
from backoffice.engine.services.handlers import push_kind
from backoffice.engine.services.pushes import queue_push
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import TakesChanges
from backoffice.vendors.errors import RateLimited, VendorError
from catalog.models import Change, ChangeSet, ChangeSetState, ChangeState, VendorJob
from catalog.services.change_sets.approval import hash_of_rows
from catalog.services.change_sets.checking import changed_meanwhile, validate_change_set
from catalog.services.change_sets.editing import NOT_APPROVED
from catalog.services.change_sets.snapshots import FRESH, VendorReading, read_values, store_reading
from catalog.services.price_markets import listing_currency, market_of
from catalog.services.pushing.starting import COMPARE, SEND, ChangeSetHandler, ensure_approved

RIVAL_WAIT_SECONDS = 5.0


@push_kind(COMPARE)
class Compare(ChangeSetHandler):
    """What the vendor holds is compared once more, then the batches are planned. Sends nothing itself."""

    title = gettext_lazy("Compare again and plan batches")
    writes = False

    def deliver(self, delivery: Delivery) -> None:
        """Plan the batches, if the vendor still holds what the set was compared with; else check it again.

        Raises Withdrawn when nothing is to be sent.
        """
        change_set = ChangeSet.objects.get(pk=delivery.push.subject_id)
        if change_set.state != ChangeSetState.PUSHING or change_set.jobs.exists():
            raise Withdrawn(_("State of the change set: %s.") % change_set.get_state_display())
        if _is_stale(change_set):
            _compare(delivery, change_set)
        size = delivery.vendor_as(TakesChanges).MAX_BATCH
        delivery.record(partial(_plan, change_set.pk, actor=delivery.push.created_by, size=size))

    def rejected(self, push: Push, error: VendorError) -> None:
        """Leave the set only checked, since the vendor could not be read."""
        change_set = ChangeSet.objects.get(pk=push.subject_id)
        if change_set.state == ChangeSetState.PUSHING and not change_set.jobs.exists():
            change_set.move_to(ChangeSetState.CHECKED, actor="system", params={"error": error.text}, **NOT_APPROVED)


def _is_stale(change_set: ChangeSet) -> bool:
    """Read too long ago, or while another set of ours was on its way that changes the same values: a batch may be
    worked on long after it was sent, so that only what was read after the reading back shows it.
    """
    at = change_set.snapshot_at
    if at is None or at < timezone.now() - FRESH:
        return True
    is_open = Q(change_set__state=ChangeSetState.PUSHING)
    ended_since = Q(change_set__pushed_at__gte=at) | Q(change_set__verified_at__gte=at)
    return _others(change_set).filter(is_open | ended_since).exists()


def _compare(delivery: Delivery, change_set: ChangeSet) -> None:
    skus = list(change_set.changes.values_list("sku", flat=True))
    market = market_of(change_set)
    reading = delivery.read(lambda: read_values(delivery.vendor, kind=change_set.kind, skus=skus, market=market))
    changed = changed_meanwhile(change_set, reading=reading)
    delivery.record(partial(_note_reading, change_set.pk, reading=reading, skus=skus, changed=changed))
    if changed:
        raise Withdrawn(_("Changed at the vendor in the meantime: %s.") % ", ".join(changed[:20]))


def _note_reading(change_set_id: int, *, reading: VendorReading, skus: Sequence[str], changed: list[str]) -> None:
    change_set = ChangeSet.objects.locked(change_set_id)
    store_reading(reading, vendor=change_set.vendor, kind=change_set.kind, skus=skus, market=market_of(change_set))
    if not changed:
        change_set.snapshot_at = reading.read_at
        change_set.save(update_fields=["snapshot_at"])
        return
    note = {"changed": changed[:100], "changed_count": len(changed)}
    validate_change_set(change_set, actor=f"vendor:{change_set.vendor}", note=note, **NOT_APPROVED)


def _others(change_set: ChangeSet) -> QuerySet[Change]:
    """Return rows of other sets about the same SKUs and the same kind of value. Prices are sent by currency alone, so
    that those of two markets in one currency are the same.
    """
    usual = listing_currency(change_set.vendor)
    currencies = ["", usual] if change_set.currency in ("", usual) else [change_set.currency]
    return Change.objects.filter(
        Exists(change_set.changes.filter(sku=OuterRef("sku"))),
        change_set__vendor=change_set.vendor,
        change_set__kind=change_set.kind,
        change_set__language=change_set.language,
        change_set__currency__in=currencies,
    ).exclude(change_set=change_set)


def _plan(change_set_id: int, *, actor: str, size: int) -> None:
    """Plan batches of at most `size` rows, each with its push."""
    change_set = ChangeSet.objects.locked(change_set_id)
    ensure_approved(change_set, approved_hash=change_set.approved_hash, rows=change_set.changes.all())
    _supersede(change_set)
    ids = list(change_set.changes.order_by("pk").values_list("pk", flat=True))
    batches = [ids[start : start + size] for start in range(0, len(ids), size)]
    for number, batch in enumerate(batches, start=1):
        rows = Change.objects.filter(pk__in=batch)
        job = VendorJob.objects.create(
            change_set=change_set,
            vendor=change_set.vendor,
            number=number,
            entries=len(batch),
            rows_hash=hash_of_rows(rows),
        )
        rows.update(job=job)
        queue_push(SEND, vendor=change_set.vendor, subject=job, actor=actor, lane=Lane.CATALOG)
    change_set.note("changeset.batches", actor="system", batches=len(batches), rows=len(ids))


def _supersede(change_set: ChangeSet) -> None:
    """Supersede open rows of older sets, so that no late repetition undoes what is newer.

    Raises RateLimited while a worker may just be sending one: both on their way might arrive in any order. A worker
    that claims such a batch after this look finds its rows locked, and waits to see that they gave way.
    """
    older = _others(change_set).filter(
        change_set__state=ChangeSetState.PUSHING,
        change_set__pushed_at__lt=change_set.pushed_at,
        state__in=[ChangeState.PENDING, ChangeState.SENT],
    )
    found = dict(older.values_list("pk", "job_id"))
    note = _("A newer change set for this SKU was sent: %s.") % change_set.title
    Change.objects.filter(pk__in=found).update(state=ChangeState.SUPERSEDED, note=note)
    busy = Push.objects.filter(
        Q(state=PushState.IN_FLIGHT) | Q(state=PushState.UNKNOWN, settles_at__gt=timezone.now()),
        vendor=change_set.vendor,
        kind=SEND,
        subject_type=VendorJob._meta.label_lower,
        subject_id__in=set(found.values()),
    )
    if busy.exists():
        raise RateLimited(_("An older change to the same SKUs is being sent."), retry_after=RIVAL_WAIT_SECONDS)
