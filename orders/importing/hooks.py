"""What an import adds to the timeline of an order."""

from django.utils.translation import gettext_lazy as _

from backoffice.states import Tone
from orders.services.timeline import SENTENCES

SENTENCES["order.imported"] = ("upload_file", Tone.GREY, _("Imported from %(file)s, row %(row)s."))
