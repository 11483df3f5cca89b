"""Complaints in the admin: the list, the page of one, what they cost, and the addresses of what one does."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from backoffice.staff.pages import PagesAdmin, View
from orders.complaints.admin import costs_page, desk, opening, photo_views, replacing
from orders.complaints.admin.listing import ComplaintList
from orders.complaints.models import Complaint
from orders.models import Order


@admin.register(Complaint)
class ComplaintAdmin(PagesAdmin):
    """Whoever sees complaints reads them; the order desk acts."""

    list_page = ComplaintList

    def pages(self) -> list[tuple[str, str, View]]:
        return [*opening.PAGES, *replacing.PAGES, *desk.PAGES, *photo_views.PAGES, *costs_page.PAGES]

    def shown_rows(self, row: Complaint) -> list[QuerySet[Any]]:
        made = Order.objects.filter(made_good__complaint=row)
        return [*super().shown_rows(row), row.photos.all(), row.refunds.all(), made]

    def detail_view(self, request: HttpRequest, complaint: Complaint) -> HttpResponse:
        return desk.show(request, complaint)
