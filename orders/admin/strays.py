"""Orders that only a vendor knows: brought in as ours, or dismissed with a reason."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from backoffice.admin.base import actor
from backoffice.admin.keyset import page_of
from backoffice.admin.pages import PagesAdmin, View, act, find_or_404
from backoffice.admin.text_fields import posted_text
from backoffice.struct_texts import Text
from backoffice.translatable import gettext as _
from orders.models import Order, StrayOrder, StrayState
from orders.services.restore.adopting import adopt_stray
from orders.services.restore.strays import dismiss_stray

SIZE = 50


@admin.register(StrayOrder)
class StrayOrderAdmin(PagesAdmin):
    """One list: open ones first to be seen, all of them on the second tab."""

    def pages(self) -> list[tuple[str, str, View]]:
        return [("<int:pk>/adopt/", "adopt", self.adopt), ("<int:pk>/dismiss/", "dismiss", self.dismiss)]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = StrayOrder.objects.select_related("shop", "vendor_order__order")
        shows_all = request.GET.get("state") == "all"
        if not shows_all:
            rows = rows.filter(state=StrayState.OPEN)
        page = page_of(rows, request.GET, size=SIZE)
        title = _("Orders that only a vendor knows")
        return self.render(request, "orders/stray_list.html", title=title, page=page, shows_all=shows_all)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        stray = find_or_404(StrayOrder, object_id)
        ours = Order.objects.filter(shop=stray.shop_id, reference=stray.shop_reference).first()
        return self.render(
            request,
            "orders/stray.html",
            title=stray.reference,
            stray=stray,
            report=stray.last_report,
            ours=ours,
            beside=stray.beside and stray.beside.order,
            may_act=stray.state == StrayState.OPEN and self.may(request, "decide_strayorder"),
        )

    def adopt(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, "decide_strayorder")
        stray = find_or_404(StrayOrder, pk)

        def do() -> str:
            order = adopt_stray(stray, actor=actor(request))
            return _("It is order %(number)s now, and is followed there.") % {"number": order.number}

        return act(request, do, to=reverse("admin:orders_strayorder_change", args=[pk]))

    def dismiss(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, "decide_strayorder")
        stray = find_or_404(StrayOrder, pk)

        def do() -> str:
            reason = posted_text(request.POST, "reason", kind=Text.PARAGRAPH)
            dismiss_stray(stray, actor=actor(request), reason=reason)
            return _("Dismissed.")

        return act(request, do, to=reverse("admin:orders_strayorder_change", args=[pk]))
