"""Writing and editing comments: each kept once, each edit kept."""

import uuid

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from backoffice.errors import Conflict, IllegalTransition, InvalidInput
from backoffice.mail.services.choices import does_send
from backoffice.text.emails import usable_email
from backoffice.text.translatable import gettext as _
from orders.conversation.models import Comment, CommentEdit
from orders.conversation.services.mentions import note_mentions
from orders.conversation.services.queueing import queue_mention_mails, queue_message
from orders.models import Order
from orders.services.annotations import LONGEST_NOTE


@transaction.atomic
def write_comment(order: Order, *, text: str, author: User, token: uuid.UUID | None = None) -> Comment:
    """Keep the comment, with a line in the timeline; whom it names is told. The same token again changes nothing.

    Raise InvalidInput for an empty text, and beyond 5,000 characters.
    """
    text = _checked(text)
    comment, is_new = _kept(order, text=text, author=author, token=token)
    if is_new:
        _note(comment)
        queue_mention_mails(note_mentions(comment))
    return comment


@transaction.atomic
def write_to_customer(order: Order, *, text: str, author: User, token: uuid.UUID | None = None) -> Comment:
    """Mail the text to the customer and keep it in the timeline. The same token again changes nothing.

    Raise InvalidInput for an empty text, IllegalTransition when the shop sends no such mails or nobody can be
    reached.
    """
    text = _checked(text)
    ensure_reachable(order)
    comment, is_new = _kept(order, text=text, author=author, token=token, sent_to=order.customer_email)
    if is_new:
        _note(comment)
        queue_message(comment)
    return comment


@transaction.atomic
def edit_comment(comment: Comment, *, text: str, revision: int, author: User) -> Comment:
    """Change the text of one's own comment; what it said before is kept, and who is named anew is told.

    Raise NotAllowed, InvalidInput, or Conflict when it was edited elsewhere meanwhile.
    """
    text = _checked(text)
    comment = Comment.objects.select_for_update().get(pk=comment.pk)
    comment.can_edit(author.pk).ensure()
    if comment.text == text:
        return comment
    if comment.revision != revision:
        raise Conflict(_("You have edited this comment elsewhere in the meantime. Compare, then save again."))
    CommentEdit.objects.create(comment=comment, text=comment.text)
    comment.text, comment.edited_at, comment.revision = text, timezone.now(), revision + 1
    comment.save(update_fields=["text", "edited_at", "revision"])
    queue_mention_mails(note_mentions(comment))
    return comment


def comment_as(order: Order, text: str, *, actor: str) -> None:
    """Keep a comment of whoever acts: the hook of `write_note`."""
    author = User.objects.filter(username=actor).first()
    comment = Comment.objects.create(order=order, text=_checked(text), author=author, author_name=actor)
    _note(comment)
    queue_mention_mails(note_mentions(comment))


def message_as(order: Order, text: str, *, actor: str) -> Comment:
    """Mail a rule's text to the customer and keep it in the timeline. Raise as `write_to_customer`."""
    ensure_reachable(order)
    comment = Comment.objects.create(order=order, text=_checked(text), author_name=actor, sent_to=order.customer_email)
    _note(comment)
    queue_message(comment)
    return comment


def ensure_reachable(order: Order) -> None:
    """Raise IllegalTransition unless the customer can be written to."""
    if not usable_email(order.customer_email):
        raise IllegalTransition(_("The order has no e-mail address for its customer."))
    if not does_send("order.message", order.shop):
        raise IllegalTransition(_("Messages to customers are switched off for %(shop)s.") % {"shop": order.shop.name})


def _kept(order: Order, *, text: str, author: User, token: uuid.UUID | None, sent_to: str = "") -> tuple[Comment, bool]:
    values = {"order": order, "text": text, "author": author, "author_name": author.get_username(), "sent_to": sent_to}
    if token is None:
        return Comment.objects.create(**values), True
    return Comment.objects.get_or_create(token=token, defaults=values)


def _note(comment: Comment) -> None:
    params = {"comment": comment.pk, "text": comment.text}
    comment.order.events.create(actor=comment.author_name, kind="comment.written", params=params)


def _checked(text: str) -> str:
    text = text.strip()
    if not text:
        error = _("Enter a text first.")
        raise InvalidInput(error, errors={"text": [error]})
    if len(text) > LONGEST_NOTE:
        error = _("A comment may have at most %(longest)s characters.") % {"longest": LONGEST_NOTE}
        raise InvalidInput(error, errors={"text": [error]})
    return text
