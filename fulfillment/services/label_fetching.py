"""Fetching one label: made where the vendor makes it, downloaded once, kept, and only then recorded.

A response of 2xx, even half of one or no label at all, was handed out: what came is kept as it came, and where it
cannot be printed the label goes on as announced without a copy. Of a download without a response the vendor shows
nothing. Only our own disk does: the copy is named before the call and written before it is recorded, so what lies
there proves the download. Without it a person decides. Whether a label was made is seen in the production order.
"""

from functools import partial

from django.utils import timezone
from django.utils.translation import gettext_lazy

from backoffice.engine.models import Push
from backoffice.engine.services import files
from backoffice.engine.services.changes import set_changed
from backoffice.engine.services.delivery import Delivery, Withdrawn
from backoffice.engine.services.disk import NoRoom, require_room
from backoffice.engine.services.handlers import ReconcileResult, Recovery, push_kind
from backoffice.engine.services.pushes import is_settled
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import text_of
from backoffice.vendors.abilities import GivesProductionOrders
from backoffice.vendors.addresses import UnsafeUrl
from backoffice.vendors.errors import VendorAmbiguous, VendorError, VendorRejected, VendorUnavailable
from backoffice.vendors.production_messages import LabelReport
from fulfillment.models import Label, LabelKind, LabelResponse, LabelState, ProductionOrderState
from fulfillment.services.downloads import MAX_BYTES
from fulfillment.services.label_responses import LabelDownload, find_response, keep_response
from fulfillment.services.labels import FETCH_LABEL, GENERIC_LABEL, note_label, record_copy
from fulfillment.services.production_handler import ProductionHandler
from fulfillment.services.production_reports import apply_production_report

MAKE, DOWNLOAD = "make", "download"


@push_kind(FETCH_LABEL)
class LabelFetch(ProductionHandler):
    """The download of a supplied label, which announces its parcel to the carrier."""

    title = gettext_lazy("Fetch the label")
    model = Label

    def doubtful_step(self, push: Push) -> str:
        return DOWNLOAD  # a copy on the disk shows it; without one a person decides

    def recovery(self, push: Push) -> Recovery:
        return Recovery.PERSON if push.step == DOWNLOAD else Recovery.SEARCH

    def how_to_find_out(self, push: Push) -> str:
        label = Label.objects.get(pk=push.subject_id)
        if push.step != DOWNLOAD or not label.tracking_code:
            return ""
        text = _(
            "Ask %(carrier)s whether the parcel %(code)s is announced for the day of the request. If it is, the "
            "request arrived. If not, it did not arrive."
        )
        return text % {"carrier": label.carrier or _("the carrier"), "code": label.tracking_code}

    def if_happened(self, push: Push) -> list[str]:
        if push.step != DOWNLOAD:
            return [_("It is not requested again. You can fetch the label once the vendor lists it with the order.")]
        return [
            _("The label counts as handed out and is not downloaded again. A copy of it can be added by hand."),
            _("If it did not arrive after all, no parcel is announced: arrange the pickup with the carrier."),
        ]

    def if_sent_again(self, push: Push) -> list[str]:
        if push.step != DOWNLOAD:
            return [_("The production order is checked first: an existing label is not created again.")]
        return [
            _("The label is downloaded immediately, which announces its parcel."),
            _("If it did arrive after all, its parcel is announced twice, and the carrier may come and charge twice."),
        ]

    def deliver(self, delivery: Delivery) -> None:
        """Download the label and keep our copy. Raises Withdrawn when the parcel is not to leave any more."""
        label = _label_of(delivery.push)
        if label.state in (LabelState.KEPT, LabelState.LOST):
            return
        came = find_response(label.path)
        if came is not None:  # of a worker that was taken for lost
            delivery.record(partial(_record_download, delivery.push, came))
            return
        if label.production_order.state == ProductionOrderState.CANCELLED:
            raise Withdrawn(_("The production order was cancelled."))
        if timezone.localdate(delivery.push.created_at) != timezone.localdate():
            raise Withdrawn(_("The day of dispatch is over: the carrier would come on another day."))
        try:
            require_room(MAX_BYTES)
        except NoRoom as error:
            raise VendorUnavailable(error.text) from error
        if label.kind == LabelKind.GENERIC and not label.url:
            _make(delivery, label)
        delivery.write(DOWNLOAD, partial(_download, delivery, label), partial(_record_download, delivery.push))

    def reconcile(self, delivery: Delivery) -> ReconcileResult:
        """Return what became of the step: the disk proves the download, the production order that one was made."""
        label = _label_of(delivery.push)
        if delivery.push.step == MAKE:
            return ReconcileResult.FOUND if _is_made(delivery, label) else ReconcileResult.ABSENT
        came = find_response(label.path) if delivery.push.step == DOWNLOAD else None
        if came is None:
            # Before that a person could not know either.
            return ReconcileResult.BLIND if is_settled(delivery.push) else ReconcileResult.UNDECIDED
        delivery.record(partial(_record_download, delivery.push, came))
        return ReconcileResult.DONE

    def confirmed(self, push: Push) -> None:
        """Let the label be requested again, since the push ended without sending anything."""
        unsent = Label.objects.filter(pk=push.subject_id, state__in=[LabelState.ASKED, LabelState.REFUSED])
        if unsent.update(state=LabelState.WAITING):
            label = Label.objects.get(pk=push.subject_id)
            note_label(label, "label.let_go", actor="system", push=push)

    def rejected(self, push: Push, error: VendorError) -> None:
        """Record that the vendor refused the label: its parcel is not announced, as far as we know."""
        label = Label.objects.get(pk=push.subject_id)
        label.state = LabelState.REFUSED
        label.save(update_fields=["state"])
        note_label(label, "label.refused", actor=f"vendor:{push.vendor}", push=push, cause=error.text)

    def assume_done(self, push: Push) -> None:
        """Count the label as handed out: its parcel is announced, and our copy is missing.

        One that was only made can be fetched once the vendor lists it (`production_labels.py`).
        """
        label = Label.objects.select_for_update().get(pk=push.subject_id)
        if push.step == DOWNLOAD and (came := find_response(label.path)) is not None:
            _record_download(push, came)  # of a worker that was lost; nobody has looked since
            return
        _lose_copy(label)


