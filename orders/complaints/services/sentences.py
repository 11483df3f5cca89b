"""What timelines say of complaints."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from backoffice.amounts import money
from backoffice.sight import payment
from backoffice.states import Tone
from backoffice.timeline import Sentence
from orders.complaints.models import Bearer, ComplaintCause, Payer

SENTENCES: dict[str, Sentence] = {
    "complaint.opened": (
        "assignment_late",
        Tone.AMBER,
        _("Complaint %(complaint)s: %(cause)s, %(pieces)s. Cost borne by: %(bearer)s. %(text)s"),
    ),
    "complaint.changed": (
        "edit",
        Tone.GREY,
        _("Complaint %(complaint)s was changed: %(cause)s. Cost borne by: %(bearer)s. %(text)s"),
    ),
    "complaint.photo_added": ("add_a_photo", Tone.GREY, _("Photo added to complaint %(complaint)s: %(name)s")),
    "complaint.claimed": ("outgoing_mail", Tone.BLUE, _("The claim of complaint %(complaint)s was sent (%(bearer)s).")),
    "complaint.claim_accepted": (
        "check_circle",
        Tone.GREEN,
        _("The claim of complaint %(complaint)s was accepted: credit of %(amount)s. %(note)s"),
    ),
    "complaint.claim_refused": (
        "block",
        Tone.AMBER,
        _("The claim of complaint %(complaint)s was rejected (%(bearer)s): we bear the cost. %(note)s"),
    ),
    "complaint.replaced": (
        "autorenew",
        Tone.BLUE,
        _("Order %(number)s replaces the goods in complaint %(complaint)s."),
    ),
    "complaint.replaces": (
        "autorenew",
        Tone.BLUE,
        _("This order replaces pieces of order %(number)s: complaint %(complaint)s, %(cause)s."),
    ),
    "complaint.refund_noted": (
        "currency_exchange",
        Tone.AMBER,
        _("Refund of %(amount)s recorded for complaint %(complaint)s, to be paid by %(payer)s."),
    ),
    "complaint.refund_paid": (
        "payments",
        Tone.GREEN,
        _("The refund of %(amount)s for complaint %(complaint)s was paid by %(payer)s."),
    ),
    "complaint.refund_withdrawn": (
        "undo",
        Tone.GREY,
        _("The refund of %(amount)s for complaint %(complaint)s was withdrawn."),
    ),
    "complaint.settled": ("task_alt", Tone.GREEN, _("Complaint %(complaint)s is settled. %(note)s")),
    "complaint.withdrawn": ("undo", Tone.GREY, _("Complaint %(complaint)s was withdrawn. %(note)s")),
    "complaint.reopened": ("replay", Tone.AMBER, _("Complaint %(complaint)s was reopened.")),
}
_LABELS = {"cause": ComplaintCause, "bearer": Bearer, "payer": Payer}


def describe_params(params: Mapping[str, Any]) -> dict[str, str]:
    """Return names and amounts in a complaint's events as their reader knows them."""
    if "complaint" not in params:
        return {}
    texts = {name: str(kind(params[name]).label) for name, kind in _LABELS.items() if params.get(name) in kind.values}
    texts["complaint"] = f"C-{params['complaint']}"
    if "amount" in params:
        texts["amount"] = payment(money(Decimal(params["amount"]), params["currency"]))
    return texts
