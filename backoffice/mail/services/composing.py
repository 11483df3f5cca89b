"""A mail as it is handed to the server: plain text, and the same text as simple HTML."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formataddr, make_msgid, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from backoffice.mail.models import Mail, ShopMail
from backoffice.mail.services.kinds import Audience, MailKind
from backoffice.mail.services.rendering import render_html, render_subject, render_text
from backoffice.mail.services.templates import Words


@dataclass(frozen=True)
class Composed:
    """Subject, text and HTML, as a reader gets them."""

    subject_line: str
    text: str
    paragraphs: SafeString
    html: str


def compose(kind: MailKind, words: Words, context: Mapping[str, Any], *, language: str, sender: str) -> Composed:
    """Return what the words say of the context."""
    values = {name: str(value) for name, value in context.items() if value is not None}
    text = render_text(words.body, values)
    links = [values.get(name, "") for name, variable in kind.variables.items() if variable.is_link]
    subject = render_subject(words.subject_line, values)
    paragraphs = render_html(text, links=links)
    page = {"subject": subject, "paragraphs": paragraphs, "language": language, "sender": sender}
    return Composed(subject, text, paragraphs, render_to_string("mail/message.html", page))


def sender_of(mail: Mail) -> tuple[str, str]:
    """Return the name that stands before our address, and the address to which replies go (empty: to ours)."""
    if mail.shop is None:
        return own_sender(), ""
    chosen = ShopMail.objects.filter(shop=mail.shop_id).first()
    return (chosen and chosen.sender_name) or mail.shop.name, chosen.reply_to if chosen else ""


def own_sender() -> str:
    """Return the name that stands before our address in mails to staff."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[0] or "Back office"


def message_of(mail: Mail, composed: Composed, *, sender: str, reply_to: str, audience: Audience) -> Any:
    """Return the message for Django's backends. A mail that is sent again has the same Message-ID."""
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    name = "".join(char for char in sender if char.isprintable())
    message = EmailMultiAlternatives(
        subject=composed.subject_line,
        body=composed.text,
        from_email=formataddr((name, address)),
        to=[mail.recipient],
        reply_to=[reply_to] if reply_to else None,
        headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},
    )
    if audience == Audience.CUSTOMER:
        # Holiday notices of customers are nothing that anybody reads.
        message.extra_headers["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    message.attach_alternative(composed.html, "text/html")
    return message


def new_message_id() -> str:
    return make_msgid(domain=parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or None)
