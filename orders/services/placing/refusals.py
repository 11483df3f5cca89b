"""What all ways of placing have in common: when not to begin, and what follows when a vendor refuses."""

from decimal import Decimal
from functools import partial

from django.utils.translation import gettext_lazy

from backoffice.engine.models import Push
from backoffice.engine.services.delivery import Delivery, Postponed, Withdrawn
from backoffice.engine.services.handlers import V
from backoffice.errors import Errors, add_error
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import join, join_sentences
from backoffice.vendors.errors import VendorError, VendorRejected
from backoffice.vendors.registry import vendor_title
from orders.models import HoldReason, Order, OrderEvent, OrderState, VendorOrder, VendorOrderState
from orders.services.change_labels import of_field
from orders.services.cooling_off import seconds_to_cool
from orders.services.costs import find_purchase_cost
from orders.services.holds import hold_if_open
from orders.services.hooks import before_placing
from orders.services.placing.relatives import hold_for_submitted, left_behind
from orders.services.push_kinds import VendorOrderHandler
from orders.services.statuses import derive_statuses

# Between two looks whether a draft is gone, in seconds.
_DISCARDING = 15
_BEFORE_SUBMIT = (VendorOrderState.PLANNED, VendorOrderState.DRAFT, VendorOrderState.UNKNOWN)


class PlaceHandler(VendorOrderHandler[V]):
    """A push that places a vendor order."""

    title = gettext_lazy("Place order")

    def begin(self, delivery: Delivery) -> None:
        super().begin(delivery)
        self.reload()

    def reload(self) -> None:
        """Read the rows again: a callback may have changed them, and so may people."""
        self.row = VendorOrder.objects.select_related("order__shop").get(pk=self.push.subject_id)

    def ensure_placeable(self) -> None:
        """Run rules that still wait for this order: one of them may hold it. Raise Withdrawn as `ensure_open` does, and
        Postponed while the order is cooling off.
        """
        for run in before_placing:
            run(self.row.order_id)
        self.reload()
        self.ensure_open()
        if (seconds := seconds_to_cool(self.row.order)) > 0:
            raise Postponed(_("The cooling-off period of the order is still running."), seconds=seconds)
        self._ensure_nothing_left_behind()

    def _ensure_nothing_left_behind(self) -> None:
        """Wait for drafts that an order left behind whose lines went to this one: should one turn out to be submitted,
        this order is held. Raise Postponed or Withdrawn then.
        """
        left = left_behind(self.row.order)
        if left.is_being_discarded:
            raise Postponed(_("A draft of the split or merged order is discarded first."), seconds=_DISCARDING)
        if left.submitted:
            self.delivery.record(partial(hold_for_submitted, self.row.order_id, left.submitted))
            self.reload()
            self.ensure_open()

    def ensure_open(self) -> None:
        """Raise Withdrawn unless the order is released and this part of it not yet refused or cancelled."""
        row, order = self.row, self.row.order
        if order.cancel_requested_at is not None:
            raise Withdrawn(_("Cancellation of the order was requested."))
        if order.state != OrderState.RELEASED:
            raise Withdrawn(
                _("The order is no longer released. State: %(state)s.") % {"state": order.get_state_display()}
            )
        if row.state not in _BEFORE_SUBMIT:
            text = _("This part of the order is not placed any more. State: %(state)s.")
            raise Withdrawn(text % {"state": row.get_state_display()})

    def cost(self, push: Push) -> tuple[Decimal, str] | None:
        return find_purchase_cost(push.subject_id)

    def rejected(self, push: Push, error: VendorError) -> None:
        """Mark the vendor order as refused and hold its order, with the vendor's errors by field and what to do next.

        The order must be locked.
        """
        row = VendorOrder.objects.select_for_update().get(pk=push.subject_id)
        order = Order.objects.locked(row.order_id)
        if row.state in _BEFORE_SUBMIT:
            row.state = VendorOrderState.REFUSED
            row.save(update_fields=["state", "updated_at"])
        errors = errors_by_field(push, error)
        details = [of_field(field, text) for field, texts in errors.items() if texts != [error.text] for text in texts]
        actor = f"vendor:{row.vendor}"
        params = {"vendor": row.vendor, "reference": row.reference, "said": join([error.text, *details])}
        names = {"vendor": vendor_title(row.vendor), "reference": row.reference}
        OrderEvent.objects.create(order=order, actor=actor, kind="vendor.refused", params=params, push=push)
        if isinstance(error, VendorRejected):
            first = _("%(vendor)s rejected %(reference)s.")
            then = _("Correct what it names, then release the hold: that part is then placed again.")
        else:  # the fault is not in the order: a response nobody understands, or an error of our own
            first = _("%(reference)s could not be placed at %(vendor)s.")
            then = _(
                "Contact an administrator. When the cause is fixed, release the hold: that part is then placed again."
            )
        text = join_sentences(first % names, error.text, *details, then)
        hold_if_open(order, reason=HoldReason.VENDOR_REFUSED, text=text, errors=errors, actor=actor)
        derive_statuses(order)


def errors_by_field(push: Push, error: VendorError) -> Errors:
    """Return the vendor's errors by field, with the line that they are about."""
    line = _refused_line(push)
    errors: Errors = {}
    for item in getattr(error, "errors", ()):
        add_error(errors, f"lines.{line}.{item.field}".rstrip(".") if line else item.field, item.text)
    return errors or ({f"lines.{line}": [error.text]} if line else {})


def _refused_line(push: Push) -> str:
    """Return our position of the line that was being added, empty when it was another step."""
    step = push.attempt_rows.exclude(step="").order_by("-pk").values_list("step", flat=True).first() or ""
    return step.removeprefix("line:") if step.startswith("line:") else ""
