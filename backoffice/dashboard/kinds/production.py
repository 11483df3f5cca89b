"""What the production desk has to send, and what stands in the way: files and labels that cannot be had."""

from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy

from backoffice.dashboard.kind import Essentials, InboxKind, Need, each, explained_in, link, page_of
from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.push_errors import explain_push
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from backoffice.vendors.explaining import explain
from fulfillment.models import Label, LabelState, ProductionFile, ProductionOrder, ProductionOrderState
from fulfillment.services.production_parcels import GONE_STATES
from fulfillment.services.worklist import Section, orders_of_section

_SEE = ("fulfillment.view_productionorder",)
_ACT = "fulfillment.dispatch_productionorder"
# So many items are shown; the page of the order has them all.
ITEMS = 6


def _order_need(row: ProductionOrder) -> Need:
    return Need(
        what=row.reference or row.vendor_id,
        detail=row.merchant,
        since=row.due_at,
        url=link("fulfillment_productionorder_change", row.pk),
        action=_("Dispatch"),
    )


def production_essentials(row: ProductionOrder) -> Essentials:
    items = row.items.order_by("pk").values_list("name", "sku", "quantity")[:ITEMS]
    return Essentials(
        chips=[ProductionOrderState(row.state).chip()],
        facts=[(_("Merchant"), row.merchant), (_("Due"), date_format(localtime(row.due_at), "SHORT_DATETIME_FORMAT"))],
        lines=[(name or sku, sku, quantity) for name, sku, quantity in items],
    )


def _labels(state: LabelState) -> QuerySet[Label]:
    """Return labels in that state of orders to do, but for those of parcels that have left."""
    rows = Label.objects.filter(state=state, production_order__in=ProductionOrder.objects.to_do())
    return rows.exclude(parcel__state__in=GONE_STATES)


def _label_need(label: Label, **more: Any) -> Need:
    order = label.production_order
    return Need(
        what=f"{order.reference or order.vendor_id} · {label}",
        who=label.asked_by,
        url=f"{link('fulfillment_productionorder_change', order.pk)}#labels",
        **more,
    )


def _lost_need(label: Label) -> Need:
    answer = getattr(label, "answer", None)
    detail = answer.problem if answer else _("A colleague decided that the vendor handed it out.")
    return _label_need(label, detail=detail, since=label.announced_at, action=_("Add a copy"))


def _refused_needs(labels: list[Label]) -> list[Need]:
    """Name why the vendor refused each: the newest request for it has the cause."""
    pushes = Push.objects.filter(
        subject_type=Label._meta.label_lower, subject_id__in=[label.pk for label in labels], state=PushState.FAILED
    )
    causes = {push.subject_id: explain_push(push).main for push in pushes.order_by("pk")}
    needs = []
    for label in labels:
        vendor, cause = label.production_order.vendor, causes.get(label.pk)
        detail = explained_in(vendor, cause) if cause else {"detail": label.get_state_display()}
        needs.append(_label_need(label, since=label.asked_at, action=_("Fetch again"), **detail))
    return needs


def _stuck_files() -> QuerySet[ProductionFile]:
    return ProductionFile.objects.filter(needs_attention=True, production_order__in=ProductionOrder.objects.to_do())


def _file_need(row: ProductionFile) -> Need:
    return Need(
        what=f"{row.production_order} · {row.get_kind_display()}",
        **explained_in(row.production_order.vendor, explain(row.production_order.vendor, row.problem)),
        since=row.created_at,
        url=link("fulfillment_productionorder_change", row.production_order_id),
        action=_("Try again"),
        at_once=link("fulfillment_productionorder_try_file", row.pk),
    )


def _work(section: Section, **look: Any) -> InboxKind:
    return InboxKind(
        see=_SEE,
        act=_ACT,
        rows=partial(orders_of_section, section),
        order_by=("due_at", "pk"),
        since="due_at",
        needs=each(_order_need),
        page=page_of("fulfillment_productionorder_changelist", query=f"?section={section}"),
        essentials=production_essentials,
        **look,
    )


KINDS = [
    InboxKind(
        name="lost-labels",
        title=gettext_lazy("Labels handed out, copy missing"),
        icon="barcode",
        tone=Tone.RED,
        place=100,
        see=_SEE,
        act=_ACT,
        rows=partial(_labels, LabelState.LOST),
        order_by=("pk",),
        since="announced_at",
        related=("production_order", "answer"),
        needs=each(_lost_need),
        essentials=lambda label: production_essentials(label.production_order),
    ),
    InboxKind(
        name="refused-labels",
        title=gettext_lazy("Labels rejected by the vendor"),
        icon="barcode",
        tone=Tone.RED,
        place=101,
        see=_SEE,
        act=_ACT,
        rows=partial(_labels, LabelState.REFUSED),
        order_by=("pk",),
        since="asked_at",
        related=("production_order",),
        needs=_refused_needs,
        essentials=lambda label: production_essentials(label.production_order),
    ),
    _work(
        Section.LATE,
        name="production-late",
        title=gettext_lazy("Production: late"),
        icon="conveyor_belt",
        tone=Tone.RED,
        place=230,
    ),
    _work(
        Section.DUE_TODAY,
        name="production-due",
        title=gettext_lazy("Production: due today"),
        icon="conveyor_belt",
        tone=Tone.AMBER,
        place=240,
    ),
    InboxKind(
        name="stuck-files",
        title=gettext_lazy("Files that cannot be downloaded"),
        icon="file_download_off",
        tone=Tone.AMBER,
        place=390,
        see=_SEE,
        act=_ACT,
        rows=_stuck_files,
        order_by=("pk",),
        since="created_at",
        related=("production_order",),
        needs=each(_file_need),
        page=page_of("fulfillment_productionorder_changelist"),
        essentials=lambda row: production_essentials(row.production_order),
    ),
]
