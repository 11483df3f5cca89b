"""Who may do what at the production desk, and the frame that its pages share."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse

from fulfillment.models import ProductionOrder
from fulfillment.services.desk_accounts import desk_accounts


def may_dispatch(request: HttpRequest) -> bool:
    """Return whether the reader may fetch labels and report parcels."""
    return request.user.has_perms(["fulfillment.view_productionorder", "fulfillment.dispatch_productionorder"])


def may_force(request: HttpRequest) -> bool:
    """Return whether the reader may report parcels beyond what the vendor expects."""
    return request.user.has_perm("fulfillment.force_productionorder")


def may_open(request: HttpRequest) -> bool:
    """Return whether the reader may open print files, slips, previews and labels."""
    return request.user.has_perm("fulfillment.view_documents")


def require_view(request: HttpRequest) -> None:
    """Raise PermissionDenied for readers who may not see the desk."""
    if not request.user.has_perm("fulfillment.view_productionorder"):
        raise PermissionDenied


def require_dispatch(request: HttpRequest) -> None:
    """Raise PermissionDenied for readers who may only look."""
    if not may_dispatch(request):
        raise PermissionDenied


def order_url(order: ProductionOrder, anchor: str = "") -> str:
    """Return the address of a production order's page."""
    address = reverse("admin:fulfillment_productionorder_change", args=[order.pk])
    return f"{address}#{anchor}" if anchor else address


def desk_page(request: HttpRequest, template: str, *, title: Any, **context: Any) -> TemplateResponse:
    """Return a page of the desk in the frame of the admin, naming the accounts that the desk is for."""
    frame = admin.site.each_context(request)
    desk = {"title": title, "accounts": desk_accounts(), "may_dispatch": may_dispatch(request)}
    return TemplateResponse(request, template, {**frame, **desk, **context})
