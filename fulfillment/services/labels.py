"""Fetching labels. The download announces the parcel to the carrier for the same day, so it is a write: asked for by a
person on the day of dispatch, made once (`label_fetching.py`), kept, and served from our copy ever after.
"""

from datetime import date

from django.db import transaction
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services import files
from backoffice.engine.services.files import Kept
from backoffice.engine.services.pushes import dismiss_push, queue_push, resends, retry_push
from backoffice.errors import Conflict, InvalidInput
from backoffice.text.translatable import gettext as _
from fulfillment.models import Label, LabelKind, LabelState, ProductionEvent, ProductionOrder
from fulfillment.models.label import FETCHABLE
from fulfillment.services.downloads import FOLDER
from fulfillment.services.label_responses import validate_label

FETCH_LABEL, GENERIC_LABEL = "fulfillment.fetch_label", "fulfillment.generic_label"


@transaction.atomic
def fetch_label(label: Label, *, actor: str, dispatch_on: date) -> Label:
    """Fetch the label, unless it is or was being fetched: two requests, or two people's, have it fetched once. One that
    the vendor refused is requested anew.

    `dispatch_on` is the day on which the parcel leaves: today, or it is refused, since the carrier comes on the day
    of the download. Raises InvalidInput for another day, IllegalTransition for an order that is not to be shipped.
    """
    order = ProductionOrder.objects.locked(label.production_order_id)
    label = Label.objects.select_for_update().get(pk=label.pk)
    if label.state not in FETCHABLE or Push.objects.about(label).open().exists():
        return label
    if dispatch_on != timezone.localdate():
        text = _("A label can only be fetched on the day of dispatch: the carrier comes on the day it is downloaded.")
        raise InvalidInput(text, errors={"dispatch_on": [text]})
    label.production_order = order
    label.can_fetch().ensure()
    for refused in Push.objects.about(label).needing_attention().filter(state=PushState.FAILED):
        dismiss_push(refused, actor=actor, reason=_("The label was requested again."))
    kind = GENERIC_LABEL if label.kind == LabelKind.GENERIC else FETCH_LABEL
    _note_asked(label, queue_push(kind, vendor=order.vendor, subject=label, actor=actor), actor=actor)
    return label


@resends(FETCH_LABEL)
@resends(GENERIC_LABEL)
@transaction.atomic
def fetch_label_again(push: Push, *, actor: str, reason: str) -> None:
    """Send a refused request for a label again: the label is being fetched from then on.

    Raises as `retry_push` does, and IllegalTransition for an order that is not to be shipped.
    """
    order = ProductionOrder.objects.locked(Label.objects.get(pk=push.subject_id).production_order_id)
    label = Label.objects.select_for_update().get(pk=push.subject_id)
    label.production_order = order
    again = retry_push(push, actor=actor, reason=reason)
    if label.state == LabelState.REFUSED:
        label.can_fetch().ensure()
        _note_asked(label, again, actor=actor)


def _note_asked(label: Label, push: Push, *, actor: str) -> None:
    """Record that the push fetches the label. Where its copy will lie is named before anything is sent."""
    label.state, label.asked_by, label.asked_at = LabelState.ASKED, actor, timezone.now()
    label.path = files.new_path(FOLDER)
    label.save(update_fields=["state", "asked_by", "asked_at", "path"])
    note_label(label, "label.asked", actor=actor, push=push)


@transaction.atomic
def keep_label_copy(label: Label, content: bytes, *, actor: str) -> Label:
    """Keep a copy that a person got elsewhere in place of the one that was lost on its way to us.

    Raises InvalidInput unless it is a PDF or a picture that can be printed, Conflict unless our copy is missing.
    """
    label = Label.objects.select_for_update().get(pk=label.pk)
    if label.state != LabelState.LOST:
        raise Conflict(_("We already have a copy of this label."))
    if problem := validate_label(content):
        raise InvalidInput(problem, errors={"file": [problem]})
    label.path = files.new_path(FOLDER)  # what came from the vendor stays where it is
    record_copy(label, files.keep_file(content, path=label.path))
    note_label(label, "label.copied", actor=actor)
    return label


def note_label(label: Label, kind: str, *, actor: str, push: Push | None = None, **params: object) -> None:
    """Write a line into the timeline of the label's production order."""
    params = {"kind": label.kind, "carrier": label.carrier, "tracking_code": label.tracking_code} | params
    ProductionEvent.objects.create(
        production_order_id=label.production_order_id, actor=actor, kind=kind, params=params, push=push
    )


def give_back_label(label: Label, *, push: Push) -> None:
    """Let a label be fetched that the vendor says it never handed out, where only a person took it for downloaded.

    Runs under the lock of its production order.
    """
    label = Label.objects.select_for_update(of=("self",)).select_related("answer").get(pk=label.pk)
    if label.state != LabelState.LOST or getattr(label, "answer", None) is not None:
        return
    label.state, label.announced_at = LabelState.WAITING, None
    label.save(update_fields=["state", "announced_at"])
    note_label(label, "label.not_handed_out", actor=f"vendor:{push.vendor}", push=push)


def record_copy(label: Label, kept: Kept) -> None:
    """Record that the label is on our disk and can be printed, which means that its parcel is announced."""
    label.state, label.announced_at = LabelState.KEPT, label.announced_at or timezone.now()
    label.save(update_fields=["state", "announced_at", *files.note_kept(label, kept)])
