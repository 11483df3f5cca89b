"""What follows when a vendor says no, in words that help."""

from backoffice.models import Push
from backoffice.translatable import gettext as _
from backoffice.vendors.errors import VendorError, VendorRejected
from orders.models import HoldReason, Order, OrderEvent, VendorOrder, VendorOrderState
from orders.services.axes import derive_axes
from orders.services.holds import hold_if_open

_REFUSABLE = (VendorOrderState.PLANNED, VendorOrderState.DRAFT, VendorOrderState.UNKNOWN)


def note_refusal(push: Push, error: VendorError) -> None:
    """The vendor order is refused and its order held, with the vendor's complaints by field and what to do next.

    The order must be locked.
    """
    row = VendorOrder.objects.select_for_update().get(pk=push.subject_id)
    order = Order.objects.locked(row.order_id)
    if row.state in _REFUSABLE:
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
    derive_axes(order)


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


def suppose_placed(push: Push) -> None:
    """A person says that the lost request reached the vendor: from now on a report that carries our reference is ours.

    The order must be locked.
    """
    row = VendorOrder.objects.select_for_update().get(pk=push.subject_id)
    if row.vendor_id:
        # The id is known: the push goes on from what a reading of it shows.
        push.follow_up = push.payload
        return
    row.state = VendorOrderState.UNKNOWN
    row.save(update_fields=["state", "updated_at"])
    text = _(
        "%(reference)s is said to be at %(vendor)s, but its id there is not known yet: the next poll looks for it."
    )
    order = Order.objects.locked(row.order_id)
    words = {"vendor": row.vendor, "reference": row.reference}
    hold_if_open(order, reason=HoldReason.DIFFERS_AT_VENDOR, text=text % words, actor="system")


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
