"""Many orders released, held, cancelled, sent again, assigned."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy, ngettext_lazy

from backoffice.errors import Conflict, IllegalTransition
from backoffice.jobs.models import Job, JobRow
from backoffice.jobs.services.inputs import InputKind, JobInput
from backoffice.jobs.services.kinds import DONE, RowPreview, RowResult, job_kind
from backoffice.text.translatable import gettext as _
from orders.models import HoldReason, Order, OrderState
from orders.services.annotations import assign_order
from orders.services.holds import active_holds, end_hold
from orders.services.jobs.kinds import NOTE, REASON, OrderJob, active_holds_of, checked_by, order_of, read_orders
from orders.services.lifecycle import cancel_order, hold_order, release_hold, release_order
from orders.services.preflight.rechecks import recheck_orders
from orders.services.sending_again import can_send_again, send_order_again


def recheck(orders: Mapping[int, Order], refusals: Mapping[int, str]) -> dict[int, RowPreview]:
    """Return the refusals, and what the pre-flight finds now in the orders that have none."""
    found = recheck_orders([order for key, order in orders.items() if not refusals[key]])
    text = _("The vendor would reject it.")
    return {
        key: RowPreview(text, errors)
        if key in found and (errors := found[key].obstacles)
        else RowPreview(refusals[key])
        for key in orders
    }


@job_kind("orders.release")
class ReleaseOrders(OrderJob):
    """What a person has put on hold goes without being read one by one; every other hold stays, and is named."""

    label, icon, is_common = gettext_lazy("Release …"), "send", True
    title = ngettext_lazy("Release %(count)s order", "Release %(count)s orders", "count")
    done = ngettext_lazy("%(count)s order released", "%(count)s orders released", "count")
    consequences = (
        gettext_lazy("They go to their vendors and will be produced and charged."),
        gettext_lazy("Each can be cancelled until its production begins."),
    )
    inputs = (NOTE,)

    def check(self, keys: Sequence[int]) -> Mapping[int, RowPreview]:
        orders, holds = read_orders(keys), active_holds_of(keys)
        left = {key: [hold for hold in holds[key] if hold.reason != HoldReason.MANUAL] for key in orders}
        return recheck(orders, {key: order.can_release(holds=left[key]).reason for key, order in orders.items()})

    @transaction.atomic  # an order that is not released keeps its hold
    def apply(self, job: Job, row: JobRow) -> RowResult:
        order, who = order_of(row), job.created_by
        manual = active_holds(order).filter(reason=HoldReason.MANUAL).first()
        if manual is not None:
            order = release_hold(manual, actor=who, note=job.inputs["note"])
            if order.state == OrderState.RELEASED:
                return DONE
        release_order(order, actor=who)
        return DONE


@job_kind("orders.hold")
class HoldOrders(OrderJob):
    """An order that a person holds already keeps its hold, and the text of it."""

    label, icon, is_common, can_undo = gettext_lazy("Hold …"), "front_hand", True, True
    title = ngettext_lazy("Hold %(count)s order", "Hold %(count)s orders", "count")
    done = ngettext_lazy("%(count)s order held", "%(count)s orders held", "count")
    consequences = (gettext_lazy("Parts that no vendor has yet stay here; parts that a vendor already has continue."),)
    inputs = (REASON,)

    def check(self, keys: Sequence[int]) -> Mapping[int, RowPreview]:
        holds = active_holds_of(keys)
        held = {key for key, some in holds.items() if any(hold.reason == HoldReason.MANUAL for hold in some)}
        return checked_by(
            read_orders(keys), lambda order: _held_text() if order.pk in held else order.can_hold().reason
        )

    def apply(self, job: Job, row: JobRow) -> RowResult:
        order = Order.objects.locked(order_of(row).pk)
        if active_holds(order).filter(reason=HoldReason.MANUAL).exists():
            return RowResult(skipped=_held_text())
        was = order.state
        order = hold_order(order, reason=HoldReason.MANUAL, text=job.inputs["note"], actor=job.created_by)
        return RowResult(undo={"hold": active_holds(order).get(reason=HoldReason.MANUAL).pk, "was": was})

    @transaction.atomic
    def undo(self, job: Job, row: JobRow) -> RowResult:
        """Release that hold. An order that was new is new again; it does not go to its vendors by that."""
        before = row.undo or {}
        order = Order.objects.locked(order_of(row).pk)
        hold = active_holds(order).filter(pk=before["hold"]).first()
        if hold is None:
            raise Conflict(_("This hold has already been released."))
        if before["was"] != OrderState.NEW:
            release_hold(hold, actor=job.created_by, note=undone_text())
            return DONE
        end_hold(hold, order=order, actor=job.created_by, note=undone_text())
        if order.state == OrderState.HELD and not active_holds(order).exists():
            order.move_to(OrderState.NEW, actor=job.created_by)
        return DONE


@job_kind("orders.cancel")
class CancelOrders(OrderJob):
    """What a vendor has is asked for; those orders are cancelled once it agrees."""

    label, icon, style = gettext_lazy("Cancel …"), "cancel", "danger"
    title = ngettext_lazy("Cancel %(count)s order", "Cancel %(count)s orders", "count")
    done = ngettext_lazy("%(count)s order cancelled", "%(count)s orders cancelled", "count")
    consequences = (
        gettext_lazy("Vendors that already have a part are asked; those orders are cancelled once the vendors agree."),
        gettext_lazy("A cancelled order cannot be reopened."),
    )
    inputs = (REASON,)

    def check(self, keys: Sequence[int]) -> Mapping[int, RowPreview]:
        orders = Order.objects.filter(pk__in=keys).defer("search").prefetch_related("vendor_orders").in_bulk()
        return checked_by(orders, lambda order: order.can_cancel(vendor_orders=order.vendor_orders.all()).reason)

    def apply(self, job: Job, row: JobRow) -> RowResult:
        order = order_of(row)
        if order.cancel_requested_at and not order.has_ended:
            return RowResult(skipped=_("Its cancellation has been requested; the vendor has not answered yet."))
        order = cancel_order(order, actor=job.created_by, reason=job.inputs["note"])
        return DONE if order.has_ended else RowResult(text=_("Cancellation requested from the vendor."))


@job_kind("orders.send_again")
class SendOrdersAgain(OrderJob):
    """What a vendor refused or cancelled is placed anew, where nothing else holds the order."""

    label, icon = gettext_lazy("Send again …"), "replay"
    title = ngettext_lazy("Send %(count)s order again", "Send %(count)s orders again", "count")
    done = ngettext_lazy("%(count)s order sent again", "%(count)s orders sent again", "count")
    consequences = (
        gettext_lazy("Parts that a vendor rejected or cancelled are placed again and will be produced and charged."),
    )
    inputs = (NOTE,)

    def check(self, keys: Sequence[int]) -> Mapping[int, RowPreview]:
        orders, holds = read_orders(keys), active_holds_of(keys)
        reasons = {key: [hold.reason for hold in holds[key]] for key in orders}
        return recheck(
            orders, {key: can_send_again(order, reasons=reasons[key]).reason for key, order in orders.items()}
        )

    def apply(self, job: Job, row: JobRow) -> RowResult:
        send_order_again(order_of(row), actor=job.created_by, reason=job.inputs["note"])
        return DONE


@job_kind("orders.assign")
class AssignOrders(OrderJob):
    """Undone where nobody has assigned the order since."""

    label, icon, can_undo = gettext_lazy("Assign …"), "person_add", True
    title = ngettext_lazy("Assign %(count)s order", "Assign %(count)s orders", "count")
    done = ngettext_lazy("%(count)s order assigned", "%(count)s orders assigned", "count")
    inputs = (JobInput("assignee", gettext_lazy("Assign to"), InputKind.PERSON),)

    def apply(self, job: Job, row: JobRow) -> RowResult:
        order, key = Order.objects.locked(order_of(row).pk), job.inputs["assignee"]
        if order.assignee_id == key:
            return RowResult(skipped=_("No change needed."))
        before = order.assignee_id
        assign_order(order, assignee=_person(key), actor=job.created_by)
        return RowResult(undo={"before": before, "after": key})

    @transaction.atomic
    def undo(self, job: Job, row: JobRow) -> RowResult:
        before = row.undo or {}
        order = Order.objects.locked(order_of(row).pk)
        if order.assignee_id != before["after"]:
            raise changed_since()
        assign_order(order, assignee=_person(before["before"]), actor=job.created_by)
        return DONE


def undone_text() -> str:
    """Return the note of what an undone job had begun."""
    return _("Undone.")


def changed_since() -> Conflict:
    """Return the refusal to bring back what somebody has changed since."""
    return Conflict(_("It has been changed since."))


def _held_text() -> str:
    return _("It is already held manually.")


def _person(key: Any) -> User | None:
    """Return who that is, None for nobody. Raise IllegalTransition for who has left."""
    if key is None:
        return None
    person = User.objects.filter(pk=key, is_staff=True, is_active=True).first()
    if person is None:
        raise IllegalTransition(_("This account is no longer active."))
    return person
