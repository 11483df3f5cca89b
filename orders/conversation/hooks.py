"""Where conversation takes part in the way of an order."""

from collections.abc import Mapping
from typing import Any

from backoffice.mail.services.kinds import kind_title
from orders.conversation.services import customer_mails, enquiry_mails, staff_mails  # registers the kinds of mail
from orders.conversation.services.comments import comment_as
from orders.conversation.services.queueing import FOLLOWED
from orders.services.hooks import describe_event, follow_events, on_note

__all__ = ["customer_mails", "enquiry_mails", "staff_mails"]


def _words_of_mail(params: Mapping[str, Any]) -> dict[str, str]:
    """Say what a kind of mail is called."""
    return {"mail_kind": kind_title(params["mail_kind"])} if "mail_kind" in params else {}


for follow, kinds in FOLLOWED.items():
    follow_events(kinds, follow)
on_note.append(comment_as)
describe_event.append(_words_of_mail)
