"""Everything the page of one production order shows, in a number of queries that does not depend on its size."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from backoffice.engine.admin.timeline import Timeline, read_timeline
from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.paper.postal import address_lines
from backoffice.states import Chip
from backoffice.text.translatable import gettext as _
from fulfillment.admin.production_page.chips import axes, label_chip, parcel_chip
from fulfillment.admin.production_page.pictures import document_url, pictures_of
from fulfillment.admin.production_page.steps import NextStep, next_step
from fulfillment.admin.production_page.timeline import SENTENCES, describe
from fulfillment.models import (
    Carrier,
    Label,
    LabelKind,
    LabelResponse,
    LabelState,
    ParcelState,
    ProductionFile,
    ProductionItem,
    ProductionOrder,
    ProductionShipment,
    ProductionState,
)
from fulfillment.services.dispatching import can_withdraw
from fulfillment.services.production_reports import NEVER

# What is no part of the label, but asked for by carriers and customs.
_MORE = (
    ("phone", gettext_lazy("telephone")),
    ("mobile", gettext_lazy("mobile")),
    ("email", gettext_lazy("e-mail")),
    ("state_code", gettext_lazy("state")),
    ("vat_id", gettext_lazy("VAT id")),
    ("eori_number", gettext_lazy("EORI number")),
)


@dataclass(frozen=True)
class FileContext:
    """A file with the address of our copy; empty while there is none, or when the reader may not open it."""

    file: ProductionFile
    url: str

    @property
    def is_coming(self) -> bool:
        return not self.file.is_kept and self.file.next_at is not None


@dataclass(frozen=True)
class ItemContext:
    """One line with its picture and files."""

    item: ProductionItem
    picture: str
    files: list[FileContext]


@dataclass(frozen=True)
class LabelContext:
    """A label: which parcel it announced, when, and what can be done with it."""

    label: Label
    chip: Chip
    url: str
    push: Push | None
    may_fetch: bool
    may_open: bool

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
        lines = [_("Save what came: where another program opens it, print it from there.")] if self.answer_url else []
        if self.answer is None:
            lines.append(
                _("Report the parcel: if the vendor never handed out the label, it says so, and it can be fetched.")
            )
        if self.label.kind == LabelKind.SUPPLIED:
            lines.append(_("Ask the merchant of this order for the label and add it here."))
        else:
            lines.append(_("Ask the vendor for the label and add it here."))
        lines.append(_("Or send the parcel with a label of your own, at your cost, and report it as forced."))
        return lines


@dataclass(frozen=True)
class ParcelContext:
    """A parcel and what became of telling the vendor."""

    parcel: ProductionShipment
    chip: Chip
    push: Push | None

    @property
    def may_undo(self) -> bool:
        return bool(can_withdraw(self.parcel, self.push))

    @property
    def refusal(self) -> str:
        """The vendor's own words."""
        is_refused = self.parcel.state == ParcelState.REFUSED and self.push is not None
        return self.push.cause if is_refused and self.push else ""


@dataclass(frozen=True)
class Address:
    """One address: `lines` as on a parcel, and (label, value) of what else was given for calls and customs."""

    title: Any
    lines: list[str]
    more: list[tuple[Any, str]]


@dataclass(frozen=True)
class ProductionContext:
    """The page of one production order."""

    order: ProductionOrder
    axes: list[Chip]
    next: NextStep
    items: list[ItemContext]
    files: list[FileContext]
    labels: list[LabelContext]
    parcels: list[ParcelContext]
    addresses: list[Address]
    pushes: list[Push]
    carriers: list[Carrier]
    timeline: Timeline

    @property
    def due(self) -> datetime | None:
        return None if self.order.due_at == NEVER else self.order.due_at

    @property
    def label_to_fetch(self) -> Label | None:
        """The first that can be fetched now."""
        return next((facts.label for facts in self.labels if facts.may_fetch), None)

    @property
    def may_add_parcel(self) -> bool:
        """Re-shipments are made of finished orders too."""
        return self.order.state != ProductionState.CANCELLED and bool(self.items)

    @property
    def opens_at(self) -> datetime | None:
        """The shipping window has not begun before; None when it has."""
        start = self.order.shipping_earliest
        return start if start and start > timezone.now() else None


def find_variant_data(pk: str | int, *, may_open: bool) -> ProductionContext | None:
    """The facts of that production order, None when there is none. Files have addresses where one `may_open` them."""
    if not str(pk).isdigit() or len(str(pk)) > 18:
        return None
    rows = ProductionOrder.objects.filter(pk=pk)
    order = rows.prefetch_related(
        "items", "files", "labels__parcel", "labels__answer", "shipments__lines__item"
    ).first()
    if order is None:
        return None
    pushes = _pushes(order)
    files = [FileContext(file, document_url(file) if may_open and file.is_kept else "") for file in order.files.all()]
    pictures = pictures_of([order], may_open=may_open)
    return ProductionContext(
        order=order,
        axes=axes(order),
        next=next_step(order),
        items=[
            ItemContext(item, pictures.get(item.pk, ""), [facts for facts in files if facts.file.item_id == item.pk])
            for item in order.items.all()
        ],
        files=[facts for facts in files if facts.file.item_id is None],
        labels=[_label(label, pushes, may_open=may_open) for label in order.labels.all()],
        parcels=[ParcelContext(parcel, parcel_chip(parcel), _last(pushes, parcel)) for parcel in order.shipments.all()][
            ::-1
        ],
        addresses=_addresses(order),
        pushes=pushes,
        carriers=list(Carrier.objects.filter(available=True).order_by("name")),
        timeline=read_timeline(order.events.all(), sentences=SENTENCES, describe=describe),
    )


def _label(label: Label, pushes: list[Push], *, may_open: bool) -> LabelContext:
    push = _last(pushes, label)
    return LabelContext(
        label=label,
        chip=label_chip(label, push=push),
        url=document_url(label) if may_open and label.is_kept else "",
        push=push,
        may_fetch=bool(label.can_fetch()),
        may_open=may_open,
    )


def _pushes(order: ProductionOrder) -> list[Push]:
    """What we told the vendor, or asked of it, about labels and parcels; oldest first."""
    labels = Q(subject_type=Label._meta.label_lower, subject_id__in=[label.pk for label in order.labels.all()])
    keys = [parcel.pk for parcel in order.shipments.all()]
    parcels = Q(subject_type=ProductionShipment._meta.label_lower, subject_id__in=keys)
    return list(Push.objects.filter(labels | parcels).order_by("pk"))


def _last(pushes: list[Push], subject: Model) -> Push | None:
    key = (subject._meta.label_lower, subject.pk)
    return next((push for push in reversed(pushes) if (push.subject_type, push.subject_id) == key), None)


def _addresses(order: ProductionOrder) -> list[Address]:
    titles = (_("Recipient"), _("Sender"), _("Exporter"))
    given = (order.recipient, order.shipper, order.export)
    return [
        Address(title, address_lines(address), [(word, address[name]) for name, word in _MORE if address.get(name)])
        for title, address in zip(titles, given, strict=True)
        if address
    ]
