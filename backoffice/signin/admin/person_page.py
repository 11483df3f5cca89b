"""The page of one of the staff: the forms on it and what it shows."""

from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib.auth.models import Group, User
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.urls import reverse
from django.utils.translation import gettext_lazy

from backoffice.accounts.models import Shop
from backoffice.accounts.services.rights.holders import explain, lacking
from backoffice.accounts.services.rights.roles import describe_roles
from backoffice.accounts.services.rights.shipped import role_title
from backoffice.accounts.services.staff_rights import grantable_groups
from backoffice.accounts.services.visibility import (
    can_set_shops,
    kept_since,
    offered_shops,
    restriction_of,
    visible_shops,
)
from backoffice.signin.admin.staff_list import factor_chip, state_chip
from backoffice.signin.services.blocks import find_block
from backoffice.signin.services.people import PersonValues, can_deactivate, can_manage
from backoffice.signin.services.requirement import find_user
from backoffice.staff.text_fields import CodeField, EmailCodeField, LineField
from backoffice.text.translatable import gettext as _
from backoffice.visibility import visible

ALL, SOME = "all", "some"


class RolesField(forms.ModelMultipleChoiceField):
    """A choice among roles, by their titles."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return role_title(obj.name)


class PersonForm(forms.Form):
    """Who somebody is, and their roles."""

    first_name = LineField(label=gettext_lazy("First name"), max_length=150, required=False)
    last_name = LineField(label=gettext_lazy("Last name"), max_length=150, required=False)
    email = EmailCodeField(label=gettext_lazy("E-mail address"), max_length=254, required=False)
    username = CodeField(
        label=gettext_lazy("User name"), max_length=150, validators=[UnicodeUsernameValidator()], strip=True
    )
    groups = RolesField(Group.objects.none(), label=gettext_lazy("Roles"), required=False)
    is_superuser = forms.BooleanField(label=gettext_lazy("Superuser"), required=False)

    def __init__(self, *args: Any, person: User, actor: User, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["groups"]
        field.queryset = grantable_groups(actor).order_by("name")
        if not actor.is_superuser:
            del self.fields["is_superuser"]
        for name in self.fields:
            self.fields[name].initial = (
                list(person.groups.values_list("pk", flat=True)) if name == "groups" else getattr(person, name)
            )

    @property
    def values(self) -> PersonValues:
        """What was filled in."""
        return PersonValues(**self.cleaned_data)


class ShopsForm(forms.Form):
    """Which shops somebody sees, or whoever has a role."""

    which = forms.ChoiceField(
        choices=[(ALL, gettext_lazy("All shops")), (SOME, gettext_lazy("Only these:"))], widget=forms.RadioSelect
    )
    shops = forms.ModelMultipleChoiceField(Shop.objects.none(), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, owner: User | Group, actor: User, **options: Any) -> None:
        super().__init__(*args, **options)
        shops: Any = self.fields["shops"]
        shops.queryset = offered_shops(actor)
        restriction = restriction_of(owner)
        self.initial = {"which": ALL if restriction is None else SOME, "shops": [shop.pk for shop in restriction or ()]}
        if visible_shops(actor) is not None:
            which: Any = self.fields["which"]
            which.choices = [(SOME, gettext_lazy("Only these:"))]

    @property
    def chosen(self) -> list[Shop] | None:
        """The shops chosen, None for all."""
        return None if self.cleaned_data["which"] == ALL else list(self.cleaned_data["shops"])


def person_context(pk: int, *, actor: User) -> dict[str, Any]:
    """Return what the page shows of somebody who exists."""
    person = find_user(pk)
    types = set(Authenticator.objects.filter(user=pk).values_list("type", flat=True))
    return {
        "person": person,
        "shops_address": reverse("admin:auth_user_shops", args=[pk]),
        "name": person.get_full_name() or person.get_username(),
        "state": state_chip(person),
        "factor": factor_chip(person),
        "has_factors": bool(types),
        "sign_in_block": find_block(person),
        "manages": can_manage(person, actor=actor),
        "deactivates": can_deactivate(person, actor=actor),
        "sets_shops": can_set_shops(person, actor=actor),
        "areas": explain(person),
        "lacking": [part for part in lacking(person) if part.is_telling],
        "direct": person.user_permissions.count(),
        "seen": _seen(person),
        "kept_since": kept_since(person),
        "roles": {role.group.pk: role for role in describe_roles(Group.objects.order_by("name"))},
    }


def _seen(person: User) -> list[str] | None:
    shops = visible_shops(person)
    return (
        None
        if shops is None
        else list(visible(Shop.objects.filter(pk__in=shops)).order_by("name").values_list("name", flat=True))
    )


def title_of(person: User) -> str:
    """Return what the page is called."""
    return _("Staff: %(name)s") % {"name": person.get_full_name() or person.get_username()}
