"""Many exports at once: what was refused, or not sent, is sent (again); what waits is not sent."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy, ngettext_lazy

from backoffice.errors import Conflict
from backoffice.jobs.models import Job, JobRow
from backoffice.jobs.services.inputs import InputKind, JobInput
from backoffice.jobs.services.kinds import DONE, JobKind, RowPreview, RowResult, job_kind
from backoffice.text.reasons import REASON_MAX
from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import vendor_title
from orders.marketing.models import ExportState, OrderExport
from orders.marketing.services.exports.messages import orders_to_export
from orders.marketing.services.exports.obstacles import find_obstacles
from orders.marketing.services.exports.requesting import (
    THERE,
    can_exclude_export,
    exclude_export,
    request_export_by_hand,
)
from orders.models import Order

_REASON = JobInput(
    "reason",
    gettext_lazy("Reason"),
    InputKind.LONG,
    is_required=True,
    longest=REASON_MAX,
    help=gettext_lazy("Recorded in the timeline of each order, with your name."),
)


class _ExportJob(JobKind):
    model, permission, is_common = OrderExport, "marketing.export_orders", True
    names: ClassVar[tuple[Sequence[str], Sequence[str]]] = (("pk",), ("vendor", "order_id"))

    def describe(self, rows: Any) -> list[JobRow]:
        """Return the rows by the order's number, with the vendor, in one lookup for all of them."""
        rows = list(rows)
        numbers = dict(Order.objects.filter(pk__in={row.order_id for row in rows}).values_list("pk", "number"))
        return [
            JobRow(subject_id=row.pk, label=numbers.get(row.order_id, ""), detail=vendor_title(row.vendor)[:200])
            for row in rows
        ]


@job_kind("marketing.send")
class SendExports(_ExportJob):
    """Consent, an opt-out and the vendor's own conditions are looked at for each, before and once more at its turn."""

    label, icon = gettext_lazy("Send again …"), "outgoing_mail"
    title = ngettext_lazy("Send %(count)s order again", "Send %(count)s orders again", "count")
    done = ngettext_lazy(
        "%(count)s order is sent with the next batch", "%(count)s orders are sent with the next batch", "count"
    )
    consequences = (
        gettext_lazy("A vendor may print and mail a letter, or ask the customer for a review; letters are charged."),
        gettext_lazy("What was sent to a vendor cannot be recalled from here."),
    )

    def check(self, keys: Sequence[int]) -> Mapping[int, RowPreview]:
        exports = _exports(keys)
        refusals: dict[int, str] = {}
        for vendor in {export.vendor for export in exports}:
            rows = [export for export in exports if export.vendor == vendor]
            orders = [export.order for export in rows]
            obstacles = find_obstacles(orders, vendor=vendor, messages=orders_to_export(orders))
            refusals |= {row.pk: _not_again(row) or obstacles.get(row.order_id, "") for row in rows}
        return {key: RowPreview(refusal) for key, refusal in refusals.items()}

    def apply(self, job: Job, row: JobRow) -> RowResult:
        export = _export_of(row)
        request_export_by_hand(export.order, vendor=export.vendor, actor=job.created_by)
        return DONE


@job_kind("marketing.exclude")
class ExcludeExports(_ExportJob):
    """Only a person asks for one of them again."""

    label, icon = gettext_lazy("Do not send …"), "unsubscribe"
    title = ngettext_lazy("Do not send %(count)s order", "Do not send %(count)s orders", "count")
    done = ngettext_lazy("%(count)s order is not sent", "%(count)s orders are not sent", "count")
    inputs: ClassVar[Sequence[JobInput]] = (_REASON,)

    def check(self, keys: Sequence[int]) -> Mapping[int, RowPreview]:
        return {export.pk: RowPreview(can_exclude_export(export).reason) for export in _exports(keys)}

    def apply(self, job: Job, row: JobRow) -> RowResult:
        export = _export_of(row)
        exclude_export(export.order, vendor=export.vendor, actor=job.created_by, reason=job.inputs["reason"])
        return DONE


def _exports(keys: Sequence[int]) -> list[OrderExport]:
    """Return the exports with what is asked about their orders; one query."""
    return list(OrderExport.objects.filter(pk__in=keys).select_related("order__shop").defer("order__search"))


def _export_of(row: JobRow) -> OrderExport:
    export = OrderExport.objects.filter(pk=row.subject_id).select_related("order").defer("order__search").first()
    if export is None:
        raise Conflict(_("It no longer exists."))
    return export


def _not_again(export: OrderExport) -> str:
    if export.state not in (*THERE, ExportState.WAITING):
        return ""
    text = _("%(vendor)s: %(state)s.")
    return text % {"vendor": vendor_title(export.vendor), "state": export.get_state_display()}
