"""Complaints in the admin: the list, the page of one, what they cost, and the addresses of what one does."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from backoffice.staff.pages import PagesAdmin, View
from orders.complaints.admin import costs_page, desk, opening, photo_views, replacing
from orders.complaints.admin.listing import ComplaintList
from orders.complaints.models import Complaint


@admin.register(Complaint)
class ComplaintAdmin(PagesAdmin):
    """Whoever sees complaints reads them; the order desk acts."""

    list_page = ComplaintList

    def pages(self) -> list[tuple[str, str, View]]:
        return [*opening.PAGES, *replacing.PAGES, *desk.PAGES, *photo_views.PAGES, *costs_page.PAGES]

    def detail_view(self, request: HttpRequest, complaint: Complaint) -> HttpResponse:
        return desk.show(request, complaint)
