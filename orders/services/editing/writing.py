"""Writing an edit that was checked: the rows of the order and their next revision."""

from typing import TypeVar

from django.db.models import F

from orders.models import Order, OrderDocument, OrderLine, VendorOrderLine
from orders.services.editing.plan import EditPlan
from orders.services.search import refresh_search

T = TypeVar("T", OrderLine, OrderDocument)
_LINE_COLUMNS = (
    *("kind", "vendor", "sku", "name", "quantity", "unit_price", "tax_percent", "unit_cost", "backordered"),
    *("takes_stock", "design_id", "custom_product", "files", "file_credentials", "customs", "custom_properties"),
)
# Beyond all positions that lines have: none is met on the way.
_ASIDE = 16_000


def write_plan(plan: EditPlan) -> None:
    """Make the order what the plan has after the edit. It must be locked, and its parts be divided anew after that."""
    order, after = plan.before.order, plan.after.order
    names = [name for name in plan.fields if name != "documents"]
    for name in names:
        setattr(order, name, getattr(after, name))
    order.revision += 1
    order.save(update_fields=[*names, "revision", "updated_at"])
    _write_addresses(plan)
    if plan.changes_lines:
        _write_lines(plan, order)
    if plan.documents_change:
        kept = [document.pk for document in plan.after.documents if document.pk]
        order.documents.exclude(pk__in=kept).delete()
        OrderDocument.objects.bulk_create(_of(order, [one for one in plan.after.documents if one.pk is None]))
    refresh_search(order)


def _write_addresses(plan: EditPlan) -> None:
    order = plan.before.order
    if plan.removed_addresses:
        order.addresses.filter(role__in=plan.removed_addresses).delete()
    for address in plan.after.addresses:
        if address.role in plan.addresses:
            address.order = order
            address.save()


def _write_lines(plan: EditPlan, order: Order) -> None:
    removed = [line.pk for line in plan.removed]
    VendorOrderLine.objects.filter(line__in=removed).delete()
    OrderLine.objects.filter(pk__in=removed).delete()
    changed = [line for line in plan.after.lines if line.pk in plan.changed]
    OrderLine.objects.bulk_update(changed, _LINE_COLUMNS)
    before = {line.pk: line.position for line in plan.before.lines}
    moved = [line for line in plan.after.lines if line.pk and line.position != before[line.pk]]
    if moved:
        order.lines.filter(pk__in=[line.pk for line in moved]).update(position=F("position") + _ASIDE)
        OrderLine.objects.bulk_update(moved, ["position"])
    OrderLine.objects.bulk_create(_of(order, plan.added))
    files_of = [pk for pk, names in plan.changed.items() if names & {"files", "file_credentials"}]
    VendorOrderLine.objects.filter(line__in=files_of).update(checked_files=[])


def _of(order: Order, rows: list[T]) -> list[T]:
    for row in rows:
        row.order = order
    return rows
