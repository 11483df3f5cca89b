"""What staff write about orders."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.privacy.person import DataSubject
from backoffice.privacy.registry import SCRUB, Holder, register, register_without
from orders.conversation.models import Comment, EnquiryReply
from orders.conversation.models.comment import CommentEdit
from orders.models import Enquiry
from orders.personal_data import of_orders


def _find_replies(person: DataSubject) -> QuerySet[Any]:
    return EnquiryReply.objects.filter(enquiry__in=person.of(Enquiry))


register(
    Holder(
        model=CommentEdit,
        holds=_("earlier versions of a comment"),
        find=of_orders(CommentEdit, "comment__order_id"),
        deleted=True,
        fields={"text": SCRUB},
    ),
    Holder(
        model=Comment,
        holds=_("staff comments"),
        find=of_orders(Comment),
        deleted=True,
        fields={"text": SCRUB, "sent_to": SCRUB},
    ),
    Holder(
        model=EnquiryReply,
        holds=_("answers to enquiries"),
        find=_find_replies,
        deleted=True,
        fields={"text": SCRUB},
        kept="enquiries",
    ),
)
register_without("who of the staff was mentioned", "conversation.Mention")
