"""What all ways of placing have in common: when not to begin, and what follows when a vendor says no."""

from decimal import Decimal

from django.utils.translation import gettext_lazy

from backoffice.engine.models import Push
from backoffice.engine.services.delivery import Delivery, Withdrawn
from backoffice.engine.services.handlers import V
from backoffice.text.translatable import gettext as _
from backoffice.vendors.errors import VendorError, VendorRejected
from orders.models import HoldReason, Order, OrderEvent, OrderState, VendorOrder, VendorOrderState
from orders.services.costs import find_purchase_cost
from orders.services.holds import hold_if_open
from orders.services.hooks import before_placing
from orders.services.push_kinds import VendorOrderHandler
from orders.services.statuses import derive_statuses

_BEFORE_SUBMIT = (VendorOrderState.PLANNED, VendorOrderState.DRAFT, VendorOrderState.UNKNOWN)


class PlaceHandler(VendorOrderHandler[V]):
    """What all ways of placing have in common."""

    title = gettext_lazy("Place the order")

    def begin(self, delivery: Delivery) -> None:
        super().begin(delivery)
        self.reload()

    def reload(self) -> None:
        """Read the rows again: a callback may have changed them, and so may people."""
        self.row = VendorOrder.objects.select_related("order__shop").get(pk=self.push.subject_id)

    def ensure_wanted(self) -> None:
        """Raises Withdrawn unless the order is released and this part of it not yet refused or cancelled. Rules that
        still wait for this order come first: one of them may hold it.
        """
        for act in before_placing:
            act(self.row.order_id)
        self.reload()
        ensure_wanted(self.row)

    def cost(self, push: Push) -> tuple[Decimal, str] | None:
        return find_purchase_cost(push.subject_id)

    def rejected(self, push: Push, error: VendorError) -> None:
        """The vendor order is refused and its order held, with the vendor's complaints by field and what to do next.

        The order must be locked.
        """
        row = VendorOrder.objects.select_for_update().get(pk=push.subject_id)
        order = Order.objects.locked(row.order_id)
        if row.state in _BEFORE_SUBMIT:
            row.state = VendorOrderState.REFUSED
            row.save(update_fields=["state", "updated_at"])
        errors = complaints(push, error)
        details = [f"{field}: {' '.join(texts)}" for field, texts in errors.items() if texts != [error.text]]
        said = " ".join([error.text, *details])
        actor = f"vendor:{row.vendor}"
        words = {"vendor": row.vendor, "reference": row.reference, "said": said}
        OrderEvent.objects.create(order=order, actor=actor, kind="vendor.refused", params=words, push=push)
        text = _refused_text() if isinstance(error, VendorRejected) else _failed_text()
        hold_if_open(order, reason=HoldReason.VENDOR_REFUSED, text=text % words, errors=errors, actor=actor)
        derive_statuses(order)


def ensure_wanted(row: VendorOrder) -> None:
    """Raises Withdrawn unless the order is released and this part of it not yet refused or cancelled."""
    if row.order.cancel_requested_at is not None:
        raise Withdrawn(_("The order is to be cancelled."))
    if row.order.state != OrderState.RELEASED:
        raise Withdrawn(_("The order is %s.") % row.order.get_state_display())
    if row.state not in _BEFORE_SUBMIT:
        raise Withdrawn(_("This part of the order is %s.") % row.get_state_display())


def complaints(push: Push, error: VendorError) -> dict[str, list[str]]:
    """The vendor's complaints by field, told which line they are about."""
    line = _refused_line(push)
    found: dict[str, list[str]] = {}
    for item in getattr(error, "errors", ()):
        field = f"lines.{line}.{item.field}".rstrip(".") if line else item.field
        found.setdefault(field, []).append(item.text)
    if line and not found:
        found[f"lines.{line}"] = [error.text]
    return found


def _refused_text() -> str:
    return _(
        "%(vendor)s refused %(reference)s: %(said)s Correct what it names, then release the hold: that part is then "
        "placed anew."
    )


def _failed_text() -> str:
    """The fault is not in the order: an answer nobody understands, or an error of our own."""
    return _(
        "%(reference)s could not be placed at %(vendor)s: %(said)s Tell those who run the back office; when it is "
        "mended, release the hold and that part is placed anew."
    )


def _refused_line(push: Push) -> str:
    """Our position of the line that was being added, empty when it was another step."""
    step = push.attempt_rows.exclude(step="").order_by("-pk").values_list("step", flat=True).first() or ""
    kind, __, reference = step.partition(":")
    return reference if kind == "line" else ""
