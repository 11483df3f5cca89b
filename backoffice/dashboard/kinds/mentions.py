"""Comments that name the reader and were not read yet; each sees their own."""

from django.db.models import QuerySet
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy

from backoffice.dashboard.essentials import order_essentials
from backoffice.dashboard.kind import Dismissal, InboxKind, Need, each, link
from backoffice.states import Tone
from orders.conversation.models import Mention
from orders.conversation.services.mentions import mark_read

SHOWN_LETTERS = 200


def _unread() -> QuerySet[Mention]:
    return Mention.objects.filter(read_at__isnull=True)


def _need(mention: Mention) -> Need:
    comment = mention.comment
    return Need(
        what=f"{comment.order.number} · {comment.author_name}",
        detail=Truncator(comment.text).chars(SHOWN_LETTERS),
        since=comment.at,
        url=link("orders_order_change", comment.order_id),
    )


KINDS = [
    InboxKind(
        name="mentions",
        title=gettext_lazy("Comments that mention you"),
        icon="alternate_email",
        tone=Tone.BLUE,
        place=50,
        see=("orders.view_order",),
        act="orders.view_order",
        rows=_unread,
        order_by=("pk",),
        since="comment__at",
        owner="user_id",
        personal=True,
        related=("comment__order__shop",),
        needs=each(_need),
        essentials=lambda mention: order_essentials(mention.comment.order),
        dismissal=Dismissal(
            gettext_lazy("Mark as read"),
            "orders.view_order",
            lambda mention, _actor: mark_read(mention.user_id, order_id=mention.comment.order_id),
        ),
    )
]
