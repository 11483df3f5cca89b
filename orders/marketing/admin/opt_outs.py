"""Customers who want no letters or no review requests, noted by hand or on the page of an order."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from backoffice.sight import PERSONAL_DATA
from backoffice.staff.base import StaffAdmin, actor
from orders.marketing.models import OptOut


@admin.register(OptOut)
class OptOutAdmin(StaffAdmin):
    """Noted and taken back, never changed."""

    sights = (PERSONAL_DATA,)
    list_display = ("email", "consent", "reason", "noted_by", "noted_at")
    list_filter = (("consent", ChoicesDropdownFilter),)
    list_filter_submit = True
    search_fields = ("email",)
    fields = ("consent", "email", "reason")
    show_full_result_count = False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: OptOut, form: Any, change: bool) -> None:
        obj.noted_by = actor(request)
        super().save_model(request, obj, form, change)
