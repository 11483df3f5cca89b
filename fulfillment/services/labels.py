"""Fetching labels. The download announces the parcel to the carrier for the same day, so it is a write: asked for by a
person on the day of dispatch, made once, kept, and served from our copy ever after.

What became of a download that broke off cannot be seen at the vendor. Only our own disk can answer: the copy is named
before the call and written before it is recorded, so a copy that lies there proves the download. Without one a person
decides.
"""

from datetime import date

from django.db import transaction
from django.utils import timezone

from backoffice.errors import Conflict, IllegalTransition, InvalidInput
from backoffice.models import Push
from backoffice.said import gettext as _
from backoffice.services.claims import Delivery, Withdrawn
from backoffice.services.handlers import Finding
from backoffice.services.pushes import queue_push
from backoffice.vendors.addresses import UnsafeUrl
from backoffice.vendors.errors import VendorAmbiguous, VendorError, VendorRejected, VendorUnavailable
from backoffice.vendors.production_messages import LabelReport
from fulfillment.models import Label, LabelKind, LabelState, ProductionEvent, ProductionOrder, ProductionState
from fulfillment.services import file_store
from fulfillment.services.file_store import Kept, NoSpace, UnfitFile

FETCH_LABEL, GENERIC_LABEL = "fulfillment.fetch_label", "fulfillment.generic_label"
_MAKE, _DOWNLOAD = "make", "download"


@transaction.atomic
def fetch_label(label: Label, *, actor: str, dispatch_on: date) -> Label:
    """The label is being fetched, or was: asking twice, or two people asking, changes nothing.

    `dispatch_on` is the day on which the parcel leaves: today, or it is refused, since the carrier comes on the day
    of the download. Raises InvalidInput for another day, IllegalTransition for an order that is not to be shipped.
    """
    order = ProductionOrder.objects.locked(label.production_order_id)
    label = Label.objects.select_for_update().get(pk=label.pk)
    if label.state != LabelState.WAITING:
        return label
    _refuse_other_day(dispatch_on)
    if order.state == ProductionState.CANCELLED:
        raise IllegalTransition(_("The production order is cancelled: its label is not fetched."))
    label.state, label.asked_by, label.asked_at = LabelState.ASKED, actor, timezone.now()
    label.path = file_store.new_path()
    label.save(update_fields=["state", "asked_by", "asked_at", "path"])
    kind = GENERIC_LABEL if label.kind == LabelKind.GENERIC else FETCH_LABEL
    push = queue_push(kind, vendor=order.vendor, subject=label, actor=actor)
    note_label(label, "label.asked", actor=actor, push=push)
    return label


def request_generic_label(order: ProductionOrder, *, actor: str, dispatch_on: date) -> Label:
    """The vendor is asked to make its label, and the label is fetched; rules as for `fetch_label`.

    Raises IllegalTransition where the order has none.
    """
    label = order.labels.filter(kind=LabelKind.GENERIC).first() if order.has_generic_label else None
    if label is None:
        raise IllegalTransition(_("The vendor makes no label for this production order."))
    return fetch_label(label, actor=actor, dispatch_on=dispatch_on)


@transaction.atomic
def keep_label_copy(label: Label, content: bytes, *, actor: str) -> Label:
    """A copy that a person got elsewhere stands in for the one that was lost on its way to us.

    Raises InvalidInput unless it is a whole PDF, Conflict unless our copy is missing.
    """
    label = Label.objects.select_for_update().get(pk=label.pk)
    if label.state != LabelState.LOST:
        raise Conflict(_("Our copy of this label is not missing."))
    try:
        kept = file_store.write_file(label.path, content)
    except UnfitFile as error:
        raise InvalidInput(str(error), errors={"file": [str(error)]}) from error
    _record_copy(label, kept)
    note_label(label, "label.copied", actor=actor)
    return label


def note_label(label: Label, kind: str, *, actor: str, push: Push | None = None, **params: object) -> None:
    """A line in the timeline of the label's production order."""
    words = {"kind": label.kind, "carrier": label.carrier, "tracking_code": label.tracking_code}
    ProductionEvent.objects.create(
        production_order_id=label.production_order_id, actor=actor, kind=kind, params=words | params, push=push
    )


