"""Comments on the page of an order: written above its timeline, read in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from backoffice.engine.admin.timeline import Timeline
from backoffice.errors import DomainError
from backoffice.sight import PERSONAL_DATA
from backoffice.staff.base import staff_user
from backoffice.staff.pages import act, get_visible_or_404
from backoffice.text.translatable import gettext as _
from orders.admin.order_page.frame import fill_in, find_order, order_url
from orders.admin.parts import Guard, Place, register_entries, register_part, register_urls
from orders.conversation.admin.forms import LONGEST, CommentForm, EditForm, first_error, new_token
from orders.conversation.models import Comment, Mention
from orders.conversation.services.comments import edit_comment, ensure_reachable, write_comment, write_to_customer
from orders.conversation.services.mentions import highlight_names, mark_read
from orders.models import Order

COMMENT, TO_CUSTOMER = "conversation.add_comment", "conversation.mail_customer"
# So many of the reader's newest comments are known to the page, whose drafts can be forgotten.
_TOKENS = 20


@dataclass(frozen=True)
class Compose:
    """What is needed to write: tokens, what was kept already, and whether the customer can be written to."""

    saved: str
    may_comment: bool
    may_mail: bool
    # Why the customer cannot be written to, and who could change that.
    refusal: str = ""
    longest: int = LONGEST
    token: str = field(default_factory=new_token)
    customer_token: str = field(default_factory=new_token)


@dataclass(frozen=True)
class CommentEntry:
    """A comment in the timeline, as HTML."""

    comment: Comment
    html: SafeString
    may_edit: bool


@require_POST
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a comment."""
    return _write(request, pk, permission=COMMENT, do=write_comment, done=_("The comment is saved."))


@require_POST
def write_mail(request: HttpRequest, pk: int) -> HttpResponse:
    """Mail a text to the customer."""
    return _write(request, pk, permission=TO_CUSTOMER, do=write_to_customer, done=_("The message is on its way."))


def edit(request: HttpRequest, pk: int, comment_pk: int) -> HttpResponse:
    """Show one's own comment as a form; save what it says from now on."""
    order = find_order(request, pk, permission="view_order")
    comment = get_visible_or_404(Comment, pk=comment_pk, order=order)
    user = staff_user(request)
    if not comment.can_edit(user.pk):
        raise PermissionDenied

    def do(values: dict[str, Any]) -> str:
        edit_comment(comment, **values, author=user)
        return _("The comment is changed.")

    initial = {"text": comment.text, "revision": comment.revision}
    form = EditForm(request.POST if request.method == "POST" else None, initial=initial)
    return fill_in(request, "conversation/edit.html", order, form=form, do=do, title=_("Edit a comment"))


@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark the mentions of the reader at this order as read."""
    order = find_order(request, pk, permission="view_order")
    mark_read(staff_user(request), order_id=order.pk)
    return HttpResponseRedirect(order_url(pk))


def _write(request: HttpRequest, pk: int, *, permission: str, do: Callable[..., Comment], done: str) -> HttpResponse:
    if not request.user.has_perm(permission):
        raise PermissionDenied
    order = find_order(request, pk, permission="view_order")
    form = CommentForm(request.POST)
    if not form.is_valid():
        messages.error(request, first_error(form))
        return HttpResponseRedirect(order_url(pk))

    def run() -> str:
        do(order, **form.cleaned_data, author=staff_user(request))
        mark_read(staff_user(request), order_id=order.pk)
        return done

    return act(request, run, to=order_url(pk))


def _compose(request: HttpRequest, order: Order) -> Compose | None:
    may_comment = request.user.has_perm(COMMENT)
    may_mail = request.user.has_perms([TO_CUSTOMER, PERSONAL_DATA])
    if not may_comment and not may_mail:
        return None
    own = Comment.objects.filter(order=order, author=staff_user(request), token__isnull=False)
    tokens = own.order_by("-pk").values_list("token", flat=True)[:_TOKENS]
    refusal = _cannot_mail(order) if may_mail else ""
    return Compose(" ".join(str(token) for token in tokens), may_comment, may_mail, refusal)


def _cannot_mail(order: Order) -> str:
    """Return why the customer cannot be written to; empty when they can."""
    try:
        ensure_reachable(order)
    except DomainError as error:
        return error.text
    return ""


def _comments(request: HttpRequest, order: Order, timeline: Timeline) -> Mapping[int, CommentEntry]:
    """Read the comments among the events, with their edits: two queries."""
    events = [entry.event for day in timeline.days for entry in day.entries if entry.event.kind == "comment.written"]
    keys = {event.pk: event.params.get("comment") for event in events}
    rows = Comment.objects.filter(order=order, pk__in=[key for key in keys.values() if key]).prefetch_related("edits")
    known = {row.pk: row for row in rows} if keys else {}
    user = request.user.pk
    return {
        event: CommentEntry(known[key], highlight_names(known[key].text), bool(known[key].can_edit(user)))
        for event, key in keys.items()
        if key in known
    }


def _mails(request: HttpRequest, order: Order, timeline: Timeline) -> Mapping[int, dict[str, Any]]:
    """Say what became of mails, with the way to each."""
    if not request.user.has_perms(["mail.view_mail", PERSONAL_DATA]):
        return {}
    return {
        entry.event.pk: {"text": entry.text, "mail": entry.event.params["mail"]}
        for day in timeline.days
        for entry in day.entries
        if entry.event.kind.startswith("mail.") and "mail" in entry.event.params
    }


def _unread(request: HttpRequest, order: Order) -> list[Mention]:
    unread = Mention.objects.filter(user=staff_user(request), read_at__isnull=True, comment__order=order)
    return list(unread.select_related("comment__author").order_by("pk"))


def _urls(guard: Guard) -> Sequence[URLPattern]:
    return [
        path("<int:pk>/comments/", guard(write), name="orders_order_comment"),
        path("<int:pk>/comments/mail/", guard(write_mail), name="orders_order_mail"),
        path("<int:pk>/comments/read/", guard(read), name="orders_order_mentions_read"),
        path("<int:pk>/comments/<int:comment_pk>/", guard(edit), name="orders_order_comment_edit"),
    ]


register_part(Place.NOTES, "conversation/unread.html", read=_unread)
register_part(Place.TIMELINE, "conversation/compose.html", read=_compose)
register_entries("conversation/comment.html", read=_comments)
register_entries("conversation/mail.html", read=_mails)
register_urls(_urls)
