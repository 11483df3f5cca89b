"""What a draft adds to the timeline of an order."""

from django.utils.translation import gettext_lazy as _

from backoffice.states import Tone
from orders.services.timeline import SENTENCES

SENTENCES.update({
    "order.by_hand": ("edit_note", Tone.GREY, _("Entered by hand.")),
    "order.from_draft": ("edit_note", Tone.GREY, _("Placed from a draft of the shop.")),
    "order.repeats": ("replay", Tone.GREY, _("Entered by hand. Repeats %(number)s.")),
    "order.repeated": ("replay", Tone.GREY, _("Ordered again as %(number)s.")),
})  # fmt: skip
