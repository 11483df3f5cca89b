"""What the staff pages of all apps build on."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.admin import ModelAdmin

from backoffice.errors import DomainError
from backoffice.staff.text_fields import CleansTexts


class StaffAdmin(CleansTexts, ModelAdmin):
    """An admin whose refusals by the domain come out as words on the page that asked, with nothing changed."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        try:
            return super().changelist_view(request, extra_context)
        except DomainError as error:
            return refuse(request, error)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as error:
            return refuse(request, error)


class FactsAdmin(StaffAdmin):
    """Rows that staff read and act upon, but never type in and never delete."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def refuse(request: HttpRequest, error: DomainError, *, to: str = "") -> HttpResponse:
    """Redirect to `to` (else to the page asked for) with the refusal as a message."""
    messages.error(request, error.text)
    return HttpResponseRedirect(to or request.path)


def actor(request: HttpRequest) -> str:
    """Return who acts, as services and timelines record it."""
    return request.user.get_username()


def staff_user(request: HttpRequest) -> User:
    """Return who is signed in: the admin lets nobody else through. Raise PermissionDenied."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
