"""What the staff pages of all apps build on."""

from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.text import capfirst
from unfold.admin import ModelAdmin

from backoffice.errors import DomainError
from backoffice.staff.text_fields import CleansTexts
from backoffice.visibility import visible


class StaffAdmin(CleansTexts, ModelAdmin):
    """An admin whose refusals by the domain come out as words on the page that asked, with nothing changed.

    `sights` are rights without which nothing of the rows is left to see (`backoffice/sight.py`).
    """

    sights: ClassVar[tuple[str, ...]] = ()

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_view_permission(request, obj) and request.user.has_perms(self.sights)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows that the reader sees."""
        return visible(super().get_queryset(request))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return the row. Raise Http404 where there is none, or none that the reader sees."""
        row = super().get_object(request, object_id, from_field)
        if row is None:
            raise Http404
        return row

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> QuerySet[Any] | None:
        """Offer only what the reader sees where a row is chosen."""
        rows = super().get_field_queryset(db, db_field, request)
        return visible(db_field.remote_field.model._default_manager.all() if rows is None else rows)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        try:
            return super().changelist_view(request, title | (extra_context or {}))
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
