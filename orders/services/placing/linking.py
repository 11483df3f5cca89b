"""An order at a vendor becomes a part of an order of ours, so that it is followed, and not made a second time."""

from collections.abc import Iterable

from backoffice.engine.models import Callback, Push
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.services.callbacks import replay_callbacks
from backoffice.engine.services.reports import ReportOutcome
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import join_sentences
from backoffice.vendors.messages import OrderReport, RemoteOrderState
from backoffice.vendors.registry import vendor_title
from orders.models import (
    HoldReason,
    Order,
    OrderEvent,
    OrderState,
    StrayOrder,
    StrayState,
    VendorOrder,
    VendorOrderState,
)
from orders.services.holds import hold_if_open
from orders.services.placing.planning import NOTHING_REPORTED, plan_vendor_orders, start_over
from orders.services.push_kinds import discard_draft
from orders.services.reports.applying import apply_order_report
from orders.services.reports.strays import goods_that_differ, open_strays, read_reference, settle_stray

_BEFORE_SUBMIT = (VendorOrderState.PLANNED, VendorOrderState.DRAFT, VendorOrderState.UNKNOWN, VendorOrderState.REFUSED)


def is_free(row: VendorOrder) -> bool:
    """Return whether this part is, as far as we know, not at its vendor yet."""
    return row.submitted_at is None and row.state in _BEFORE_SUBMIT


def bind(row: VendorOrder, report: OrderReport, *, actor: str, push: Push | None = None) -> ReportOutcome:
    """Bind the part to the order of the report, whatever was known of it before; a draft of ours is given up. The order
    must be locked, and the part free.
    """
    row = VendorOrder.objects.select_for_update(of=("self",)).select_related("order").get(pk=row.pk)
    given_up = row.vendor_id if row.vendor_id != report.vendor_id else ""
    ours = read_reference(report.reference)
    row.vendor_id = report.vendor_id
    # Two customers may have had one number; here each has its own, and what is bound is known by the vendor's id.
    if not VendorOrder.objects.filter(vendor=row.vendor, reference=report.reference).exclude(pk=row.pk).exists():
        row.reference = report.reference
    row.generation = ours.generation if ours else row.generation
    row.reported_at, row.reported_history_id, row.reported_rank = None, 0, 0
    row.document_states, row.files_due_at = [], None
    row.save()
    row.lines.update(**NOTHING_REPORTED)
    if given_up:
        discard_draft(row, given_up, actor=actor)
    params = {"vendor": row.vendor, "reference": row.reference, "vendor_id": row.vendor_id}
    OrderEvent.objects.create(order=row.order, actor=actor, kind="vendor.found_again", params=params, push=push)
    if row.order.state == OrderState.NEW:
        Order.objects.locked(row.order_id).move_to(OrderState.RELEASED, actor=actor)
    return apply_order_report(report, source="poll", push=push)


def link_strays(order: Order, *, actor: str, push: Push | None = None) -> int:
    """Make what only vendors know of this order its parts; where goods or recipient differ the order is held.

    The order must be locked. Return how many were linked.
    """
    strays = list(open_strays(order))
    if strays and not order.vendor_orders.exists():
        plan_vendor_orders(order)
    # What was cancelled comes last: it may be a draft that was given up for the one which is made.
    strays.sort(key=lambda one: one.vendor_state == VendorOrderState.CANCELLED)
    return sum(_link(stray, order, actor=actor, push=push) for stray in strays)


def _link(stray: StrayOrder, order: Order, *, actor: str, push: Push | None) -> bool:
    report = stray.last_report
    rows = order.vendor_orders.filter(vendor=stray.vendor)
    free = sorted((row for row in rows if is_free(row)), key=lambda row: row.part != stray.part)
    fitting = next((row for row in free if not goods_that_differ(row, report)), None)
    if fitting is not None:
        settle_stray(stray, state=StrayState.LINKED, actor=actor, vendor_order=fitting)
        bind(fitting, report, actor=actor, push=push)
        return True
    if report.state == RemoteOrderState.CANCELLED and not free:
        text = _("Cancelled at the vendor; another one is produced in its place.")
        settle_stray(stray, state=StrayState.DISMISSED, actor=actor, reason=str(text))
        return False
    hold_beside(order, report, goods_that_differ(free[0], report) if free else [], actor=actor)
    for row in free:
        if row.reference == report.reference:
            _give_up_reference(row, actor=actor)
    return False


def _give_up_reference(row: VendorOrder, *, actor: str) -> None:
    """Take another reference, as the vendor makes something else under this one: both may have to be made."""
    row = VendorOrder.objects.select_for_update(of=("self",)).select_related("order").get(pk=row.pk)
    if given_up := start_over(row):
        discard_draft(row, given_up, actor=actor)


def hold_beside(order: Order, report: OrderReport, found: Iterable[str], *, actor: str) -> None:
    """Hold the order: its vendor makes something for it already, and it is not what we would order."""
    first = _(
        "%(vendor)s already produces %(reference)s (number %(vendor_id)s) for the same order of the shop, but with "
        "different contents."
    )
    then = _(
        "Compare both. If the customer should get both, dismiss that one in the list of orders known only to a "
        "vendor, then release the hold; otherwise cancel this one."
    )
    text = join_sentences(first % _names(report), *found, then)
    hold_if_open(order, reason=HoldReason.SECOND_AT_VENDOR, text=text, actor=actor)


def hold_changed(order: Order, report: OrderReport, found: Iterable[str], *, actor: str) -> None:
    """Hold the order: it was changed after the backup, then sent, so what is made is not what we know of it."""
    first = _(
        "%(reference)s was sent to %(vendor)s after the backup from which the database was restored, and differs "
        "from what we know."
    )
    then = _("If the vendor is right, correct the order here, then release the hold.")
    text = join_sentences(first % _names(report), *found, then)
    hold_if_open(order, reason=HoldReason.DIFFERS_AT_VENDOR, text=text, actor=actor)


def _names(report: OrderReport) -> dict[str, str]:
    return {"vendor": vendor_title(report.vendor), "reference": report.reference, "vendor_id": report.vendor_id}


def replay_orphans(vendor: str) -> int:
    """Replay webhooks that belonged to nothing: they may be about what belongs to an order now. Return how many."""
    return replay_callbacks(Callback.objects.filter(vendor=vendor, state=CallbackState.ORPHAN))
