"""Enquiries in the admin: what people asked through a vendor's form, until somebody says that it is done."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from backoffice.admin.base import actor
from backoffice.admin.keyset import page_of
from backoffice.admin.pages import PagesAdmin, View, act, find_or_404
from backoffice.translatable import gettext as _
from orders.models import Enquiry
from orders.services.enquiries import finish_enquiry, reopen_enquiry

SIZE = 50


@admin.register(Enquiry)
class EnquiryAdmin(PagesAdmin):
    """One list: open ones first to be seen, all of them on the second tab."""

    def pages(self) -> list[tuple[str, str, View]]:
        return [("<int:pk>/done/", "done", self.done), ("<int:pk>/reopen/", "reopen", self.reopen)]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = Enquiry.objects.select_related("shop")
        shows_all = request.GET.get("state") == "all"
        if not shows_all:
            rows = rows.filter(done_at__isnull=True)
        return self.render(
            request,
            "orders/enquiry_list.html",
            title=_("Enquiries"),
            page=page_of(rows, request.GET, size=SIZE),
            shows_all=shows_all,
            may_act=self.may(request, "change_enquiry"),
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        enquiry = find_or_404(Enquiry, object_id)
        may_act = self.may(request, "change_enquiry")
        return self.render(request, "orders/enquiry.html", title=str(enquiry), enquiry=enquiry, may_act=may_act)

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
