"""The form that notes a complaint about an order."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from backoffice.errors import DomainError, InvalidInput
from backoffice.staff.base import actor, refuse
from backoffice.staff.pages import get_visible_or_404
from backoffice.text.translatable import gettext as _
from orders.admin.order_page.frame import order_url
from orders.admin.pictures import pictures_of
from orders.complaints.admin.forms import OpenForm
from orders.complaints.admin.frame import CHANGE, Pages, complaint_url, render, require
from orders.complaints.models import Bearer, Complaint, ComplaintCause
from orders.complaints.models.choices import USUAL_BEARER
from orders.complaints.services.opening import NewComplaint, can_complain, find_remaining, open_complaint
from orders.complaints.services.photos import add_photo
from orders.models import Order


def new(request: HttpRequest, order_pk: int) -> HttpResponse:
    """Ask what is wrong with which pieces; then note it, and go on to its remedy."""
    require(request, CHANGE)
    orders = Order.objects.select_related("shop").defer("search").prefetch_related("lines", "shipments")
    order = get_visible_or_404(orders, pk=order_pk)
    left = find_remaining(order)
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = OpenForm(*posted, order=order, left=left)
    if request.method == "POST" and form.is_valid():
        try:
            complaint = open_complaint(order, _noted(form), actor=actor(request))
        except InvalidInput as error:
            for name, texts in error.errors.items():
                form.add_error(name if name in form.fields else None, texts)
        except DomainError as error:
            return refuse(request, error, to=order_url(order.pk))
        else:
            return _after(request, complaint, form)
    pictures = pictures_of(form.lines)
    return render(
        request,
        "complaints/new.html",
        title=_("Complaint about %(number)s") % {"number": order.number},
        order=order,
        back=order_url(order.pk),
        form=form,
        refusal=can_complain(order).reason,
        rows=[(line, field, left[line.pk], pictures.get((line.vendor, line.sku), "")) for line, field in form.rows()],
        causes=[(cause, Bearer(USUAL_BEARER[cause]).label) for cause in ComplaintCause],
    )


def _noted(form: OpenForm) -> NewComplaint:
    values: dict[str, Any] = form.cleaned_data
    return NewComplaint(
        cause=ComplaintCause(values["cause"]),
        quantities=form.quantities,
        token=values["token"],
        text=values["text"],
        bearer=Bearer(values["bearer"]) if values["bearer"] else None,
        parcel=values["parcel"].pk if values["parcel"] else None,
    )


def _after(request: HttpRequest, complaint: Complaint, form: OpenForm) -> HttpResponse:
    """Keep the photos, and lead to what is done next. A photo that cannot be kept costs no other, and no complaint."""
    for upload in form.cleaned_data["photos"]:
        try:
            add_photo(complaint, upload.chunks(), name=upload.name or "", actor=actor(request))
        except DomainError as error:
            messages.error(request, error.text)
    if request.POST.get("action") == "replace":
        return HttpResponseRedirect(reverse("admin:complaints_complaint_replace", args=[complaint.pk]))
    messages.success(request, _("Complaint %(complaint)s is recorded.") % {"complaint": str(complaint)})
    ending = "#refund" if request.POST.get("action") == "refund" else ""
    return HttpResponseRedirect(complaint_url(complaint.pk) + ending)


PAGES: Pages = [("new/<int:order_pk>/", "new", new)]
