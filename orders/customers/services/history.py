"""The texts of a customer's history, as those of an order's timeline are."""

from django.utils.translation import gettext_lazy as _

from backoffice.states import Tone
from backoffice.timeline import UNKNOWN, Sentence, fill
from orders.customers.models import CustomerEvent

SENTENCES: dict[str, Sentence] = {
    "customer.merged": ("merge", Tone.BLUE, _("Merged with %(emails)s.")),
    "customer.separated": ("call_split", Tone.AMBER, _("Separated from %(emails)s.")),
    "customer.noted": ("sticky_note_2", Tone.GREY, _("A note was added.")),
    "customer.note_removed": ("delete", Tone.GREY, _("A note by %(by)s was removed.")),
    "customer.preferences": ("tune", Tone.GREY, _("Preferences: %(before)s → %(after)s")),
}


def describe(event: CustomerEvent) -> str:
    """Return the sentence in the reader's language."""
    _icon, _tone, text = SENTENCES.get(event.kind, UNKNOWN)
    return fill(text, event.params)
