"""Orders in the admin: the list, the page of one order, and the addresses of what one can do there."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern

from backoffice.staff.pages import PagesAdmin
from backoffice.text.translatable import gettext as _
from orders.admin.order_edit import views as edit_views
from orders.admin.order_list.listing import OrderList
from orders.admin.order_page import by_hand, comparing, cooling, correction, desk, documents, taking_back, terms
from orders.admin.order_page.context import order_context, possible_actions
from orders.admin.order_page.frame import Pages
from orders.admin.order_page.live import order_live
from orders.admin.order_page.remedies import hold_boxes
from orders.admin.parts import entries_of, parts_of, registered_urls
from orders.admin.regrouping import views as regrouping
from orders.models import HoldReason, Order


@admin.register(Order)
class OrderAdmin(PagesAdmin):
    """Orders are never typed in, changed by hand or deleted: every change is a service, kept in the timeline."""

    list_page = OrderList

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow acting on orders: hold, release, cancel, correct."""
        return request.user.has_perm("orders.change_order")

    def pages(self) -> Pages:
        return [
            *(*desk.PAGES, *correction.PAGES, *documents.PAGES, *by_hand.PAGES),
            *(*edit_views.PAGES, *comparing.PAGES, *cooling.PAGES, *terms.PAGES, *regrouping.PAGES, *taking_back.PAGES),
        ]

    def get_urls(self) -> list[URLPattern]:
        return registered_urls(self.admin_site.admin_view) + super().get_urls()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self.require_view(request)
        live = order_live(object_id)
        if unchanged := live.unchanged(request):
            return unchanged
        page = order_context(object_id)
        if page is None:
            raise Http404
        may_act = self.has_change_permission(request)
        return self.render(
            request,
            "orders/order.html",
            title=_("Orders"),
            page=page,
            live=live,
            order=page.order,
            may_act=may_act,
            parts=parts_of(request, page.order),
            entries=entries_of(request, page.order, page.timeline),
            staff=User.objects.filter(is_staff=True, is_active=True).order_by("first_name", "username"),
            holds=hold_boxes(page),
            alarming=[reason for reason in HoldReason if reason.is_alarming],
            actions=possible_actions(page) if may_act else [],
        )
