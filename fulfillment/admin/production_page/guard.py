"""Who may do what at the production desk, and the frame that its pages share."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse

from fulfillment.models import ProductionOrder
from fulfillment.services.desk_accounts import desk_accounts


def may_dispatch(request: HttpRequest) -> bool:
    """Fetch labels and report parcels."""
    return request.user.has_perms(["fulfillment.view_productionorder", "fulfillment.dispatch_productionorder"])


def may_force(request: HttpRequest) -> bool:
    """Report parcels beyond what the vendor expects."""
    return request.user.has_perm("fulfillment.force_productionorder")


def may_open(request: HttpRequest) -> bool:
    """Open print files, slips, previews and labels."""
    return request.user.has_perm("fulfillment.view_documents")


def require_view(request: HttpRequest) -> None:
    """Raises PermissionDenied for readers who may not see the desk."""
    if not request.user.has_perm("fulfillment.view_productionorder"):
        raise PermissionDenied


def require_dispatch(request: HttpRequest) -> None:
    """Raises PermissionDenied for readers who may only look."""
    if not may_dispatch(request):
        raise PermissionDenied


def find_order(pk: int) -> ProductionOrder:
    """Raises Http404."""
    order = ProductionOrder.objects.filter(pk=pk).first()
    if order is None:
        raise Http404
    return order


def order_url(order: ProductionOrder, anchor: str = "") -> str:
    """The page of a production order."""
    address = reverse("admin:fulfillment_productionorder_change", args=[order.pk])
    return f"{address}#{anchor}" if anchor else address


def desk_page(request: HttpRequest, template: str, *, title: Any, **context: Any) -> TemplateResponse:
    """A page of the desk in the frame of the admin: each says for which account it speaks."""
    frame = admin.site.each_context(request)
    desk = {"title": title, "accounts": desk_accounts(), "may_dispatch": may_dispatch(request)}
    return TemplateResponse(request, template, {**frame, **desk, **context})
