"""Replies on the page of an enquiry."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from backoffice.sight import PERSONAL_DATA
from backoffice.staff.base import staff_user
from backoffice.staff.pages import act, get_visible_or_404
from backoffice.text.translatable import gettext as _
from orders.admin.parts import Guard, Place, register_part, register_urls
from orders.conversation.admin.forms import LONGEST, CommentForm, first_error, new_token
from orders.conversation.models import EnquiryReply
from orders.conversation.services.enquiry_mails import can_reply, reply_to_enquiry
from orders.models import Enquiry


@dataclass(frozen=True)
class Replies:
    """What was answered, and whether more can be."""

    rows: list[EnquiryReply]
    may_reply: bool
    refusal: str
    saved: str
    longest: int = LONGEST
    token: str = field(default_factory=new_token)


@require_POST
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Mail a reply and mark the enquiry as done."""
    if not request.user.has_perms(["orders.view_enquiry", "orders.change_enquiry", PERSONAL_DATA]):
        raise PermissionDenied
    enquiry = get_visible_or_404(Enquiry, pk=pk)
    form, to = CommentForm(request.POST), reverse("admin:orders_enquiry_change", args=[pk])
    if not form.is_valid():
        messages.error(request, first_error(form))
        return HttpResponseRedirect(to)

    def do() -> str:
        reply_to_enquiry(enquiry, **form.cleaned_data, author=staff_user(request))
        return _("The reply is on its way. The enquiry is done.")

    return act(request, do, to=to)


def _replies(request: HttpRequest, enquiry: Enquiry) -> Replies:
    rows = list(enquiry.replies.select_related("author"))
    may_reply = request.user.has_perm("orders.change_enquiry")
    saved = " ".join(str(row.token) for row in rows if row.token)
    return Replies(rows, may_reply, can_reply(enquiry) if may_reply else "", saved)


def _urls(guard: Guard) -> Sequence[URLPattern]:
    return [path("enquiries/<int:pk>/reply/", guard(reply), name="orders_enquiry_reply")]


register_part(Place.ENQUIRY, "conversation/replies.html", read=_replies)
register_urls(_urls)
