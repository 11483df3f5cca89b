"""What all ways of placing have in common: when not to begin, and what follows when a vendor refuses."""

from decimal import Decimal

from django.utils.translation import gettext_lazy

from backoffice.engine.models import Push
from backoffice.engine.services.delivery import Delivery, Postponed, Withdrawn
from backoffice.engine.services.handlers import V
from backoffice.errors import Errors, add_error
from backoffice.text.translatable import gettext as _
from backoffice.vendors.errors import VendorError, VendorRejected
from orders.models import HoldReason, Order, OrderEvent, OrderState, VendorOrder, VendorOrderState
from orders.services.cooling_off import seconds_to_cool
from orders.services.costs import find_purchase_cost
from orders.services.holds import hold_if_open
from orders.services.hooks import before_placing
from orders.services.push_kinds import VendorOrderHandler
from orders.services.statuses import derive_statuses

_BEFORE_SUBMIT = (VendorOrderState.PLANNED, VendorOrderState.DRAFT, VendorOrderState.UNKNOWN)


class PlaceHandler(VendorOrderHandler[V]):
    """A push that places a vendor order."""

    title = gettext_lazy("Place the order")

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
            raise Postponed(_("The order is cooling off."), seconds=seconds)

    def ensure_open(self) -> None:
        """Raise Withdrawn unless the order is released and this part of it not yet refused or cancelled."""
        row, order = self.row, self.row.order
        if order.cancel_requested_at is not None:
            raise Withdrawn(_("The order is to be cancelled."))
        if order.state != OrderState.RELEASED:
            raise Withdrawn(_("The order is %s.") % order.get_state_display())
        if row.state not in _BEFORE_SUBMIT:
            raise Withdrawn(_("This part of the order is %s.") % row.get_state_display())

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
        details = [f"{field}: {' '.join(texts)}" for field, texts in errors.items() if texts != [error.text]]
        actor = f"vendor:{row.vendor}"
        params = {"vendor": row.vendor, "reference": row.reference, "said": " ".join([error.text, *details])}
        OrderEvent.objects.create(order=order, actor=actor, kind="vendor.refused", params=params, push=push)
        if isinstance(error, VendorRejected):
            text = _(
                "%(vendor)s refused %(reference)s: %(said)s Correct what it names, then release the hold: that part is "
                "then placed anew."
            )
        else:  # the fault is not in the order: a response nobody understands, or an error of our own
            text = _(
                "%(reference)s could not be placed at %(vendor)s: %(said)s Tell those who run the back office; when it "
                "is mended, release the hold and that part is placed anew."
            )
        hold_if_open(order, reason=HoldReason.VENDOR_REFUSED, text=text % params, errors=errors, actor=actor)
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
