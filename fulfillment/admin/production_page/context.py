"""Everything the page of one production order shows, in a number of queries that does not depend on its size."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext_lazy

from backoffice.engine.admin.timeline import Timeline, read_timeline
from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.push_errors import explain_push
from backoffice.paper.postal import address_lines
from backoffice.states import Chip
from backoffice.text.translatable import gettext as _
from backoffice.vendors.explaining import Explanation
from fulfillment.admin.production_page.chips import label_chip, parcel_chip, statuses
from fulfillment.admin.production_page.pictures import document_url, pictures_of
from fulfillment.admin.production_page.steps import NextStep, next_step
from fulfillment.admin.production_page.timeline import SENTENCES, describe, pushes_of
from fulfillment.models import (
    Label,
    LabelKind,
    LabelResponse,
    LabelState,
    ParcelState,
    ProductionFile,
    ProductionItem,
    ProductionOrder,
    ProductionOrderState,
    ProductionShipment,
)
from fulfillment.services.dispatching import can_withdraw
from fulfillment.services.production_reports import NEVER

# What is no part of the label, but asked for by carriers and customs.
_MORE = (
    ("phone", gettext_lazy("telephone")),
    ("mobile", gettext_lazy("mobile")),
    ("email", gettext_lazy("e-mail")),
    ("state_code", gettext_lazy("state")),
    ("vat_id", gettext_lazy("VAT ID")),
    ("eori_number", gettext_lazy("EORI number")),
)


# A file with the address of our copy; empty while there is none, or when the reader may not open it.
FileLink = tuple[ProductionFile, str]


@dataclass(frozen=True)
class LabelContext:
    """A label: which parcel it announced, when, and what can be done with it."""

    label: Label
    push: Push | None
    may_open: bool

    @property
    def chip(self) -> Chip:
        return label_chip(self.label, push=self.push)

    @property
    def url(self) -> str:
        return document_url(self.label) if self.may_open and self.label.is_kept else ""

    @property
    def is_missing(self) -> bool:
        return self.label.state == LabelState.LOST

    @property
    def answer(self) -> LabelResponse | None:
        """What came instead of a label that can be printed; also beside a copy that was added later."""
        return getattr(self.label, "answer", None)

    @property
    def answer_url(self) -> str:
        is_there = self.may_open and self.answer is not None and self.answer.is_kept
        return document_url(self.label, kind="answer") if is_there else ""

    @property
    def is_unknown(self) -> bool:
        """Whether somebody has to decide if it was handed out."""
        return self.push is not None and self.push.state == PushState.UNKNOWN

    @property
    def ways_on(self) -> list[str]:
        """What can be done while our copy is missing; its parcel can be reported all the same."""
        if not self.is_missing:
            return []
        lines = (
            [_("Save the received file: if another program can open it, print it from there.")]
            if self.answer_url
            else []
        )
        if self.answer is None:
            lines.append(
                _(
                    "Report the parcel: if the vendor never handed out the label, it rejects the report, and the "
                    "label can be fetched."
                )
            )
        if self.label.kind == LabelKind.SUPPLIED:
            lines.append(_("Ask the merchant of this order for the label and add it here."))
        else:
            lines.append(_("Ask the vendor for the label and add it here."))
        lines.append(_("Or send the parcel with your own label, at your own cost, and report it as forced."))
        return lines


@dataclass(frozen=True)
class ParcelContext:
    """A parcel and what became of its report."""

    parcel: ProductionShipment
    push: Push | None

    @property
    def chip(self) -> Chip:
        return parcel_chip(self.parcel)

    @property
    def may_undo(self) -> bool:
        return bool(can_withdraw(self.parcel, self.push))

    @property
    def refusal(self) -> Explanation | None:
        """Why the vendor refused it."""
        return explain_push(self.push).main if self.push and self.parcel.state == ParcelState.REFUSED else None


@dataclass(frozen=True)
class ProductionContext:
    """The page of one production order."""

    order: ProductionOrder
    statuses: list[Chip]
    next: NextStep
    # Each with its picture and its files.
    items: list[tuple[ProductionItem, str, list[FileLink]]]
    # Those of the whole order.
    files: list[FileLink]
    labels: list[LabelContext]
    parcels: list[ParcelContext]
    # (title, lines as on a parcel, (label, value) of what else was given for calls and customs).
    addresses: list[tuple[Any, list[str], list[tuple[Any, str]]]]
    pushes: list[Push]
    timeline: Timeline

    @property
    def due(self) -> datetime | None:
        return None if self.order.due_at == NEVER else self.order.due_at

    @property
    def label_to_fetch(self) -> Label | None:
        """The first that can be fetched now."""
        return next((one.label for one in self.labels if one.label.can_fetch()), None)

    @property
    def may_add_parcel(self) -> bool:
        """Whether there is anything to ship: re-shipments are made of finished orders too."""
        return self.order.state != ProductionOrderState.CANCELLED and bool(self.items)

    @property
    def opens_at(self) -> datetime | None:
        """When the shipping window begins; None when it has."""
        start = self.order.shipping_earliest
        return start if start and start > timezone.now() else None


def production_context(order: ProductionOrder, *, may_open: bool) -> ProductionContext:
    """Return what the page shows; files have addresses for readers who `may_open` them."""
    prefetch_related_objects([order], "items", "files", "labels__parcel", "labels__answer", "shipments__lines__item")
    pushes = list(pushes_of(order))
    latest = {(push.subject_type, push.subject_id): push for push in pushes}
    files = [(file, document_url(file) if may_open and file.is_kept else "") for file in order.files.all()]
    pictures = pictures_of([order], may_open=may_open)

    def push_of(row: Model) -> Push | None:
        return latest.get((row._meta.label_lower, row.pk))

    return ProductionContext(
        order=order,
        statuses=statuses(order),
        next=next_step(order),
        items=[
            (item, pictures.get(item.pk, ""), [link for link in files if link[0].item_id == item.pk])
            for item in order.items.all()
        ],
        files=[link for link in files if link[0].item_id is None],
        labels=[LabelContext(label, push_of(label), may_open) for label in order.labels.all()],
        parcels=[ParcelContext(parcel, push_of(parcel)) for parcel in reversed(order.shipments.all())],
        addresses=_addresses(order),
        pushes=pushes,
        timeline=read_timeline(order.events.all(), sentences=SENTENCES, describe=describe),
    )


def _addresses(order: ProductionOrder) -> list[tuple[Any, list[str], list[tuple[Any, str]]]]:
    given = ((_("Recipient"), order.recipient), (_("Sender"), order.shipper), (_("Exporter"), order.export))
    return [
        (title, address_lines(address), [(label, address[name]) for name, label in _MORE if address.get(name)])
        for title, address in given
        if address
    ]
