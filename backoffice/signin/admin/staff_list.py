"""The list of staff: who they are, their roles, the shops they see, how they sign in."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group, User
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from backoffice.accounts.models import Shop
from backoffice.accounts.services.rights.shipped import role_title
from backoffice.accounts.services.rights.shops import shops_of_people
from backoffice.signin.services.requirement import with_factors
from backoffice.staff.filter_form import FilterForm, choice_field
from backoffice.staff.list_page import ListPage
from backoffice.states import Chip, Tone
from backoffice.text.translatable import gettext as _
from backoffice.visibility import visible

# Names of shops that a row gives before it counts the others.
_NAMED = 3


@dataclass(frozen=True)
class StaffRow:
    """One person; `shops` are None where they see all."""

    person: Any
    roles: list[str]
    shops: list[str] | None
    factor: Chip
    state: Chip


def role_choices() -> list[tuple[str, str]]:
    """Return the roles that there are, by name."""
    return [(str(group.pk), role_title(group.name)) for group in Group.objects.order_by("name")]


class StaffFilters(FilterForm):
    """What staff can be filtered by."""

    CONDITIONS = {
        ("state", "active"): Q(is_active=True),
        ("state", "inactive"): Q(is_active=False),
        ("factor", "none"): Q(is_active=True, has_factor=False),
        ("factor", "has"): Q(has_factor=True),
        ("superuser", "1"): Q(is_superuser=True),
    }
    LOOKUPS = {"role": "groups"}
    HIDDEN = ("superuser",)

    superuser = choice_field("", [("1", "")])
    role = choice_field(gettext_lazy("Role"), role_choices)
    factor = choice_field(
        gettext_lazy("Second factor"), [("has", gettext_lazy("set up")), ("none", gettext_lazy("not set up"))]
    )
    state = choice_field(
        gettext_lazy("State"), [("active", gettext_lazy("active")), ("inactive", gettext_lazy("deactivated"))]
    )

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        for word in text.split():
            named = Q(first_name__icontains=word) | Q(last_name__icontains=word)
            rows = rows.filter(named | Q(username__icontains=word) | Q(email__icontains=word))
        return rows


class StaffList(ListPage[User]):
    title = gettext_lazy("Staff")
    template_name = "people/list.html"
    queryset: QuerySet[Any] = with_factors(User.objects.prefetch_related("groups"))
    filter_class = StaffFilters
    views = (
        (gettext_lazy("Active"), "state=active"),
        (gettext_lazy("Without a second factor"), "factor=none"),
        (gettext_lazy("Superusers"), "superuser=1"),
        (gettext_lazy("Deactivated"), "state=inactive"),
        (gettext_lazy("All"), ""),
    )
    search_words = gettext_lazy("Name, user name or e-mail address")
    empty_icon = "group"

    def get_rows(self, found: list[User]) -> list[StaffRow]:
        shops = shops_of_people(found)
        names = dict(visible(Shop.objects.all()).values_list("pk", "name"))
        return [_row(person, shops[person.pk], names) for person in found]


def factor_chip(person: Any) -> Chip:
    """Return whether somebody annotated by `with_factors` has a second factor, and whether one is wanted."""
    if person.has_factor:
        return Chip(Tone.GREEN, "verified_user", _("set up"))
    if person.factor_ruled:
        return Chip(
            Tone.AMBER, "gpp_maybe", _("missing"), hint=_("Required by a rule: it is set up at the next sign-in.")
        )
    return Chip(Tone.GREY, "lock_open", _("none"))


def state_chip(person: User) -> Chip:
    """Return whether the account can be used."""
    if not person.is_active:
        return Chip(Tone.GREY, "person_off", _("deactivated"))
    if not person.is_staff:
        return Chip(Tone.AMBER, "block", _("no access"), hint=_("This account has no access to the back office."))
    if person.last_login is None and not person.has_usable_password():
        return Chip(Tone.BLUE, "outgoing_mail", _("invited"))
    return Chip(Tone.GREEN, "check_circle", _("active"))


def _row(person: Any, shops: frozenset[int] | None, names: dict[int, str]) -> StaffRow:
    roles = sorted(role_title(group.name) for group in person.groups.all())
    shown = None if shops is None else _shorten(sorted(names[pk] for pk in shops if pk in names))
    return StaffRow(person, roles, shown, factor_chip(person), state_chip(person))


def _shorten(names: list[str]) -> list[str]:
    if len(names) <= _NAMED + 1:
        return names
    return [*names[:_NAMED], _("%(number)s more") % {"number": len(names) - _NAMED}]
