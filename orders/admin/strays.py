"""Orders that only a vendor knows: brought in as ours, or dismissed with a reason."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy

from backoffice.sight import PERSONAL_DATA
from backoffice.staff.base import actor
from backoffice.staff.list_page import ListPage
from backoffice.staff.pages import PagesAdmin, View, act, find_or_404
from backoffice.staff.text_fields import posted_text
from backoffice.text.structs import Text
from backoffice.text.translatable import gettext as _
from orders.models import Order, StrayOrder, StrayState
from orders.services.reports.strays import dismiss_stray
from orders.services.restore.adopting import adopt_stray


class StrayList(ListPage[StrayOrder]):
    """Open ones first to be seen, all of them on the second tab."""

    title = gettext_lazy("Orders found only at a vendor")
    template_name = "orders/stray_list.html"
    queryset = StrayOrder.objects.select_related("shop", "vendor_order__order")
    views = ((gettext_lazy("Open"), ""), (gettext_lazy("All"), "state=all"))
    empty_icon = "travel_explore"

    def get_queryset(self) -> QuerySet[StrayOrder]:
        shows_all = self.request.GET.get("state") == "all"
        return self.queryset.all() if shows_all else self.queryset.filter(state=StrayState.OPEN)


@admin.register(StrayOrder)
class StrayOrderAdmin(PagesAdmin):
    sights = (PERSONAL_DATA,)
    list_page = StrayList

    def pages(self) -> list[tuple[str, str, View]]:
        return [("<int:pk>/adopt/", "adopt", self.adopt), ("<int:pk>/dismiss/", "dismiss", self.dismiss)]

    def detail_view(self, request: HttpRequest, stray: StrayOrder) -> HttpResponse:
        ours = Order.objects.filter(shop=stray.shop_id, reference=stray.shop_reference).order_by("-pk").first()
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
            return _("It is now order %(number)s and is tracked there.") % {"number": order.number}

        return act(request, do, to=reverse("admin:orders_strayorder_change", args=[pk]))

    def dismiss(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, "decide_strayorder")
        stray = find_or_404(StrayOrder, pk)

        def do() -> str:
            reason = posted_text(request.POST, "reason", kind=Text.PARAGRAPH)
            dismiss_stray(stray, actor=actor(request), reason=reason)
            return _("Dismissed.")

        return act(request, do, to=reverse("admin:orders_strayorder_change", args=[pk]))
