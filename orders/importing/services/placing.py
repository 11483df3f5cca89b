"""The job of an import: it checks each order as placing it would, and then places them, each once."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.db import transaction
from django.utils.translation import gettext_lazy, ngettext_lazy

from backoffice.errors import Conflict, DomainError, InvalidInput
from backoffice.jobs.models import Job, JobRow
from backoffice.jobs.services.kinds import JobKind, RowPreview, RowResult, job_kind
from backoffice.text.translatable import gettext as _
from orders.importing.models import ImportedOrder, ImportOutcome, OrderImport
from orders.importing.services.assembling import (
    AssembledOrder,
    TableOfOrders,
    assemble,
    describe_table,
    name_places,
    total_of,
)
from orders.models import Order
from orders.services.annotations import tag_order, write_note
from orders.services.intake.judging import JudgedOrder, preview_order
from orders.services.intake.taking import place_order, refusing_taken_reference
from orders.services.restore.adopting import complete_adopted


@job_kind("importing.place")
class PlaceImported(JobKind):
    """The reference is what makes an order the same: one that the shop has used is never placed again."""

    model, permission, icon = ImportedOrder, "importing.add_orderimport", "publish"
    label, sequence = gettext_lazy("Place …"), "pk"
    # Each is judged as a whole, as the intake does.
    checked_at_once = 50
    title = ngettext_lazy("Place %(count)s order", "Place %(count)s orders", "count")
    done = ngettext_lazy("%(count)s order placed", "%(count)s orders placed", "count")
    consequences = (
        gettext_lazy(
            "Each starts as if its shop had sent it: released, held or waiting, depending on the settings of the shop."
        ),
        gettext_lazy("Released orders go to their vendors and will be produced and charged."),
    )
    names: ClassVar[tuple[Sequence[str], Sequence[str]]] = (("reference", "position"), ("customer",))

    def check(self, keys: Sequence[int]) -> Mapping[int, RowPreview]:
        orders = list(ImportedOrder.objects.filter(pk__in=keys).select_related("table__shop").defer("table__content"))
        known = _known_orders(orders)
        tables: dict[int, TableOfOrders] = {}
        previews = {}
        for imported in orders:
            of = tables.setdefault(imported.table_id, describe_table(imported.table))
            previews[imported.pk] = _preview(imported, of, known.get((imported.table.shop_id, imported.reference)))
        ImportedOrder.objects.bulk_update(orders, ["outcome", "total", "currency"])
        return previews

    def apply(self, job: Job, row: JobRow) -> RowResult:
        imported = ImportedOrder.objects.select_for_update(of=("self",)).select_related("table__shop")
        imported = imported.defer("table__content").filter(pk=row.subject_id)
        if (found := imported.first()) is None:
            raise Conflict(_("It no longer exists."))
        return _place(found, actor=job.created_by)


def _known_orders(orders: Sequence[ImportedOrder]) -> dict[tuple[int, str], Order]:
    """Return by shop and reference what is here already; the newest, where one has been replaced."""
    shops = {imported.table.shop_id for imported in orders}
    references = {imported.reference for imported in orders if imported.reference}
    # An order of the test mode has references of its own.
    found = Order.objects.filter(shop__in=shops, reference__in=references, is_test=False).order_by("pk")
    return {(order.shop_id, order.reference): order for order in found.defer("search")}


def _preview(imported: ImportedOrder, of: TableOfOrders, known: Order | None) -> RowPreview:
    """Return what placing it would come to, and note it on the order."""
    made = assemble(imported, of)
    imported.total = imported.currency = None  # type: ignore[assignment]
    if made.new is not None:
        imported.total, imported.currency = total_of(made.new), made.new.currency
    imported.currency = imported.currency or ""
    if known is not None:
        imported.outcome = ImportOutcome.KNOWN
        return RowPreview(_known_text(known, made))
    if made.left_out:
        imported.outcome = ImportOutcome.LEFT_OUT
        return RowPreview(made.left_out)
    if made.new is None:
        imported.outcome = ImportOutcome.WRONG
        return RowPreview(_("Cells are missing or cannot be read."), made.errors)
    try:
        judged = preview_order(made.new, shop=of.table.shop, hold_invalid=of.choices.hold_invalid)
    except DomainError as error:
        imported.outcome = ImportOutcome.WRONG
        errors = name_places(error.errors, imported, of) if isinstance(error, InvalidInput) else {}
        return RowPreview(error.text, errors)
    imported.outcome = ImportOutcome.HELD if judged.holds else ImportOutcome.READY
    return RowPreview(params={"holds": _holds_of(judged, imported, of)} if judged.holds else {})


def _known_text(known: Order, made: AssembledOrder) -> str:
    if made.new is not None and total_of(made.new) != known.total:
        text = _("Order %(number)s has this reference but a different total. It is not placed again.")
        return text % {"number": known.number}
    return _("Order %(number)s already has this reference.") % {"number": known.number}


def _holds_of(judged: JudgedOrder, imported: ImportedOrder, of: TableOfOrders) -> list[dict[str, Any]]:
    """Return what it would wait for, by row and column."""
    return [
        {"reason": hold.reason, "text": str(hold.text), "errors": name_places(hold.errors, imported, of)}
        for hold in judged.holds
    ]


def _place(imported: ImportedOrder, *, actor: str) -> RowResult:
    """Place the order, in the transaction of its row. Raise DomainError, and nothing of it is kept then."""
    of = describe_table(imported.table)
    shop = of.table.shop
    made = assemble(imported, of)
    if made.new is None:
        text = made.left_out or _("Cells are missing or cannot be read.")
        raise InvalidInput(text, errors=made.errors)
    try:
        with refusing_taken_reference(made.new, shop=shop), transaction.atomic():
            placed = place_order(made.new, shop=shop, actor=actor, hold_invalid=of.choices.hold_invalid).order
    except Conflict as error:
        return _of_known(imported, made, error)
    except InvalidInput as error:
        # Said by row and column, as the preview says it.
        raise type(error)(error.text, errors=name_places(error.errors, imported, of), **error.details) from error
    _annotate(placed, made, imported.table, imported.position, actor=actor)
    imported.order = placed
    imported.save(update_fields=["order"])
    return RowResult(text=_("Placed as %(number)s.") % {"number": placed.number}, result={"order": placed.pk})


def _of_known(imported: ImportedOrder, made: AssembledOrder, error: Conflict) -> RowResult:
    """Return that the order is here already; one that was brought in after a restore is completed."""
    if error.code != "reference_taken" or made.new is None:
        raise error
    completed = complete_adopted(made.new, shop=imported.table.shop)
    if completed is not None:
        imported.order = completed
        imported.save(update_fields=["order"])
        return RowResult(text=_("Completed %(number)s.") % {"number": completed.number})
    return RowResult(skipped=error.text)


def _annotate(order: Order, made: AssembledOrder, table: OrderImport, row: int, *, actor: str) -> None:
    order.events.create(
        actor=actor, kind="order.imported", params={"file": table.file_name, "row": row, "import": table.pk}
    )
    if made.tags:
        tag_order(order, tags=made.tags, actor=actor)
    if made.note:
        write_note(order, note=made.note, actor=actor)
