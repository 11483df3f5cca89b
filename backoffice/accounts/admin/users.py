"""Staff and their groups, in the look of the other pages.

Django lets whoever may change users make anybody a superuser. Here nobody gives or takes what they do not hold:
`accounts/services/staff_rights.py` decides, for the form, the password page and deletion alike.
"""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import ManyToManyField, Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from backoffice.accounts.services.staff_rights import grantable_groups, holds_no_more
from backoffice.staff.base import staff_user
from backoffice.staff.text_fields import CleansTexts
from backoffice.text.translatable import gettext as _

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(CleansTexts, DjangoUserAdmin, ModelAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "first_name", "last_name", "email", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser", "groups")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Leave single permissions and superuser status to superusers; others assign groups."""
        fields = super().get_readonly_fields(request, obj)
        return fields if staff_user(request).is_superuser else (*fields, "is_superuser", "user_permissions")

    def formfield_for_manytomany(
        self, db_field: "ManyToManyField[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "groups" and not staff_user(request).is_superuser:
            kwargs["queryset"] = grantable_groups(staff_user(request))
            kwargs["help_text"] = _("Groups with rights that you do not have yourself are not listed.")
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_manage(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_manage(request, obj)


@admin.register(Group)
class GroupAdmin(CleansTexts, DjangoGroupAdmin, ModelAdmin):
    """A group's permissions reach all of its members, so superusers alone change it."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return staff_user(request).is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return staff_user(request).is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return staff_user(request).is_superuser


def _may_manage(request: HttpRequest, obj: Model | None) -> bool:
    return not isinstance(obj, User) or holds_no_more(obj, than=staff_user(request))
