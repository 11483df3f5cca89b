"""Roles as cards in words, the editor that makes them of parts, and who may do what."""

from importlib import import_module
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy

from backoffice.accounts.services.rights import roles
from backoffice.accounts.services.rights.catalogue import PARTS, by_area
from backoffice.accounts.services.rights.holders import describe_rights, find_holders, roles_with
from backoffice.accounts.services.rights.shipped import role_title
from backoffice.accounts.services.visibility import can_set_shops, restriction_of, set_shops
from backoffice.errors import DomainError, InvalidInput
from backoffice.signin.admin.person_page import ShopsForm
from backoffice.staff.base import staff_user
from backoffice.staff.pages import PagesAdmin, View, act, find_or_404
from backoffice.staff.recent_sign_in import fresh_identity_required
from backoffice.staff.text_fields import LineField
from backoffice.text.translatable import gettext as _

# People that a role's page names.
_NAMED = 100


class RoleForm(forms.Form):
    """What a role is called, and its parts."""

    name = LineField(label=gettext_lazy("Name"), max_length=150)
    parts = forms.MultipleChoiceField(choices=(), required=False, widget=forms.CheckboxSelectMultiple)
    keeps_rest = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["parts"]
        field.choices = [(part.name, part.sentence) for part in PARTS.values()]

    @property
    def ticked(self) -> set[str]:
        """The parts that the page shows ticked."""
        return set(self["parts"].value() or ())


# Django registers its own pages of groups when these are loaded.
import_module("django.contrib.auth.admin")
admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(PagesAdmin):
    """A role's rights reach all who have it: whoever changes it holds all of them."""

    def pages(self) -> list[tuple[str, str, View]]:
        return [
            ("add/", "add", self.add),
            ("who/", "who", self.who),
            ("<int:pk>/edit/", "edit", self.edit),
            ("<int:pk>/shops/", "shops", self.choose_shops),
            ("<path:object_id>/delete/", "delete", self.remove),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("auth.add_group")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("auth.change_group")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("auth.delete_group")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show all roles as cards: there are never many."""
        self.require_view(request)
        found = roles.describe_roles(Group.objects.order_by("name"))
        cards = sorted(found, key=lambda role: (role.is_shipped, role.title.lower()))
        may_add = self.has_add_permission(request)
        return self.render(request, "people/roles.html", title=_("Roles"), roles=cards, may_add=may_add)

    def detail_view(self, request: HttpRequest, group: Group) -> HttpResponse:
        [role] = roles.describe_roles(Group.objects.filter(pk=group.pk))
        actor = staff_user(request)
        may_change = self.has_change_permission(request)
        return self.render(
            request,
            "people/role.html",
            title=_("Role: %(role)s") % {"role": role.title},
            role=role,
            rest=describe_rights(role.rest),
            people=User.objects.filter(groups=group).order_by("-is_active", "first_name", "username")[:_NAMED],
            shops=ShopsForm(owner=group, actor=actor),
            restriction=restriction_of(group),
            sets_shops=can_set_shops(group, actor=actor) if may_change else None,
            changes=roles.can_change_role(group, actor=actor),
            may_change=may_change,
            may_add=self.has_add_permission(request),
            may_delete=self.has_delete_permission(request),
        )

    @fresh_identity_required
    def add(self, request: HttpRequest) -> HttpResponse:
        """Make a role, from nothing or as a copy (`?copy=<pk>`)."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        initial: dict[str, Any] = {}
        if copied := self._copied(request):
            initial = {"name": roles.free_role_name(copied.title), "parts": [part.name for part in copied.parts]}
        return self._editor(request, None, initial=initial, title=_("New role"))

    @fresh_identity_required
    def edit(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Change a role's name and parts."""
        group = self._changeable(request, pk)
        [role] = roles.describe_roles(Group.objects.filter(pk=pk))
        initial = {"name": group.name, "parts": [part.name for part in role.parts], "keeps_rest": True}
        title = _("Edit role: %(role)s") % {"role": role.title}
        return self._editor(request, role, initial=initial, title=title)

    @fresh_identity_required
    def choose_shops(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Keep which shops those with the role see."""
        group = self._changeable(request, pk)
        form = ShopsForm(request.POST or None, owner=group, actor=staff_user(request))

        def do() -> str:
            if not form.is_valid():
                raise InvalidInput(_("Choose shops from the list."), errors={})
            set_shops(group, form.chosen, actor=staff_user(request))
            return _("Saved.")

        return act(request, do, to=_role_url(pk))

    @fresh_identity_required
    def remove(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Remove a role that nobody has; a GET leads to its page, where the button is."""
        if not self.has_delete_permission(request):
            raise PermissionDenied
        group = find_or_404(Group, object_id)
        if request.method != "POST":
            return HttpResponseRedirect(_role_url(group.pk))
        try:
            roles.remove_role(group, actor=staff_user(request))
        except DomainError as error:
            messages.error(request, error.text)
            return HttpResponseRedirect(_role_url(group.pk))
        messages.success(request, _("The role was removed."))
        return HttpResponseRedirect(reverse("admin:auth_group_changelist"))

    def who(self, request: HttpRequest) -> HttpResponse:
        """Show who may do one thing, and which roles bring it."""
        self.require_view(request)
        name = request.GET.get("part", "")
        part = PARTS.get(name)
        if name and part is None:
            raise Http404
        found = (
            {"holders": find_holders(part), "bringing": [(one, role_title(one.name)) for one in roles_with(part)]}
            if part
            else {}
        )
        areas = by_area(PARTS.values())
        return self.render(request, "people/who.html", title=_("Who may …?"), areas=areas, part=part, **found)

    def _editor(
        self, request: HttpRequest, role: roles.RoleWords | None, *, initial: dict[str, Any], title: str
    ) -> HttpResponse:
        form = RoleForm(request.POST if request.method == "POST" else None, initial=initial)
        actor = staff_user(request)
        if request.method == "POST" and form.is_valid():
            try:
                group = roles.save_role(role.group if role else None, **form.cleaned_data, actor=actor)
            except InvalidInput as error:
                form.add_error("name", error.text)
            except DomainError as error:
                form.add_error(None, error.text)
            else:
                messages.success(request, _("Saved."))
                return HttpResponseRedirect(_role_url(group.pk))
        return self.render(
            request,
            "people/role_form.html",
            title=title,
            form=form,
            role=role,
            rest=describe_rights(role.rest) if role else [],
            areas=by_area(PARTS.values()),
            givable=roles.givable_parts(actor),
            back=_role_url(role.group.pk) if role else reverse("admin:auth_group_changelist"),
        )

    def _copied(self, request: HttpRequest) -> roles.RoleWords | None:
        copied = request.GET.get("copy", "")
        if not copied:
            return None
        group = find_or_404(Group, copied)
        return roles.describe_roles(Group.objects.filter(pk=group.pk))[0]

    def _changeable(self, request: HttpRequest, pk: int) -> Group:
        if not self.has_change_permission(request):
            raise PermissionDenied
        group = find_or_404(Group, pk)
        if not roles.can_change_role(group, actor=staff_user(request)):
            raise PermissionDenied
        return group


def _role_url(pk: int) -> str:
    return reverse("admin:auth_group_change", args=[pk])
