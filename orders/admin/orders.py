"""Orders in the admin: the list, the page of one order, and the addresses of what one can do there."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from backoffice.staff.pages import PagesAdmin
from backoffice.text.translatable import gettext as _
from orders.admin.order_list import bulk, saved_views
from orders.admin.order_list.listing import OrderList
from orders.admin.order_page import desk
from orders.admin.order_page.by_hand import by_hand_urls
from orders.admin.order_page.context import order_context
from orders.admin.order_page.correction import address_urls
from orders.admin.order_page.documents import document_urls
from orders.admin.order_page.possible import possible_actions
from orders.admin.order_page.remedies import hold_boxes
from orders.admin.parts import parts_of, registered_urls
from orders.models import HoldReason, Order


@admin.register(Order)
class OrderAdmin(PagesAdmin):
    """Orders are never typed in, changed by hand or deleted: every change is a service, told in the timeline."""

    list_page = OrderList

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """May act on orders: hold, release, cancel, correct."""
        return request.user.has_perm("orders.change_order")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("bulk/", view(bulk.preview), name="orders_order_bulk"),
            path("bulk/run/", view(bulk.run), name="orders_order_bulk_run"),
            path("views/save/", view(saved_views.save), name="orders_savedview_save"),
            path("views/<int:pk>/delete/", view(saved_views.delete), name="orders_savedview_remove"),
        ]
        own += [*desk.order_urls(view), *address_urls(view), *document_urls(view), *by_hand_urls(view)]
        own += registered_urls(view)
        return own + super().get_urls()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self.require_view(request)
        facts = order_context(object_id)
        if facts is None:
            raise Http404
        may_act = self.has_change_permission(request)
        return TemplateResponse(
            request,
            "orders/order.html",
            {
                **self.admin_site.each_context(request),
                "title": _("Order %(number)s") % {"number": facts.order.number},
                "facts": facts,
                "order": facts.order,
                "may_act": may_act,
                "parts": parts_of(request, facts.order),
                "staff": User.objects.filter(is_staff=True, is_active=True).order_by("first_name", "username"),
                "holds": hold_boxes(
                    facts.order,
                    facts.active_holds,
                    lines=[line.line for line in facts.lines],
                    addresses=facts.addresses,
                ),
                "alarming": [reason for reason in HoldReason if reason.is_alarming],
                "actions": possible_actions(facts) if may_act else [],
                **(extra_context or {}),
            },
        )
