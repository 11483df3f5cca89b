"""Replies to enquiries: kept, mailed, and the enquiry is done."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _lazy

from backoffice.errors import IllegalTransition, InvalidInput
from backoffice.mail.models import Mail
from backoffice.mail.services.choices import does_send
from backoffice.mail.services.kinds import Audience, MailKind, Variable, mail_kind
from backoffice.mail.services.rendering import safe_name
from backoffice.text.emails import usable_email
from backoffice.text.translatable import gettext as _
from orders.conversation.models import EnquiryReply
from orders.conversation.services.queueing import queue_reply
from orders.models import Enquiry
from orders.services.annotations import LONGEST_NOTE
from orders.services.enquiries import finish_enquiry


def can_reply(enquiry: Enquiry) -> str:
    """Return why nobody can be written to; empty when a reply can be mailed."""
    if not usable_email(enquiry.email):
        return _("The enquiry has no e-mail address.")
    if not does_send("enquiry.reply", enquiry.shop):
        return _("Replies to enquiries are switched off for %(shop)s.") % {
            "shop": enquiry.shop.name if enquiry.shop else "–"
        }
    return ""


@transaction.atomic
def reply_to_enquiry(enquiry: Enquiry, *, text: str, author: User, token: uuid.UUID | None = None) -> EnquiryReply:
    """Mail the text to who asked, and mark the enquiry as done. The same token again changes nothing.

    Raise InvalidInput, or IllegalTransition when nobody can be written to.
    """
    text = text.strip()
    if not text or len(text) > LONGEST_NOTE:
        error = _("A reply must have 1 to %(longest)s characters.") % {"longest": LONGEST_NOTE}
        raise InvalidInput(error, errors={"text": [error]})
    enquiry = Enquiry.objects.select_for_update(of=("self",)).select_related("shop").get(pk=enquiry.pk)
    if refusal := can_reply(enquiry):
        raise IllegalTransition(refusal)
    known = EnquiryReply.objects.filter(token=token).first() if token else None
    if known:
        return known
    reply = EnquiryReply.objects.create(
        enquiry=enquiry, text=text, author=author, author_name=author.get_username(), token=token
    )
    queue_reply(reply)
    if enquiry.done_at is None:
        finish_enquiry(enquiry, actor=author.get_username())
    return reply


@mail_kind("enquiry.reply")
class EnquiryReplyMail(MailKind):
    audience = Audience.CUSTOMER
    title = _lazy("Reply to an enquiry")
    hint = _lazy("When staff answer an enquiry from a form.")
    variables = {
        "name": Variable(_lazy("name of the customer who asked"), "Nora Neumann"),
        "subject": Variable(_lazy("subject of the enquiry"), _lazy("A custom sign")),
        "message": Variable(_lazy("text written by staff"), _lazy("We can make it up to two metres wide.")),
        "shop": Variable(_lazy("name of the shop"), _lazy("Printed with love")),
    }
    subject_line = _lazy("Your enquiry: {{ subject }}")
    body = _lazy("Hello {{ name }},\n\n{{ message }}\n\nKind regards\n{{ shop }}")

    def context(self, mail: Mail) -> Mapping[str, Any]:
        reply = EnquiryReply.objects.select_related("enquiry__shop").get(pk=mail.occasion.removeprefix("reply:"))
        enquiry = reply.enquiry
        return {
            "name": safe_name(enquiry.name),
            "subject": safe_name(str(enquiry)),
            "message": reply.text,
            "shop": enquiry.shop.name if enquiry.shop else "",
        }
