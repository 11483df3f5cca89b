"""The timeline of a production order: one whole sentence per kind of event, and the exchange behind it."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from backoffice.engine.admin.push_list import kind_label
from backoffice.engine.admin.timeline import show_exchange
from backoffice.engine.models import Push
from backoffice.staff.pages import find_or_404
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _t
from backoffice.timeline import UNKNOWN, Sentence, fill
from fulfillment.admin.production_page.guard import require_view
from fulfillment.models import Label, ProductionEvent, ProductionOrder, ProductionShipment

SENTENCES: dict[str, Sentence] = {
    "production.pending": ("inbox", Tone.GREY, _("The production order came in.")),
    "production.in_production": ("precision_manufacturing", Tone.BLUE, _("It is in production.")),
    "production.done": ("check_circle", Tone.GREEN, _("The vendor lists it as finished.")),
    "production.cancelled": ("cancel", Tone.AMBER, _("The vendor cancelled it: do not make or ship anything.")),
    "production.unknown": ("help", Tone.AMBER, _("Unknown status at the vendor: “%(word)s”.")),
    "production.unknown_word": ("help", Tone.AMBER, _("Unknown status at the vendor: “%(word)s”.")),
    "production.unreadable": ("help", Tone.AMBER, _("The vendor did not return its current status: %(cause)s")),
    "label.asked": ("print", Tone.BLUE, _("The label %(tracking_code)s was requested.")),
    "label.made": ("new_label", Tone.BLUE, _("The vendor created a label: %(carrier)s %(tracking_code)s.")),
    "label.fetched": (
        "local_shipping",
        Tone.GREEN,
        _("The label was fetched: the parcel %(carrier)s %(tracking_code)s is announced to the carrier."),
    ),
    "label.unfit": (
        "error",
        Tone.RED,
        _(
            "The label %(tracking_code)s was handed out, which announced its parcel, but it cannot be printed: "
            "%(cause)s"
        ),
    ),
    "label.refused": ("block", Tone.RED, _("The vendor rejected the label: %(cause)s")),
    "label.let_go": ("undo", Tone.GREY, _("The label was not fetched; it can be requested again.")),
    "label.not_handed_out": (
        "undo",
        Tone.BLUE,
        _("The vendor never handed out the label %(tracking_code)s: it can be fetched."),
    ),
    "label.copied": ("file_copy", Tone.GREEN, _("A copy of the label %(tracking_code)s was added by hand.")),
    "parcel.made": ("package_2", Tone.BLUE, _("A parcel was created: %(carrier)s %(tracking_code)s.")),
    "parcel.withdrawn": ("undo", Tone.GREY, _("The parcel %(carrier)s %(tracking_code)s was withdrawn.")),
    "parcel.reported": ("local_shipping", Tone.GREEN, _("The vendor has the parcel %(carrier)s %(tracking_code)s.")),
    "parcel.seen": (
        "visibility",
        Tone.BLUE,
        _("The vendor lists a parcel that was not reported from here: %(carrier)s %(tracking_code)s."),
    ),
    "parcel.refused": ("block", Tone.RED, _("The vendor rejected the parcel %(tracking_code)s: %(cause)s")),
    "vendor.history": ("history", Tone.GREY, "%(text)s"),
    "push.needs_attention": (
        "person_alert",
        Tone.RED,
        _("The outcome of “%(push_kind)s” is unknown: a decision is needed."),
    ),
    "push.decided": ("gavel", Tone.AMBER, _("The outcome of “%(push_kind)s” was decided.")),
}


def describe(event: ProductionEvent) -> str:
    """Return the event as a sentence in the active language."""
    text = fill(SENTENCES.get(event.kind, UNKNOWN)[2], _texts(event.params)) or event.kind
    if reason := event.params.get("force_reason"):
        text = f"{text} {_t('Forced: %(reason)s') % {'reason': reason}}"
    if event.params.get("code_is_confirmed"):
        text = f"{text} {_t('The code looks unusual for this carrier and was used anyway.')}"
    return text


def exchange(request: HttpRequest, pk: int, push_pk: int) -> HttpResponse:
    """Return as a fragment what was sent to the vendor about a production order and what came back, masked."""
    require_view(request)
    return show_exchange(request, pushes_of(find_or_404(ProductionOrder, pk)), pk=push_pk)


def pushes_of(order: ProductionOrder) -> QuerySet[Push]:
    """Return what was sent to the vendor about the order's labels and parcels, oldest first."""
    labels = Q(subject_type=Label._meta.label_lower, subject_id__in=order.labels.values("pk"))
    parcels = Q(subject_type=ProductionShipment._meta.label_lower, subject_id__in=order.shipments.values("pk"))
    return Push.objects.filter(labels | parcels).order_by("pk")


def _texts(params: Mapping[str, Any]) -> dict[str, str]:
    texts = {key: "" if value is None else str(value) for key, value in params.items()}
    if "push_kind" in texts:
        texts["push_kind"] = str(kind_label(texts["push_kind"]))
    return texts
