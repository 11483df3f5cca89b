"""Who is named in a comment, and what they have not read yet."""

import re
from collections.abc import Iterator

from django.contrib.auth.models import User
from django.db.models.functions import Lower
from django.template.defaultfilters import linebreaksbr
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from backoffice.accounts.services.visibility import sees_shop
from orders.conversation.models import Comment, Mention

MOST_MENTIONS = 20
# What a username may have, after an @ that ends no other word, such as an e-mail address.
_NAMED = re.compile(r"(?<![\w@.+-])@([\w.@+-]{1,150})")
_TRAILING = ".+-@"


def named_staff(text: str, *, shop: int) -> list[User]:
    """Return the active staff that the text names and that may see orders of the shop. One query, and two each for
    their rights and shops.
    """
    names = dict.fromkeys(name.lower() for name in _names(text))
    if not names:
        return []
    people = User.objects.alias(folded=Lower("username")).filter(
        folded__in=list(names)[:MOST_MENTIONS], is_active=True, is_staff=True
    )
    return [one for one in people.order_by("username") if one.has_perm("orders.view_order") and sees_shop(one, shop)]


def note_mentions(comment: Comment) -> list[Mention]:
    """Note whom the comment names, beside its author; return those who are named for the first time."""
    known = set(comment.mentions.values_list("user_id", flat=True))
    named = named_staff(comment.text, shop=comment.order.shop_id)
    people = [one for one in named if one.pk != comment.author_id and one.pk not in known]
    return Mention.objects.bulk_create(Mention(comment=comment, user=person) for person in people)


def mark_read(user: User, *, order_id: int | None = None) -> int:
    """Mark what names that person as read, of one order or of all. Return how many."""
    unread = Mention.objects.filter(user=user, read_at__isnull=True)
    if order_id is not None:
        unread = unread.filter(comment__order=order_id)
    return unread.update(read_at=timezone.now())


def highlight_names(text: str) -> SafeString:
    """Return the text as HTML, with what looks like a name marked; lines stay lines."""
    parts: list[str] = []
    end = 0
    for match in _NAMED.finditer(text):
        if name := match[1].rstrip(_TRAILING):
            parts += [text[end : match.start()], format_html('<span class="mention">@{}</span>', name)]
            end = match.start() + 1 + len(name)
    parts.append(text[end:])
    return linebreaksbr(format_html_join("", "{}", ((part,) for part in parts)), autoescape=False)


def _names(text: str) -> Iterator[str]:
    for match in _NAMED.finditer(text):
        if name := match[1].rstrip(_TRAILING):
            yield name
