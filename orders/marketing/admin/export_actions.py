"""Exporting one order, or excluding it: each address asks first, calls one service and goes back to the order."""

from collections.abc import Callable

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy

from backoffice.staff.base import actor
from backoffice.staff.pages import get_visible_or_404
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import ExportsOrders
from backoffice.vendors.registry import UnknownVendor, vendor_title, vendor_type
from orders.admin.order_page.confirmations import Confirmation
from orders.admin.order_page.desk import ReasonForm, Values, confirm
from orders.admin.parts import Place, register_part, register_urls
from orders.marketing.admin.order_exports import read_exports
from orders.marketing.models import Consent
from orders.marketing.services.exports.requesting import (
    can_exclude_export,
    can_request_export,
    exclude_export,
    opt_out,
    request_export_by_hand,
)
from orders.models import Order

EXPORT = "marketing.export_orders"
THIS, ALL = "order", "customer"


class ExportForm(forms.Form):
    """Nothing is asked: the page says what follows."""


class ExcludeForm(ReasonForm):
    """Why, and whether it is about the order or about the customer."""

    scope = forms.ChoiceField(
        label=gettext_lazy("Not sent"),
        choices=[
            (THIS, gettext_lazy("this order only")),
            (ALL, gettext_lazy("this order and all others of the customer, who has opted out")),
        ],
        initial=THIS,
    )
    field_order = ["scope", "reason"]


def export_urls(view: Callable[..., Callable[..., HttpResponse]]) -> list[URLPattern]:
    """Return the addresses below one order, each wrapped by `view` (the admin's own guard)."""
    return [
        path("<int:pk>/tell/<slug:vendor>/", view(export_order), name="orders_order_tell"),
        path("<int:pk>/exclude/<slug:vendor>/", view(exclude_order), name="orders_order_exclude"),
    ]


def export_order(request: HttpRequest, pk: int, vendor: str) -> HttpResponse:
    """Confirm, with what may follow at the vendor; then request the export."""
    order = _order(request, pk, vendor)

    def do(values: Values) -> None:
        request_export_by_hand(order, vendor=vendor, actor=actor(request))

    return confirm(request, order, _export_confirmation(order, vendor), ExportForm, do)


def exclude_order(request: HttpRequest, pk: int, vendor: str) -> HttpResponse:
    """Ask why, and for which orders; then exclude them."""
    order = _order(request, pk, vendor)

    def do(values: Values) -> None:
        if values["scope"] == ALL:
            opt_out(order, vendor=vendor, actor=actor(request), reason=values["reason"])
        exclude_export(order, vendor=vendor, actor=actor(request), reason=values["reason"])

    return confirm(request, order, _exclude_confirmation(order, vendor), ExcludeForm, do)


def _export_confirmation(order: Order, vendor: str) -> Confirmation:
    export = order.exports.filter(vendor=vendor).first()
    effect = {
        Consent.LETTERS: _("A campaign there may print and mail a letter immediately, which is charged."),
        Consent.REVIEW_REQUEST: _("The customer is asked for a review there, once for this order."),
    }[Consent(vendor_type(vendor, ExportsOrders).EXPORT_CONSENT)]
    return Confirmation(
        title=_("Send %(number)s to %(vendor)s?") % {"vendor": vendor_title(vendor), "number": order.number},
        button=_("Send to %(vendor)s") % {"vendor": vendor_title(vendor)},
        style="primary",
        done=_("It is sent to %(vendor)s with the next batch.") % {"vendor": vendor_title(vendor)},
        consequences=[effect, _("Once sent, it cannot be recalled from here.")],
        refusal=can_request_export(order, export, vendor=vendor).reason,
    )


def _exclude_confirmation(order: Order, vendor: str) -> Confirmation:
    return Confirmation(
        title=_("Do not send %(number)s to %(vendor)s?") % {"vendor": vendor_title(vendor), "number": order.number},
        button=_("Do not send to %(vendor)s") % {"vendor": vendor_title(vendor)},
        style="danger",
        done=_("It is not sent to %(vendor)s.") % {"vendor": vendor_title(vendor)},
        consequences=[_("No rule or command requests it again; you can still send it from the order page.")],
        refusal=can_exclude_export(order.exports.filter(vendor=vendor).first()).reason,
    )


def _order(request: HttpRequest, pk: int, vendor: str) -> Order:
    """Return the order. Raises Http404 for a vendor that no orders are exported to."""
    if not (request.user.has_perm("orders.view_order") and request.user.has_perm(EXPORT)):
        raise PermissionDenied
    try:
        vendor_type(vendor, ExportsOrders)
    except UnknownVendor as error:
        raise Http404 from error
    return get_visible_or_404(Order.objects.select_related("shop"), pk=pk)


register_part(Place.SIDE, "marketing/told.html", read=read_exports)
register_urls(export_urls)
