"""Fetching labels. The download announces the parcel to the carrier for the same day, so it is a write: asked for by a
person on the day of dispatch, made once, kept, and served from our copy ever after.

An answer of 2xx, and be it half a one or no label at all, was handed out: what came is kept as it came, and where it
cannot be printed the label goes on as announced without a copy. Of a download without an answer the vendor shows
nothing. Only our own disk does: the copy is named before the call and written before it is recorded, so what lies
there proves the download. Without it a person decides. Whether a label was made is seen in the production order.
"""

from datetime import date

from django.db import transaction
from django.utils import timezone

from backoffice.errors import Conflict, IllegalTransition, InvalidInput
from backoffice.models import Push
from backoffice.services.claims import Delivery, Withdrawn
from backoffice.services.handlers import Finding
from backoffice.services.pushes import is_settled, queue_push
from backoffice.translatable import gettext as _
from backoffice.vendors.addresses import UnsafeUrl
from backoffice.vendors.errors import VendorAmbiguous, VendorError, VendorRejected, VendorUnavailable
from backoffice.vendors.production_messages import LabelReport
from fulfillment.models import (
    Label,
    LabelAnswer,
    LabelKind,
    LabelState,
    ProductionEvent,
    ProductionOrder,
    ProductionState,
)
from fulfillment.services import file_store
from fulfillment.services.file_store import Kept, NoSpace
from fulfillment.services.label_answers import LabelDownload, find_answer, judge_label, keep_answer
from fulfillment.services.production_reports import apply_production_report

