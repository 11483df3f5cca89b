"""Many wrong addresses corrected in one grid: what is wrong with each, with what fits filled in as a proposal."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy, ngettext_lazy

from backoffice.errors import Errors, IllegalTransition, InvalidInput, add_error
from backoffice.jobs.models import Job, JobRow, JobState, RowState
from backoffice.jobs.services.inputs import InputKind, JobInput
from backoffice.jobs.services.kinds import DONE, RowPreview, RowResult, job_kind
from backoffice.sight import PERSONAL_DATA
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import TakesOrders
from backoffice.vendors.registry import vendor_type
from orders.models import Address, AddressRole, Hold, Order, OrderState
from orders.services.editing.changes import OrderChanges
from orders.services.editing.edits import can_correct, correct_address, edit_order, restore_addresses
from orders.services.holds import active_holds
from orders.services.jobs.kinds import OrderJob, active_holds_of, order_of
from orders.services.lifecycle import release_order
from orders.services.preflight.address_proposals import propose_address
from orders.services.preflight.order_checks import is_about_address
from orders.services.preflight.rechecks import recheck_orders

# Whose limits a vendor's own address check has.
_SENT = (AddressRole.RECIPIENT, AddressRole.SHIPPER, AddressRole.EXPORT)


@job_kind("orders.correct_addresses")
class CorrectAddresses(OrderJob):
    """Each row has values of its own, by role and field, the limits of its vendors, and the order's revision when both
    were read: in its `params`. An order that was edited since fails, since it may have a newer address.
    """

    label, icon, is_common, can_undo = gettext_lazy("Correct addresses …"), "edit_location", True, True
    sights = (PERSONAL_DATA,)
    title = ngettext_lazy("Save %(count)s address and release", "Save %(count)s addresses and release", "count")
    done = ngettext_lazy("%(count)s address corrected", "%(count)s addresses corrected", "count")
    consequences = (
        gettext_lazy("Orders with no other hold go to their vendors and will be produced and charged."),
        gettext_lazy("Addresses that still have errors stay unchanged and are listed."),
    )
    inputs = (JobInput("release", gettext_lazy("Save only"), InputKind.YES_NO),)

    def check(self, keys: Sequence[int]) -> Mapping[int, RowPreview]:
        orders = _orders(keys).in_bulk()
        found, holds = recheck_orders(list(orders.values())), active_holds_of(keys)
        return {
            key: _check(order, _errors_of_addresses(found[key].errors, found[key].doubts, holds[key]))
            for key, order in orders.items()
        }

    @transaction.atomic
    def apply(self, job: Job, row: JobRow) -> RowResult:
        release, values = bool(job.inputs["release"]), row_values(row)
        before = _stored(row.subject_id, values)
        order = _correct(order_of(row), row, actor=job.created_by, release=release)
        _ensure_fits(order, roles=[AddressRole(role) for role in values])
        if release and order.state == OrderState.NEW:
            order = release_order(order, actor=job.created_by)
        undo = {"before": before, "after": _stored(order.pk, values)}
        if order.state != OrderState.HELD:
            return RowResult(undo=undo)
        reasons = ", ".join(str(hold.get_reason_display()) for hold in active_holds(order))
        return RowResult(text=_("Corrected. Still held: %(reasons)s.") % {"reasons": reasons}, undo=undo)

    @transaction.atomic
    def undo(self, job: Job, row: JobRow) -> RowResult:
        """Set back what has stayed as the job left it. What is wrong with it then holds the order again."""
        order = Order.objects.locked(row.subject_id)
        kept = dict(row.undo or {})
        now = _stored(order.pk, kept["after"])
        changed = {
            role: {name: text for name, text in fields.items() if text != kept["after"][role][name]}
            for role, fields in kept["before"].items()
        }
        if any(now.get(role) != kept["after"][role] for role in changed):
            raise IllegalTransition(_("This address has been changed since."))
        fields = {
            AddressRole(role).field: {name: text or None for name, text in some.items()}
            for role, some in changed.items()
            if some
        }
        if not fields:
            raise IllegalTransition(_("The address was already correct: there is nothing to undo."))
        restore_addresses(order, msgspec.convert(fields, OrderChanges), actor=job.created_by)
        return DONE


@transaction.atomic
def set_addresses(job: Job, values: Mapping[int, Mapping[str, Mapping[str, str]]]) -> dict[int, Errors]:
    """Keep what was typed for rows of a job that was not started: by the row's key, role and field.

    Return by row what is too long for its vendors; what is typed is kept all the same. What a row does not offer is
    passed over. Raise IllegalTransition once the job was started.
    """
    if not Job.objects.select_for_update().filter(pk=job.pk, state=JobState.READY).exists():
        raise IllegalTransition(_("This job has already been started, or is still being checked."))
    rows = list(job.rows.filter(pk__in=values, state=RowState.READY))
    too_long: dict[int, Errors] = {}
    for row in rows:
        if errors := _set(row, values[row.pk]):
            too_long[row.pk] = errors
    JobRow.objects.bulk_update(rows, ["params"])
    return too_long


def _set(row: JobRow, values: Mapping[str, Mapping[str, str]]) -> Errors:
    errors: Errors = {}
    own, limits = row.params["values"], row.params["limits"]
    for role, fields in own.items():
        for name in fields:
            fields[name] = value = values.get(role, {}).get(name, fields[name])
            limit = min(limits.get(name, 200), 200) if role in _SENT else 200
            if len(value) > limit:
                text = _("%(length)s of %(limit)s characters.") % {"length": len(value), "limit": limit}
                add_error(errors, f"{role}.{name}", text)
    return errors


def _orders(keys: Sequence[int]) -> QuerySet[Order]:
    rows = Order.objects.filter(pk__in=keys).select_related("shop").defer("search")
    return rows.prefetch_related("addresses", "vendor_orders", "lines")


def _errors_of_addresses(errors: Errors, doubts: Errors, holds: Iterable[Hold]) -> Errors:
    """Return what is wrong with its addresses: as we find it now, else as its holds name it."""
    named: Errors = {path: texts for hold in holds for path, texts in hold.errors.items()}
    return {path: texts for path, texts in (named | doubts | errors).items() if is_about_address(path)}


def _check(order: Order, errors: Errors) -> RowPreview:
    if not errors:
        return RowPreview(_("The address is correct."))
    if refused := can_correct(order).reason:
        return RowPreview(refused, errors)
    limits = _limits(order)
    values: dict[str, dict[str, str]] = {}
    for address in order.addresses.all():
        named = [path.removeprefix(f"{address.field}.") for path in errors if path.startswith(f"{address.field}.")]
        if fields := [name for name in named if name in _FIELDS]:
            proposal = propose_address(address, limits=limits) if address.role in _SENT else {}
            values[address.role] = {name: getattr(address, name) for name in fields} | proposal
    if not values:
        return RowPreview(_("This cannot be corrected here."), errors)
    return RowPreview(errors=errors, params={"values": values, "limits": limits, "revision": order.revision})


_FIELDS = frozenset(field.name for field in Address._meta.get_fields()) - {"id", "order", "role"}


def _limits(order: Order) -> dict[str, int]:
    """Return by field how many characters all vendors of the order take."""
    longest: dict[str, int] = {}
    for vendor in {line.vendor for line in order.lines.all()}:
        for name, (_least, most) in vendor_type(vendor, TakesOrders).ADDRESS_LIMITS.items():
            longest[name] = min(most, longest.get(name, most))
    return longest


def _correct(order: Order, row: JobRow, *, actor: str, release: bool) -> Order:
    """Edit its addresses; holds that are about one alone end also where it was right already. Raise DomainError."""
    values, revision = row_values(row), row.params.get("revision")
    try:
        if release and len(values) == 1:
            [(role, changed)] = values.items()
            return correct_address(order, role=AddressRole(role), values=changed, actor=actor, revision=revision)
        fields = {
            AddressRole(role).field: {name: text or None for name, text in some.items()}
            for role, some in values.items()
        }
        changes = msgspec.convert(fields, OrderChanges)
        return edit_order(order, changes, actor=actor, revision=revision, release=release)
    except msgspec.ValidationError as error:
        raise InvalidInput(str(error), errors={"": [str(error)]}) from None


def _stored(order_id: int, values: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Return what these fields of the order's addresses are now, by role and name."""
    addresses = {address.role: address for address in Address.objects.filter(order=order_id, role__in=values)}
    return {
        role: {name: getattr(addresses[role], name) for name in fields}
        for role, fields in values.items()
        if role in addresses
    }


def _ensure_fits(order: Order, *, roles: Sequence[AddressRole]) -> None:
    """Raise InvalidInput while a vendor would still refuse one of these addresses: an edit looks at what it changes,
    and what nobody changed is as wrong as before.
    """
    paths = tuple(f"{role.field}." for role in roles)
    errors = recheck_orders([order])[order.pk].errors
    if left := {path: texts for path, texts in errors.items() if path.startswith(paths)}:
        raise InvalidInput(_("The address still has errors."), errors=left)


def row_values(row: JobRow) -> dict[str, dict[str, str]]:
    """Return what is to be set for a row, by role and field."""
    values: dict[str, Any] = row.params.get("values", {})
    return values