@push_kind(GENERIC_LABEL)
class GenericLabelFetch(LabelFetch):
    """The making and download of the vendor's label, which announces its parcel to the carrier."""

    title = gettext_lazy("Request a label")


def _label_of(push: Push, *, locked: bool = False) -> Label:
    """Return the row as it is now; its production order is locked by the push's handler before."""
    rows = Label.objects.select_related("production_order")
    return (rows.select_for_update(of=("self",)) if locked else rows).get(pk=push.subject_id)


def _make(delivery: Delivery, label: Label) -> None:
    order_id = label.production_order.vendor_id
    # Somebody decided that it was not made: the vendor's own list counts for more.
    if delivery.push.generation > 1 and _is_made(delivery, label):
        return
    request = partial(delivery.vendor_as(GivesProductionOrders).request_generic_label, order_id)
    delivery.write(MAKE, request, partial(_record_made, delivery.push))
    label.refresh_from_db()


def _is_made(delivery: Delivery, label: Label) -> bool:
    """Read the production order, which takes over a label made since it was requested; return whether there is one."""
    vendor = delivery.vendor_as(GivesProductionOrders)
    report = delivery.read(lambda: vendor.read_production_order(label.production_order.vendor_id))
    delivery.record(lambda: apply_production_report(report, source="answer", push=delivery.push))
    label.refresh_from_db()
    return bool(label.url)


def _download(delivery: Delivery, label: Label) -> LabelDownload:
    """Keep whatever a 2xx brought: it was handed out, whole or not. Raises VendorError where no such response came."""
    try:
        response = delivery.vendor_as(GivesProductionOrders).download_label(label.url)
    except UnsafeUrl as error:  # nothing was sent
        raise VendorRejected(text_of(error)) from error
    except VendorAmbiguous as error:
        if error.arrived is None or error.status is None or not 200 <= error.status < 300:
            raise
        return keep_response(label.path, error.arrived, status=error.status, is_whole=False)
    return keep_response(label.path, response.content, status=response.status, claimed_type=response.content_type)


def _record_made(push: Push, report: LabelReport) -> None:
    """Record the label. A reading may have shown it before as if the merchant had supplied it: that is the same one."""
    label = _label_of(push, locked=True)
    shown = label.production_order.labels.filter(vendor_id=report.vendor_id).exclude(pk=label.pk).first()
    if shown is not None and shown.state != LabelState.WAITING:
        raise Withdrawn(_("This is label %s, which has already been fetched.") % shown)
    if shown is not None:
        shown.delete()
    names = ("vendor_id", "url", "raw_state", "carrier", "tracking_code")
    set_changed(label, {name: getattr(report, name) for name in names} | {"announced_at": timezone.now()})
    label.save(update_fields=[*names, "announced_at"])
    note_label(label, "label.made", actor=label.asked_by, push=push)


def _record_download(push: Push, came: LabelDownload) -> None:
    """Record it as fetched where it can be printed, else as announced without a copy, with what came beside it."""
    label = _label_of(push, locked=True)
    if not came.problem:
        record_copy(label, came.kept)
        note_label(label, "label.fetched", actor=label.asked_by, push=push)
        return
    _lose_copy(label)
    response = LabelResponse(label=label, status=came.status, problem=came.problem)
    if came.is_kept:
        files.note_kept(response, came.kept)
    response.save()
    note_label(label, "label.unfit", actor=label.asked_by, push=push, cause=came.problem)


def _lose_copy(label: Label) -> None:
    label.state, label.announced_at = LabelState.LOST, label.announced_at or timezone.now()
    label.save(update_fields=["state", "announced_at"])
