"""What a complaint can be about, who bears its cost, and how far it is."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backoffice.states import StateChoices, Tone


class Bearer(models.TextChoices):
    """Who bears what a complaint costs."""

    US = "us", pgettext_lazy("bears the cost", "us")
    VENDOR = "vendor", pgettext_lazy("bears the cost", "the vendor")
    CARRIER = "carrier", pgettext_lazy("bears the cost", "the carrier")
    CUSTOMER = "customer", pgettext_lazy("bears the cost", "the customer")


class ComplaintCause(StateChoices):
    """What went wrong; `USUAL_BEARER` says who usually bears the cost of it."""

    DAMAGED = "damaged", Tone.GREY, "broken_image", _("damaged in transit")
    FAULTY = "faulty", Tone.GREY, "report", _("faulty product")
    MISPRINT = "misprint", Tone.GREY, "format_color_reset", _("faulty print")
    WRONG_ITEM = "wrong_item", Tone.GREY, "swap_horiz", _("wrong product")
    MISSING = "missing", Tone.GREY, "remove_shopping_cart", _("pieces missing")
    LOST = "lost", Tone.GREY, "location_off", _("parcel lost")
    RETURNED = "returned", Tone.GREY, "assignment_return", _("parcel returned")
    LATE = "late", Tone.GREY, "schedule", _("arrived too late")
    OUR_MISTAKE = "our_mistake", Tone.GREY, "edit_off", _("our mistake in the order")
    OTHER = "other", Tone.GREY, "more_horiz", _("other")


USUAL_BEARER = {
    ComplaintCause.DAMAGED: Bearer.CARRIER,
    ComplaintCause.FAULTY: Bearer.VENDOR,
    ComplaintCause.MISPRINT: Bearer.VENDOR,
    ComplaintCause.WRONG_ITEM: Bearer.VENDOR,
    ComplaintCause.MISSING: Bearer.VENDOR,
    ComplaintCause.LOST: Bearer.CARRIER,
    ComplaintCause.RETURNED: Bearer.CUSTOMER,
    ComplaintCause.LATE: Bearer.US,
    ComplaintCause.OUR_MISTAKE: Bearer.US,
    ComplaintCause.OTHER: Bearer.US,
}


class ComplaintState(StateChoices):
    OPEN = "open", Tone.AMBER, "pending_actions", _("open")
    SETTLED = "settled", Tone.GREEN, "task_alt", _("settled")
    # Noted by mistake, or taken back by the customer: its pieces may be complained of again.
    WITHDRAWN = "withdrawn", Tone.GREY, "undo", _("withdrawn")


class ClaimState(StateChoices):
    """How far the claim against the vendor or carrier is that bears the cost."""

    NONE = "none", Tone.GREY, "remove", _("no claim")
    DUE = "due", Tone.AMBER, "outgoing_mail", _("claim to be sent")
    SENT = "sent", Tone.BLUE, "mark_email_read", _("claim sent")
    ACCEPTED = "accepted", Tone.GREEN, "check_circle", _("claim accepted")
    REFUSED = "refused", Tone.GREY, "block", _("claim rejected")


class Payer(models.TextChoices):
    """Who pays a refund out."""

    SHOP = "shop", _("the shop's payment service")
    ACCOUNTING = "accounting", _("accounting, by bank transfer")
    VENDOR = "vendor", _("the vendor, to the customer")
    CARRIER = "carrier", _("the carrier, to the customer")
