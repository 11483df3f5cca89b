"""Enquiries in the admin: what people asked through a vendor's form, until somebody says that it is done."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy

from backoffice.sight import PERSONAL_DATA
from backoffice.staff.base import actor
from backoffice.staff.list_page import ListPage
from backoffice.staff.pages import PagesAdmin, View, act, find_or_404
from backoffice.text.translatable import gettext as _
from orders.admin.parts import parts_of_enquiry
from orders.models import Enquiry
from orders.services.enquiries import finish_enquiry, reopen_enquiry


class EnquiryList(ListPage[Enquiry]):
    """Open ones first to be seen, all of them on the second tab."""

    title = gettext_lazy("Enquiries")
    template_name = "orders/enquiry_list.html"
    queryset = Enquiry.objects.select_related("shop")
    views = ((gettext_lazy("Open"), ""), (gettext_lazy("All"), "state=all"))
    empty_icon = "contact_support"

    def get_queryset(self) -> QuerySet[Enquiry]:
        shows_all = self.request.GET.get("state") == "all"
        return self.queryset.all() if shows_all else self.queryset.filter(done_at__isnull=True)


@admin.register(Enquiry)
class EnquiryAdmin(PagesAdmin):
    sights = (PERSONAL_DATA,)
    list_page = EnquiryList

    def pages(self) -> list[tuple[str, str, View]]:
        return [("<int:pk>/done/", "done", self.done), ("<int:pk>/reopen/", "reopen", self.reopen)]

    def detail_view(self, request: HttpRequest, enquiry: Enquiry) -> HttpResponse:
        may_act = self.may(request, "change_enquiry")
        parts = parts_of_enquiry(request, enquiry)
        title = str(enquiry)
        return self.render(request, "orders/enquiry.html", title=title, enquiry=enquiry, may_act=may_act, parts=parts)

    def done(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, "change_enquiry")
        enquiry = find_or_404(Enquiry, pk)

        def do() -> str:
            finish_enquiry(enquiry, actor=actor(request))
            return _("Done.")

        return act(request, do, to=reverse("admin:orders_enquiry_changelist"))

    def reopen(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, "change_enquiry")
        enquiry = find_or_404(Enquiry, pk)

        def do() -> str:
            reopen_enquiry(enquiry)
            return _("The enquiry is open again.")

        return act(request, do, to=reverse("admin:orders_enquiry_change", args=[pk]))
