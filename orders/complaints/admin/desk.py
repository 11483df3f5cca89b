"""The page of one complaint, and what one does there: each form calls one service and comes back to the page."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from backoffice.errors import DomainError, InvalidInput
from backoffice.sight import PAYMENTS, PERSONAL_DATA, PURCHASE_PRICES
from backoffice.staff.base import actor, refuse
from backoffice.staff.pages import act, get_visible_or_404
from backoffice.staff.recent_sign_in import require_fresh_identity
from backoffice.text.translatable import gettext as _
from orders.complaints.admin.forms import AboutForm, AnswerForm, EndForm, PhotosForm, RefundForm
from orders.complaints.admin.frame import CHANGE, PAY, Pages, complaint_url, find_complaint, render, require
from orders.complaints.admin.page import complaint_context
from orders.complaints.models import Complaint, Payer, Refund
from orders.complaints.services.claims import answer_claim, record_claim
from orders.complaints.services.ending import reopen_complaint, settle_complaint, withdraw_complaint
from orders.complaints.services.opening import change_complaint
from orders.complaints.services.photos import add_photo
from orders.complaints.services.refunding import note_refund, record_payment, withdraw_refund

Values = dict[str, Any]


def show(request: HttpRequest, complaint: Complaint, *, bound: dict[str, forms.Form] | None = None) -> HttpResponse:
    """Show the complaint; `bound` are forms that came back with errors, by name."""
    require(request)
    return render(
        request,
        "complaints/complaint.html",
        title=_("Complaint %(complaint)s") % {"complaint": str(complaint)},
        page=complaint_context(complaint, bound=bound or {}),
        complaint=complaint,
        order=complaint.order,
        may_act=request.user.has_perm(CHANGE),
        may_replace=request.user.has_perms([CHANGE, PERSONAL_DATA, PURCHASE_PRICES]),
        may_pay=request.user.has_perms([CHANGE, PAY, PAYMENTS]),
        opened=next(iter(bound or {}), ""),
    )


@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct what was noted."""
    complaint = find_complaint(request, pk, CHANGE)

    def do(values: Values) -> str:
        change_complaint(complaint, **values, actor=actor(request))
        return _("Saved.")

    return _fill_in(request, complaint, "change", AboutForm(request.POST), do)


@require_POST
def photos(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep more photos."""
    complaint = find_complaint(request, pk, CHANGE)

    def do(values: Values) -> str:
        for upload in values["photos"]:
            add_photo(complaint, upload.chunks(), name=upload.name or "", actor=actor(request))
        return _("The photos are saved.")

    return _fill_in(request, complaint, "photos", PhotosForm(request.POST, request.FILES), do)


@require_POST
def refund(request: HttpRequest, pk: int) -> HttpResponse:
    """Note a refund that is to be paid."""
    require_fresh_identity(request)
    complaint = find_complaint(request, pk, CHANGE, PAY, PAYMENTS)

    def do(values: Values) -> str:
        note_refund(
            complaint,
            amount=values["amount"],
            payer=Payer(values["payer"]),
            token=values["token"],
            actor=actor(request),
        )
        return _("The refund is recorded. Record its payment once it is paid.")

    return _fill_in(request, complaint, "refund", RefundForm(request.POST, currency=complaint.order.currency), do)


@require_POST
def paid(request: HttpRequest, pk: int, refund_pk: int) -> HttpResponse:
    """Record that a refund is paid."""
    row = _refund(request, pk, refund_pk)

    def do() -> str:
        record_payment(row, actor=actor(request))
        return _("The payment is recorded.")

    return act(request, do, to=complaint_url(pk))


@require_POST
def unrefund(request: HttpRequest, pk: int, refund_pk: int) -> HttpResponse:
    """Withdraw a refund that is not paid."""
    row = _refund(request, pk, refund_pk)

    def do() -> str:
        withdraw_refund(row, actor=actor(request))
        return _("The refund is withdrawn.")

    return act(request, do, to=complaint_url(pk))


@require_POST
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that the claim was sent."""
    complaint = find_complaint(request, pk, CHANGE)

    def do() -> str:
        record_claim(complaint, actor=actor(request))
        return _("Recorded: the claim was sent.")

    return act(request, do, to=complaint_url(pk))


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Record what came back to the claim."""
    complaint = find_complaint(request, pk, CHANGE)
    is_accepted = request.POST.get("choice") == "accepted"
    form = AnswerForm(request.POST, currency=complaint.order.currency)

    def do(values: Values) -> str:
        if is_accepted and values["credit"] is None:
            text = _("Enter how much is credited.")
            raise InvalidInput(text, errors={"credit": [text]})
        credit = values["credit"] if is_accepted else None
        answer_claim(complaint, credit=credit, note=values["note"], actor=actor(request))
        return _("The answer is recorded.")

    return _fill_in(request, complaint, "answer", form, do)


@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """End the complaint: nothing more is to be done."""
    complaint = find_complaint(request, pk, CHANGE)

    def do(values: Values) -> str:
        settle_complaint(complaint, note=values["note"], actor=actor(request))
        return _("Complaint %(complaint)s is settled.") % {"complaint": str(complaint)}

    return _fill_in(request, complaint, "settle", EndForm(request.POST), do)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the complaint back."""
    complaint = find_complaint(request, pk, CHANGE)

    def do(values: Values) -> str:
        withdraw_complaint(complaint, note=values["note"], actor=actor(request))
        return _("Complaint %(complaint)s is withdrawn.") % {"complaint": str(complaint)}

    return _fill_in(request, complaint, "withdraw", EndForm(request.POST), do)


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a settled complaint again."""
    complaint = find_complaint(request, pk, CHANGE)

    def do() -> str:
        reopen_complaint(complaint, actor=actor(request))
        return _("Complaint %(complaint)s is open again.") % {"complaint": str(complaint)}

    return act(request, do, to=complaint_url(pk))


def _refund(request: HttpRequest, pk: int, refund_pk: int) -> Refund:
    require(request, CHANGE, PAY, PAYMENTS)
    require_fresh_identity(request)
    return get_visible_or_404(Refund.objects.select_related("complaint"), pk=refund_pk, complaint=pk)


def _fill_in(
    request: HttpRequest, complaint: Complaint, name: str, form: forms.Form, do: Callable[[Values], str]
) -> HttpResponse:
    """Do what the form says and come back; what is refused stands at its fields, with what was typed."""
    if form.is_valid():
        try:
            messages.success(request, do(form.cleaned_data))
            return HttpResponseRedirect(complaint_url(complaint.pk))
        except InvalidInput as error:
            for field, texts in error.errors.items():
                form.add_error(field if field in form.fields else None, texts)
        except DomainError as error:
            return refuse(request, error, to=complaint_url(complaint.pk))
    return show(request, complaint, bound={name: form})


PAGES: Pages = [
    ("<int:pk>/about/", "about", change),
    ("<int:pk>/photos/", "photos", photos),
    ("<int:pk>/refund/", "refund", refund),
    ("<int:pk>/refunds/<int:refund_pk>/paid/", "paid", paid),
    ("<int:pk>/refunds/<int:refund_pk>/withdraw/", "unrefund", unrefund),
    ("<int:pk>/claim/", "claim", claim),
    ("<int:pk>/answer/", "answer", answer),
    ("<int:pk>/settle/", "settle", settle),
    ("<int:pk>/withdraw/", "withdraw", withdraw),
    ("<int:pk>/reopen/", "reopen", reopen),
]