FETCH_LABEL, GENERIC_LABEL = "fulfillment.fetch_label", "fulfillment.generic_label"
MAKE, DOWNLOAD = "make", "download"


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
    _ensure_today(dispatch_on)
    label.production_order = order
    label.can_fetch().ensure()
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

    Raises InvalidInput unless it is a PDF or a picture that can be printed, Conflict unless our copy is missing.
    """
    label = Label.objects.select_for_update().get(pk=label.pk)
    if label.state != LabelState.LOST:
        raise Conflict(_("Our copy of this label is not missing."))
    kind, problem = judge_label(content)
    if problem:
        raise InvalidInput(problem, errors={"file": [problem]})
    label.path = file_store.new_path()  # what came from the vendor stays where it is
    _record_copy(label, file_store.keep_bytes(label.path, content, content_type=kind))
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
        if self.label.state in (LabelState.KEPT, LabelState.LOST):
            return
        came = find_answer(self.label.path)
        if came is not None:  # of a worker that was taken for lost
            self.delivery.record(lambda: self._record(came))
            return
        if self.label.production_order.state == ProductionState.CANCELLED:
            raise Withdrawn(_("The production order was cancelled."))
        try:
            file_store.require_space()
        except NoSpace as error:
            raise VendorUnavailable(str(error)) from error
        if self.label.kind == LabelKind.GENERIC and not self.label.url:
            self._make()
        self.delivery.write(DOWNLOAD, self._download, self._record)

    def look(self) -> Finding:
        """What lies on the disk proves the download. The production order shows whether a label was made."""
        if self.delivery.push.step == MAKE:
            return Finding.FOUND if self._is_made() else Finding.ABSENT
        came = find_answer(self.label.path) if self.delivery.push.step == DOWNLOAD else None
        if came is None:
            # Before that a person could not know either.
            return Finding.BLIND if is_settled(self.delivery.push) else Finding.UNDECIDED
        self.delivery.record(lambda: self._record(came))
        return Finding.DONE

    def _make(self) -> None:
        order_id = self.label.production_order.vendor_id
        # Somebody decided that it was not made: the vendor's own list counts for more.
        if self.delivery.push.generation > 1 and self._is_made():
            return
        self.delivery.write(MAKE, lambda: self.vendor.request_generic_label(order_id), self._record_made)

    def _is_made(self) -> bool:
        """Read the production order: a label that was made since it was asked for is taken over by the reading."""
        order_id = self.label.production_order.vendor_id
        report = self.delivery.read(lambda: self.vendor.read_production_order(order_id))
        self.delivery.record(lambda: apply_production_report(report, source="answer", push=self.delivery.push))
        self.label.refresh_from_db()
        return bool(self.label.url)

    def _download(self) -> LabelDownload:
        """Whatever a 2xx brought was handed out, whole or not. Raises VendorError where no such answer came."""
        path = self.label.path
        try:
            answer = self.vendor.download_label(self.label.url)
        except UnsafeUrl as error:  # nothing was sent
            raise VendorRejected(str(error)) from error
        except VendorAmbiguous as error:
            if error.arrived is None or error.status is None or not 200 <= error.status < 300:
                raise
            return keep_answer(path, error.arrived, status=error.status, is_whole=False)
        return keep_answer(path, answer.content, status=answer.status, claimed_type=answer.content_type)

    def _record(self, came: LabelDownload) -> None:
        _record_download(self._locked(), came, push=self.delivery.push)

    def _record_made(self, report: LabelReport) -> None:
        """A reading of the order may have shown it before, as if the merchant had supplied it: that is the same one."""
        label = self._locked()
        shown = label.production_order.labels.filter(vendor_id=report.vendor_id).exclude(pk=label.pk).first()
        if shown is not None and shown.state != LabelState.WAITING:
            raise Withdrawn(_("It is the label %s, which was fetched before.") % shown)
        if shown is not None:
            shown.delete()
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
    """A person says that the vendor handed it out: the parcel is announced, and our copy is missing. One that was only
    made can be fetched once the vendor lists it (`production_labels.py`).
    """
    label = Label.objects.select_for_update().get(pk=push.subject_id)
    if push.step == DOWNLOAD and (came := find_answer(label.path)) is not None:
        _record_download(label, came, push=push)  # of a worker that was lost; nobody has looked since
        return
    label.state, label.announced_at = LabelState.LOST, label.announced_at or timezone.now()
    label.save(update_fields=["state", "announced_at"])


def give_back_label(label: Label, *, push: Push) -> None:
    """The vendor says that it never handed the label out: one that only a person took for downloaded can be fetched.
    Runs under the lock of its production order.
    """
    label = Label.objects.select_for_update(of=("self",)).select_related("answer").get(pk=label.pk)
    if label.state != LabelState.LOST or getattr(label, "answer", None) is not None:
        return
    label.state, label.announced_at = LabelState.WAITING, None
    label.save(update_fields=["state", "announced_at"])
    note_label(label, "label.not_handed_out", actor=f"vendor:{push.vendor}", push=push)


def _record_download(label: Label, came: LabelDownload, *, push: Push) -> None:
    """It was handed out: fetched where it can be printed, else announced without a copy, with what came beside it."""
    if not came.problem:
        _record_copy(label, came.kept)
        note_label(label, "label.fetched", actor=label.asked_by, push=push)
        return
    label.state, label.announced_at = LabelState.LOST, label.announced_at or timezone.now()
    label.save(update_fields=["state", "announced_at"])
    answer = LabelAnswer(label=label, status=came.status, problem=came.problem)
    if came.is_kept:
        answer.path = label.path
        file_store.note_kept(answer, came.kept)
    answer.save()
    note_label(label, "label.unfit", actor=label.asked_by, push=push, cause=came.problem)


def _record_copy(label: Label, kept: Kept) -> None:
    label.state, label.announced_at = LabelState.KEPT, label.announced_at or timezone.now()
    label.save(update_fields=["state", "announced_at", *file_store.note_kept(label, kept)])


def _ensure_today(dispatch_on: date) -> None:
    if dispatch_on != timezone.localdate():
        text = _("A label is fetched on the day of dispatch only: the carrier comes on the day it is downloaded.")
        raise InvalidInput(text, errors={"dispatch_on": [text]})
