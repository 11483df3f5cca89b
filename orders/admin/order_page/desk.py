"""What one does with one order: each address takes a form, calls one service and goes back to the order's page."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from backoffice.engine.admin.timeline import show_exchange
from backoffice.engine.models import Push
from backoffice.staff.base import actor
from backoffice.staff.pages import act, get_visible_or_404
from backoffice.staff.text_fields import ParagraphField, posted_text
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
from orders.admin.order_page.frame import Pages, find_order, goes_on, order_url, render, require
from orders.admin.order_page.terms import LONGEST_REASON, HoldForm
from orders.models import Hold, HoldReason, Order, OrderAlarm, OrderEvent, VendorOrder
from orders.services.alarms import settle_alarm
from orders.services.annotations import assign_order, retag_order
from orders.services.file_review import accept_files
from orders.services.holds import HoldTerms
from orders.services.lifecycle import cancel_order, hold_order, release_hold, release_order

Values = dict[str, Any]


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
        label=gettext_lazy("Note"), required=False, max_length=LONGEST_REASON, widget=forms.Textarea({"rows": 2})
    )


def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, with what it will cost at the vendor; then release."""
    order = find_order(request, pk)

    def do(values: Values) -> Order:
        return release_order(order, actor=actor(request), anyway=_anyway(request))

    return confirm(request, order, releasing(_context(order)), NoteForm, do)


def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask why; then hold."""
    order = find_order(request, pk)

    def do(values: Values) -> Order:
        terms = HoldTerms(values["owner"], values["until"])
        return hold_order(order, reason=HoldReason.MANUAL, text=values["reason"], actor=actor(request), terms=terms)

    return confirm(request, order, holding(order), HoldForm, do)


def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask why, naming the order and what follows; then cancel."""
    order = find_order(request, pk)

    def do(values: Values) -> Order:
        return cancel_order(order, actor=actor(request), reason=values["reason"])

    return confirm(request, order, cancelling(_context(order)), ReasonForm, do)


def lift(request: HttpRequest, pk: int, hold_pk: int) -> HttpResponse:
    """Ask what has been done about it; then release that hold."""
    order = find_order(request, pk)
    row = get_visible_or_404(Hold, pk=hold_pk, order=order)

    def do(values: Values) -> Order:
        return release_hold(row, actor=actor(request), note=values["reason"], anyway=_anyway(request))

    return confirm(request, order, lifting(_context(order), row), NoteForm, do)


def accept(request: HttpRequest, pk: int, hold_pk: int) -> HttpResponse:
    """Ask why the print files may go although they were found unfit; then let them."""
    order = find_order(request, pk)
    row = get_visible_or_404(Hold, pk=hold_pk, order=order, reason=HoldReason.BAD_FILE)

    def do(values: Values) -> Order:
        return accept_files(row, actor=actor(request), note=values["reason"])

    return confirm(request, order, accepting(order, row), ReasonForm, do)


def settle(request: HttpRequest, pk: int, alarm_pk: int) -> HttpResponse:
    """Ask what was done about the alarm; then settle it."""
    order = find_order(request, pk)
    row = get_visible_or_404(OrderAlarm, pk=alarm_pk, order=order)

    def do(values: Values) -> None:
        settle_alarm(row, actor=actor(request), settlement=values["reason"])

    return confirm(request, order, settling(row), ReasonForm, do)


@require_POST
def notes(request: HttpRequest, pk: int) -> HttpResponse:
    """Save whose the order is and its tags: both, or none with the reason. Only what was changed on this page is: what
    somebody else assigned or tagged meanwhile stays.
    """
    order = find_order(request, pk)
    key, before = request.POST.get("assignee", ""), request.POST.get("assignee_before", "")
    assignee = order.assignee  # may have left since
    if key != before:
        assignee = get_visible_or_404(User, pk=key, is_staff=True, is_active=True) if key.isdigit() else None

    @transaction.atomic
    def do() -> str:
        assign_order(order, assignee=assignee, actor=actor(request))
        given, shown = (posted_text(request.POST, name).split(",") for name in ("tags", "tags_before"))
        retag_order(order, given=given, shown=shown, actor=actor(request))
        return _("Saved.")

    return act(request, do, to=order_url(pk))


def exchange(request: HttpRequest, pk: int, push_pk: int) -> HttpResponse:
    """Show what was sent to the vendor and what came back, masked: a fragment of the order's page."""
    require(request, "view_order")
    parts = VendorOrder.objects.filter(order=pk).values("pk")
    of_part = Q(subject_type=VendorOrder._meta.label_lower, subject_id__in=parts)
    # Sent together with others: the timeline says that the order was among them.
    of_batch = Exists(OrderEvent.objects.filter(order=pk, push=OuterRef("pk")))
    return show_exchange(request, Push.objects.filter(of_part | of_batch), pk=push_pk)


def confirm(
    request: HttpRequest,
    order: Order,
    confirmation: Confirmation,
    form_class: type[forms.Form],
    do: Callable[[Values], object],
) -> HttpResponse:
    """Show what will follow; on a valid POST do it and go back to the order, where a refusal stands.

    A POST that comes `at_once`, from a button of a page that says what it does, is asked about after all where a vendor
    would refuse the order.
    """
    is_asked = request.method == "POST" and not ("at_once" in request.POST and confirmation.errors)
    form = form_class(request.POST if is_asked else None)
    if is_asked and form.is_valid():

        def run() -> str:
            do(form.cleaned_data)
            return confirmation.done

        return act(request, run, to=goes_on(request, order))
    title = confirmation.title
    return render(request, "orders/confirm.html", order, title=title, confirmation=confirmation, form=form)


def _anyway(request: HttpRequest) -> bool:
    """Return whether the person has read the errors found by the catalogue and passes over them."""
    return request.POST.get("anyway") == "1"


def _context(order: Order) -> OrderPageContext:
    context = order_context(order.pk)
    if context is None:
        raise Http404
    return context


PAGES: Pages = [
    ("<int:pk>/release/", "release", release),
    ("<int:pk>/hold/", "hold", hold),
    ("<int:pk>/cancel/", "cancel", cancel),
    ("<int:pk>/holds/<int:hold_pk>/release/", "lift", lift),
    ("<int:pk>/holds/<int:hold_pk>/accept/", "accept", accept),
    ("<int:pk>/alarms/<int:alarm_pk>/settle/", "settle", settle),
    ("<int:pk>/notes/", "notes", notes),
    ("<int:pk>/exchange/<int:push_pk>/", "exchange", exchange),
]
