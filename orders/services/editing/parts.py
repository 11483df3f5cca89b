"""The parts of an order that vendors make: which of them an edit may still touch, and what becomes of them.

A part is open until it is submitted. Nothing is changed in a draft at a vendor: it is given up, and the part begins
anew under its next generation.
"""

from collections.abc import Collection, Iterable, Sequence

from django.utils import timezone
from django.utils.formats import date_format

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.pushes import close_push
from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import vendor_title
from orders.models import Order, OrderLine, VendorOrder, VendorOrderLine, VendorOrderState
from orders.services.cancellation_outcomes import dismiss_refusals
from orders.services.placing.planning import account_of, divide_lines, reference_of, start_over
from orders.services.push_kinds import CANCEL, PLACE, discard_draft
from orders.services.taking_back import may_be_taken_back

# The vendor has nothing of it yet that would be made.
OPEN = (
    *(VendorOrderState.PLANNED, VendorOrderState.DRAFT, VendorOrderState.REFUSED, VendorOrderState.CANCELLED),
    VendorOrderState.DROPPED,
)
_MADE = (VendorOrderState.IN_PRODUCTION, VendorOrderState.DONE)


def find_obstacles(rows: Sequence[VendorOrder], *, lock: bool = False) -> dict[int, str]:
    """Return why a part cannot be changed, for people, by its key; those that can are missing.

    With `lock` the waiting pushes of the open ones are locked to the end of the transaction, so that no worker begins
    what is about to change; one that a worker has begun is an obstacle.
    """
    found = {row.pk: _too_late_text(row) for row in rows if row.state not in OPEN}
    subjects = [row.pk for row in rows if row.pk not in found]
    pushes = Push.objects.open().filter(
        kind__in=(PLACE, CANCEL), subject_type=VendorOrder._meta.label_lower, subject_id__in=subjects
    )
    states = dict(pushes.values_list("subject_id", "state"))
    waiting = pushes.filter(state=PushState.NEW)
    if lock:
        waiting = waiting.select_for_update(skip_locked=True)
    for push in waiting:
        states.pop(push.subject_id, None)
    references = {row.pk: row for row in rows}
    return found | {pk: _under_way_text(references[pk], state) for pk, state in states.items()}


def _too_late_text(row: VendorOrder) -> str:
    since = date_format(timezone.localtime(row.reported_at or row.submitted_at or row.updated_at), "DATETIME_FORMAT")
    params = {"reference": row.reference, "vendor": vendor_title(row.vendor), "since": since}
    if row.state in _MADE:
        text = _(
            "%(reference)s has been in production at %(vendor)s since %(since)s and can no longer be changed. "
            "Create a new order for what is needed instead."
        )
    elif row.state == VendorOrderState.UNKNOWN:
        text = _("The state of %(reference)s at %(vendor)s is unknown. Clarify it first, then make your change.")
    elif may_be_taken_back(row):
        text = _(
            "%(vendor)s has had %(reference)s since %(since)s and accepts no changes, but can still cancel it. "
            "Take that part back first, then change it."
        )
    else:
        text = _(
            "%(vendor)s has had %(reference)s since %(since)s and accepts no changes. Cancel the order before "
            "production begins, then order again under the same reference."
        )
    return text % params


def _under_way_text(row: VendorOrder, state: str) -> str:
    params = {"reference": row.reference, "vendor": vendor_title(row.vendor)}
    if state == PushState.UNKNOWN:
        return (
            _("It is unknown whether %(vendor)s has %(reference)s. Decide that first, then make your change.") % params
        )
    return _("%(reference)s is being sent to %(vendor)s right now. Try again in a moment.") % params


def replan(
    order: Order, rows: Sequence[VendorOrder], *, touched: Collection[int], everything: bool, actor: str
) -> list[VendorOrder]:
    """Divide the lines of the open parts `rows` anew; a part that gets what it had stays as it is.

    `touched` are lines that were changed, by key; with `everything` all parts go anew. A draft is given up and
    discarded. The order must be locked, and the pushes of these parts. Return the parts that are planned anew.
    """
    planned = []
    fixed = VendorOrderLine.objects.filter(vendor_order__order=order).exclude(vendor_order__in=rows)
    lines = list(order.lines.exclude(pk__in=fixed.values("line")).order_by("position"))
    has_documents = order.generic_label or order.documents.exists()
    held: dict[int, list[int]] = {row.pk: [] for row in rows}
    for part, line in (
        VendorOrderLine.objects.filter(vendor_order__in=rows).order_by("pk").values_list("vendor_order", "line")
    ):
        held[part].append(line)
    free = list(rows)
    for group in divide_lines(lines, has_documents=has_documents):
        keys = [line.pk for line in group]
        vendor = account_of(order, group[0].vendor, parts=rows)
        row = _choose(free, held, keys, vendor=vendor)
        if row is None:
            row = _new_part(order, vendor=vendor)
        else:
            free.remove(row)
            same = held[row.pk] == keys and row.state != VendorOrderState.DROPPED
            if same and not everything and not set(keys).intersection(touched):
                continue
            _begin_anew(row, actor=actor)
        _give(row, group)
        planned.append(row)
    for row in free:
        drop_part(row, actor=actor)
    return planned


def _choose(
    free: Iterable[VendorOrder], held: dict[int, list[int]], keys: Sequence[int], *, vendor: str
) -> VendorOrder | None:
    """Return the part of that vendor that has most of these lines already."""
    own = [row for row in free if row.vendor == vendor]
    return max(own, key=lambda row: (len(set(held[row.pk]) & set(keys)), -row.part), default=None)


def _begin_anew(row: VendorOrder, *, actor: str) -> None:
    """Plan the part again: under its next generation where its vendor may know the present one."""
    is_unknown = row.state == VendorOrderState.PLANNED and not row.vendor_id and not row.abandoned_ids
    if is_unknown and not Push.objects.about(row).filter(attempts__gt=0).exists():
        return
    dismiss_refusals(row, actor=actor, reason=_("The order was edited."))
    if given_up := start_over(row):
        # The draft goes first: should it turn out to be submitted, the order is held before another one is made.
        for push in Push.objects.about(row).filter(kind=PLACE, state=PushState.NEW):
            close_push(push, PushState.CONFIRMED, cause=_("The order was edited."))
        discard_draft(row, given_up, actor=actor)


def drop_part(row: VendorOrder, *, actor: str) -> None:
    """Leave the part without lines: nothing is made of it. Its order must be locked, and its pushes."""
    if row.state == VendorOrderState.DROPPED:
        return
    _begin_anew(row, actor=actor)
    row.lines.all().delete()
    row.state = VendorOrderState.DROPPED
    row.save(update_fields=["state", "updated_at"])


def _new_part(order: Order, *, vendor: str) -> VendorOrder:
    part = max(order.vendor_orders.values_list("part", flat=True), default=0) + 1
    return VendorOrder.objects.create(order=order, vendor=vendor, part=part, reference=reference_of(order, part=part))


def _give(row: VendorOrder, lines: Sequence[OrderLine]) -> None:
    """Make these lines those of the part."""
    row.lines.all().delete()
    VendorOrderLine.objects.bulk_create(
        VendorOrderLine(vendor_order=row, line=line, reference=str(line.position)) for line in lines
    )
