"""The page that asks before a replacement is ordered: what, where to, at what price, and what would be refused."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from backoffice.amounts import money
from backoffice.errors import DomainError, Errors, InvalidInput
from backoffice.sight import PERSONAL_DATA, PURCHASE_PRICES
from backoffice.staff.base import actor, refuse
from backoffice.text.translatable import gettext as _
from orders.admin.order_page.address_context import longest_allowed
from orders.admin.order_page.correction import AddressForm
from orders.admin.order_page.frame import order_url
from orders.admin.pictures import pictures_of
from orders.complaints.admin.forms import ExpressForm, PiecesForm
from orders.complaints.admin.frame import CHANGE, Pages, complaint_url, find_complaint, render
from orders.complaints.models import Complaint, ComplaintCause
from orders.complaints.services.ending import find_remedies
from orders.complaints.services.replacing import (
    CheckedReplacement,
    RequestedReplacement,
    can_replace,
    check_replacement,
    order_replacement,
    propose_quantities,
)
from orders.models import Address, AddressRole

_RECIPIENT, _LINES = "recipient.", "lines["


class ReplacementForms:
    """Pieces, address and haste: three forms that are one for their reader."""

    def __init__(self, request: HttpRequest, complaint: Complaint) -> None:
        posted = request.POST if request.method == "POST" else None
        rows = list(complaint.lines.select_related("line"))
        lines, self.complained = [row.line for row in rows], {row.line_id: row.quantity for row in rows}
        self.proposed = propose_quantities(complaint)
        self.pieces = PiecesForm(posted, lines=lines, most={}, initial_pieces=self.proposed)
        self.express = ExpressForm(posted)
        address = Address.objects.get(order=complaint.order_id, role=AddressRole.RECIPIENT)
        self.address = AddressForm(posted, instance=address, limits=longest_allowed({line.vendor for line in lines}))

    def are_valid(self) -> bool:
        return all([self.pieces.is_valid(), self.express.is_valid(), self.address.is_valid()])

    @property
    def requested(self) -> RequestedReplacement:
        return RequestedReplacement(
            quantities=self.pieces.quantities,
            recipient=self.address.cleaned_data,
            is_express=self.express.cleaned_data["is_express"],
        )

    def add_errors(self, errors: Errors) -> None:
        """Put what would be refused where it can be corrected: at the address, at the pieces, else above all."""
        sent = [line for line in self.pieces.lines if self.pieces.quantities.get(line.pk)]
        for path, texts in errors.items():
            name = path.removeprefix(_RECIPIENT)
            place = path.removeprefix(_LINES).partition("]")[0]
            if path.startswith(_RECIPIENT) and name in self.address.fields:
                self.address.add_error(name, texts)
            elif path.startswith(_LINES) and place.isdecimal() and int(place) < len(sent):
                self.pieces.add_error(f"pieces_{sent[int(place)].pk}", texts)
            else:
                self.pieces.add_error(None, texts)


def replace(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what would be ordered; on a POST order it and go to the made order."""
    complaint = find_complaint(request, pk, CHANGE, PERSONAL_DATA, PURCHASE_PRICES)
    forms = ReplacementForms(request, complaint)
    if refused := can_replace(complaint, find_remedies(complaint)).reason:
        return _show(request, complaint, forms, refusal=refused)
    if request.method != "POST":
        return _show(request, complaint, forms, checked=check_replacement(complaint, RequestedReplacement()))
    return _answer(request, complaint, forms) if forms.are_valid() else _show(request, complaint, forms)


def _answer(request: HttpRequest, complaint: Complaint, forms: ReplacementForms) -> HttpResponse:
    """Only check it, or order it at the price that was shown; what is refused stands at its fields."""
    try:
        checked = check_replacement(complaint, forms.requested)
        is_agreed = request.POST.get("agreed") == _spell_cost(checked)
        if request.POST.get("choice") == "check" or not is_agreed:
            forms.add_errors(checked.findings.errors)
            return _show(request, complaint, forms, checked=checked, is_agreed=is_agreed)
        made = order_replacement(complaint, forms.requested, actor=actor(request))
    except InvalidInput as error:
        forms.add_errors(error.errors)
        return _show(request, complaint, forms)
    except DomainError as error:
        return refuse(request, error, to=complaint_url(complaint.pk))
    text = _("Order %(number)s replaces the goods in complaint %(complaint)s.")
    messages.success(request, text % {"number": made.order.number, "complaint": str(complaint)})
    return HttpResponseRedirect(order_url(made.order_id))


def _show(
    request: HttpRequest,
    complaint: Complaint,
    forms: ReplacementForms,
    *,
    checked: CheckedReplacement | None = None,
    is_agreed: bool = True,
    refusal: str = "",
) -> HttpResponse:
    pictures = pictures_of(forms.pieces.lines)
    rows = [
        (line, field, forms.complained[line.pk], forms.proposed[line.pk], pictures.get((line.vendor, line.sku), ""))
        for line, field in forms.pieces.rows()
    ]
    return render(
        request,
        "complaints/replace.html",
        title=_("Replacement for %(complaint)s") % {"complaint": str(complaint)},
        complaint=complaint,
        order=complaint.order,
        back=complaint_url(complaint.pk),
        forms=forms,
        rows=rows,
        checked=checked,
        # Those that came with a POST stand at their fields.
        found=checked.errors if checked and not forms.pieces.is_bound else {},
        refusal=refusal,
        agreed=_spell_cost(checked),
        is_agreed=is_agreed or request.POST.get("choice") == "check",
        opens_address=bool(forms.address.errors) or complaint.cause == ComplaintCause.RETURNED,
        button=_button(complaint, checked),
    )


def _spell_cost(checked: CheckedReplacement | None) -> str:
    """Return what the page says that it costs, to be compared with what it costs when it is ordered."""
    return "unknown" if checked is None or checked.cost is None else str(checked.cost)


def _button(complaint: Complaint, checked: CheckedReplacement | None) -> str:
    if checked is None or checked.cost is None:
        return _("Order the replacement")
    return _("Order the replacement (%(amount)s)") % {"amount": money(checked.cost, complaint.order.currency)}


PAGES: Pages = [("<int:pk>/replace/", "replace", replace)]