class LabelFetch:
    """One delivery of one label."""

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        self.vendor = delivery.vendor
        self.label = Label.objects.select_related("production_order").get(pk=delivery.push.subject_id)

    def run(self) -> None:
        """Our copy is on the disk. Raises Withdrawn when the parcel is not to leave any more."""
        if self.label.is_kept:
            return
        kept = file_store.find_file(self.label.path)
        if kept is not None:  # of a worker that was taken for lost
            self.delivery.record(lambda: self._record(kept))
            return
        if self.label.production_order.state == ProductionState.CANCELLED:
            raise Withdrawn(_("The production order was cancelled."))
        try:
            file_store.require_space()
        except NoSpace as error:
            raise VendorUnavailable(str(error)) from error
        if self.label.kind == LabelKind.GENERIC and not self.label.url:
            order_id = self.label.production_order.vendor_id
            self.delivery.write(_MAKE, lambda: self.vendor.request_generic_label(order_id), self._record_made)
        self.delivery.write(_DOWNLOAD, self._download, self._record)

    def look(self) -> Finding:
        """A copy on the disk proves the download; nothing else can be seen."""
        kept = file_store.find_file(self.label.path) if self.delivery.push.step == _DOWNLOAD else None
        if kept is None:
            return Finding.BLIND
        self.delivery.record(lambda: self._record(kept))
        return Finding.DONE

    def _download(self) -> Kept:
        try:
            answer = self.vendor.download_label(self.label.url)
        except UnsafeUrl as error:  # nothing was sent
            raise VendorRejected(str(error)) from error
        try:
            return file_store.write_file(self.label.path, answer.content)
        except (UnfitFile, OSError) as error:
            text = _("The label was handed out, but we have no copy: %s")
            raise VendorAmbiguous(text % error) from error

    def _record(self, kept: Kept) -> None:
        _record_copy(self._locked(), kept)
        note_label(self.label, "label.fetched", actor=self.label.asked_by, push=self.delivery.push)

    def _record_made(self, report: LabelReport) -> None:
        """A reading of the order may have shown it before, as if the merchant had supplied it: that is the same one."""
        label = self._locked()
        label.production_order.labels.filter(
            vendor_id=report.vendor_id, kind=LabelKind.SUPPLIED, state=LabelState.WAITING
        ).delete()
        label.vendor_id, label.url, label.raw_state = report.vendor_id, report.url, report.raw_state
        label.carrier, label.tracking_code = report.carrier, report.tracking_code
        label.announced_at = timezone.now()
        label.save(
            update_fields=["vendor_id", "url", "raw_state", "carrier", "tracking_code", "announced_at"],
        )
        note_label(label, "label.made", actor=label.asked_by, push=self.delivery.push)

    def _locked(self) -> Label:
        """The row as it is now; its production order is locked by the push's handler before."""
        rows = Label.objects.select_for_update(of=("self",)).select_related("production_order")
        self.label = rows.get(pk=self.label.pk)
        return self.label


def refuse_label(push: Push, error: VendorError) -> None:
    """The vendor refused: the parcel is not announced, as far as it says."""
    label = Label.objects.get(pk=push.subject_id)
    label.state = LabelState.REFUSED
    label.save(update_fields=["state"])
    note_label(label, "label.refused", actor=f"vendor:{push.vendor}", push=push, cause=error.text)


def let_go_label(push: Push) -> None:
    """The push ended without sending anything: the label may be asked for again."""
    label = Label.objects.get(pk=push.subject_id)
    if label.state == LabelState.ASKED:
        label.state = LabelState.WAITING
        label.save(update_fields=["state"])
        note_label(label, "label.let_go", actor="system", push=push)


def suppose_announced(push: Push) -> None:
    """A person says that the vendor handed it out: the parcel is announced, and our copy is missing."""
    label = Label.objects.get(pk=push.subject_id)
    label.state, label.announced_at = LabelState.LOST, label.announced_at or timezone.now()
    label.save(update_fields=["state", "announced_at"])


def _record_copy(label: Label, kept: Kept) -> None:
    label.state, label.announced_at = LabelState.KEPT, label.announced_at or timezone.now()
    label.save(update_fields=["state", "announced_at", *file_store.note_kept(label, kept)])


def _refuse_other_day(dispatch_on: date) -> None:
    if dispatch_on != timezone.localdate():
        text = _("A label is fetched on the day of dispatch only: the carrier comes on the day it is downloaded.")
        raise InvalidInput(text, errors={"dispatch_on": [text]})
