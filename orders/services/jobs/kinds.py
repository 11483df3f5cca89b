"""What all jobs of orders have in common."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy

from backoffice.errors import Conflict
from backoffice.jobs.models import JobRow
from backoffice.jobs.services.inputs import InputKind, JobInput
from backoffice.jobs.services.kinds import JobKind, RowPreview
from backoffice.text.translatable import gettext as _
from orders.models import Hold, Order
from orders.services.change_labels import place_of

NOTE = JobInput(
    "note",
    gettext_lazy("Reason"),
    InputKind.LONG,
    help=gettext_lazy("Recorded in the timeline of each order, with your name."),
)
REASON = JobInput("note", NOTE.label, InputKind.LONG, is_required=True, help=NOTE.help)


class OrderJob(JobKind):
    """A job that changes orders."""

    model = Order
    permission = "orders.change_order"
    names: ClassVar[tuple[Sequence[str], Sequence[str]]] = (
        ("number",),
        ("customer_lastname", "customer_firstname", "customer_email"),
    )

    def describe(self, rows: Any) -> list[JobRow]:
        """Return the rows by number and the customer's whole name."""
        return [
            JobRow(
                subject_id=order.pk,
                label=order.number,
                detail=(f"{order.customer_firstname} {order.customer_lastname}".strip() or order.customer_email)[:200],
            )
            for order in rows
        ]

    def name_field(self, path: str) -> str:
        return place_of(path)


def order_of(row: JobRow) -> Order:
    """Return the row's order. Raise Conflict when it is gone."""
    order = Order.objects.filter(pk=row.subject_id).select_related("shop").defer("search").first()
    if order is None:
        raise Conflict(_("It no longer exists."))
    return order


def read_orders(keys: Collection[int]) -> dict[int, Order]:
    """Return the orders of these keys that are there, with their shops."""
    return {order.pk: order for order in Order.objects.filter(pk__in=keys).select_related("shop").defer("search")}


def checked_by(orders: Mapping[int, Order], refusal: Callable[[Order], str]) -> dict[int, RowPreview]:
    """Return for each order why it cannot be done, by a function that makes no query."""
    return {key: RowPreview(refusal(order)) for key, order in orders.items()}


def active_holds_of(keys: Collection[int]) -> dict[int, list[Hold]]:
    """Return what holds each of these orders; one query."""
    holds: dict[int, list[Hold]] = defaultdict(list)
    for hold in Hold.objects.filter(order__in=keys, released_at__isnull=True).order_by("pk"):
        holds[hold.order_id].append(hold)
    return holds
