"""What the pages of complaints share: who may open them, and their frame."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from backoffice.staff.pages import View, get_visible_or_404
from orders.complaints.models import Complaint

# (route below the list of complaints, name, view)
Pages = list[tuple[str, str, View]]
VIEW, CHANGE = "complaints.view_complaint", "complaints.change_complaint"
# Refunds are money: noting them and recording their payment is a right of its own.
PAY = "complaints.pay_refund"


def require(request: HttpRequest, *permissions: str) -> None:
    """Raise PermissionDenied unless the reader has all of these rights, and may see orders."""
    if not request.user.has_perms(["orders.view_order", VIEW, *permissions]):
        raise PermissionDenied


def find_complaint(request: HttpRequest, pk: int, *permissions: str) -> Complaint:
    """Return the complaint with its order and shop. Raise PermissionDenied or Http404."""
    require(request, *permissions)
    return get_visible_or_404(Complaint.objects.select_related("order__shop", "parcel").defer("order__search"), pk=pk)


def complaint_url(pk: int) -> str:
    return reverse("admin:complaints_complaint_change", args=[pk])


def render(request: HttpRequest, template: str, *, title: str, **context: Any) -> HttpResponse:
    """Show a page in the frame of the admin."""
    return TemplateResponse(request, template, {**admin.site.each_context(request), "title": title, **context})
