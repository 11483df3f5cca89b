"""What one does with one order: each address takes a form, calls one service and goes back to the order's page."""

from collections.abc import Callable

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from backoffice.engine.admin.timeline import show_exchange
from backoffice.engine.models import Push
from backoffice.errors import DomainError
from backoffice.staff.base import actor, refuse
from backoffice.staff.text_fields import ParagraphField, posted_text
from backoffice.text.structs import Text
from backoffice.text.translatable import gettext as _
from orders.admin.order_page.confirmations import (
    Confirmation,
    accepting,
    cancelling,
    holding,
    lifting,
    releasing,
    settling,
)
from orders.admin.order_page.context import OrderPageContext, order_context
from orders.models import Hold, HoldReason, Order, OrderAlarm, OrderEvent, VendorOrder
from orders.services.alarms import settle_alarm
from orders.services.annotations import assign_order, tag_order, write_note
from orders.services.file_review import accept_files
from orders.services.lifecycle import cancel_order, hold_order, release_hold, release_order

LONGEST_REASON = 1000


class ReasonForm(forms.Form):
    """Why; kept in the timeline."""

    reason = ParagraphField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 3, "autofocus": True}),
    )


class NoteForm(ReasonForm):
    """Why, if there is something to say."""

    reason = ParagraphField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 2}),
    )


def order_urls(view: Callable[..., Callable[..., HttpResponse]]) -> list[URLPattern]:
    """The addresses below one order, each wrapped by `view` (the admin's own guard)."""
    return [
        path("<int:pk>/release/", view(release), name="orders_order_release"),
        path("<int:pk>/hold/", view(hold), name="orders_order_hold"),
        path("<int:pk>/cancel/", view(cancel), name="orders_order_cancel"),
        path("<int:pk>/holds/<int:hold_pk>/release/", view(lift), name="orders_order_lift"),
        path("<int:pk>/holds/<int:hold_pk>/accept/", view(accept), name="orders_order_accept"),
        path("<int:pk>/alarms/<int:alarm_pk>/settle/", view(settle), name="orders_order_settle"),
        path("<int:pk>/notes/", view(notes), name="orders_order_notes"),
        path("<int:pk>/exchange/<int:push_pk>/", view(exchange), name="orders_order_exchange"),
    ]


def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, with what it will cost at the vendor; then release."""
    order = _order(request, pk)

    def act(text: str) -> Order:
        return release_order(order, actor=actor(request), anyway=_anyway(request))

    return _confirmed(request, order, releasing(_facts(order)), NoteForm, act)


def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask why; then hold."""
    order = _order(request, pk)

    def act(text: str) -> Order:
        return hold_order(order, reason=HoldReason.MANUAL, text=text, actor=actor(request))

    return _confirmed(request, order, holding(_facts(order)), ReasonForm, act)


def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask why, naming the order and what follows; then cancel."""
    order = _order(request, pk)

    def act(text: str) -> Order:
        return cancel_order(order, actor=actor(request), reason=text)

    return _confirmed(request, order, cancelling(_facts(order)), ReasonForm, act)


def lift(request: HttpRequest, pk: int, hold_pk: int) -> HttpResponse:
    """Ask what has been done about it; then release that hold."""
    order = _order(request, pk)
    row = get_object_or_404(Hold, pk=hold_pk, order=order)

    def act(text: str) -> Order:
        return release_hold(row, actor=actor(request), note=text, anyway=_anyway(request))

    return _confirmed(request, order, lifting(_facts(order), row), NoteForm, act)


def accept(request: HttpRequest, pk: int, hold_pk: int) -> HttpResponse:
    """Ask why the print files may go although they were found unfit; then let them."""
    order = _order(request, pk)
    row = get_object_or_404(Hold, pk=hold_pk, order=order, reason=HoldReason.BAD_FILE)

    def act(text: str) -> Order:
        return accept_files(row, actor=actor(request), note=text)

    return _confirmed(request, order, accepting(_facts(order), row), ReasonForm, act)


def settle(request: HttpRequest, pk: int, alarm_pk: int) -> HttpResponse:
    """Ask what was done about the alarm; then settle it."""
    order = _order(request, pk)
    row = get_object_or_404(OrderAlarm, pk=alarm_pk, order=order)

    def act(text: str) -> None:
        settle_alarm(row, actor=actor(request), settlement=text)

    return _confirmed(request, order, settling(row), ReasonForm, act)


@require_POST
def notes(request: HttpRequest, pk: int) -> HttpResponse:
    """Save whose the order is, its tags and its note: all of them, or none with the reason."""
    order = _order(request, pk)
    key = request.POST.get("assignee", "")
    assignee = order.assignee  # may have left since
    if key != str(order.assignee_id):
        assignee = get_object_or_404(User, pk=key, is_staff=True, is_active=True) if key.isdigit() else None

    @transaction.atomic
    def act() -> None:
        assign_order(order, assignee=assignee, actor=actor(request))
        tag_order(order, tags=posted_text(request.POST, "tags").split(","), actor=actor(request))
        write_note(order, note=posted_text(request.POST, "note", kind=Text.PARAGRAPH), actor=actor(request))

    return _done(request, order, act)


def exchange(request: HttpRequest, pk: int, push_pk: int) -> HttpResponse:
    """What was sent to the vendor and what came back, masked: a fragment of the order's page."""
    if not request.user.has_perm("orders.view_order"):
        raise PermissionDenied
    parts = VendorOrder.objects.filter(order=pk).values("pk")
    of_part = Q(subject_type=VendorOrder._meta.label_lower, subject_id__in=parts)
    # Told together with others: the timeline says that the order was among them.
    of_batch = Exists(OrderEvent.objects.filter(order=pk, push=OuterRef("pk")))
    return show_exchange(request, Push.objects.filter(of_part | of_batch), pk=push_pk)


def _anyway(request: HttpRequest) -> bool:
    """Return whether the person has read the complaints of the catalogue and passes over them."""
    return request.POST.get("anyway") == "1"


def _order(request: HttpRequest, pk: int) -> Order:
    if not request.user.has_perm("orders.change_order"):
        raise PermissionDenied
    return get_object_or_404(Order.objects.select_related("shop"), pk=pk)


def _facts(order: Order) -> OrderPageContext:
    facts = order_context(order.pk)
    if facts is None:
        raise Http404
    return facts


def _confirmed(
    request: HttpRequest,
    order: Order,
    confirmation: Confirmation,
    form_class: type[ReasonForm],
    act: Callable[[str], object],
) -> HttpResponse:
    """The confirmation page; on its POST the act."""
    form = form_class(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _done(request, order, lambda: act(form.cleaned_data["reason"]), said=confirmation.done)
    return TemplateResponse(
        request,
        "orders/confirm.html",
        {
            **admin.site.each_context(request),
            "title": confirmation.title,
            "order": order,
            "confirmation": confirmation,
            "form": form,
            "back": _page(order),
        },
    )


def _done(request: HttpRequest, order: Order, act: Callable[[], object], *, said: str = "") -> HttpResponse:
    """Do it and go back to the order; a refusal is told there, in words."""
    try:
        act()
    except DomainError as error:
        return refuse(request, error, to=_page(order))
    messages.success(request, said or _("Saved."))
    return HttpResponseRedirect(_page(order))


def _page(order: Order) -> str:
    return reverse("admin:orders_order_change", args=[order.pk])
