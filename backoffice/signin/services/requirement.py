"""Who must have a second factor, and who has one."""

from collections.abc import Collection
from functools import cache
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from backoffice.signin.models import FactorRequirement

# Where the key of a user stands in the statement that finds one.
_PLACE = -1
# Recovery codes come with these and are none themselves.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def with_factors(users: "QuerySet[User]") -> "QuerySet[Any]":
    """Annotate users with whether a rule wants a second factor of them, and whether they have one; in their query."""
    rules = FactorRequirement.objects.filter(Q(group=None) | Q(group__user=OuterRef("pk")))
    own = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
    return users.annotate(factor_ruled=Exists(rules), has_factor=Exists(own))


def find_user(pk: int) -> Any:
    """Return the user annotated by `with_factors`, None where there is none. The statement is made once: every page
    asks for it, and making it takes longer than the database's answer.
    """
    statement, values = _statement()
    found = User.objects.raw(statement, [pk if value == _PLACE else value for value in values])
    return next(iter(found), None)


@cache
def _statement() -> tuple[str, tuple[Any, ...]]:
    statement, values = with_factors(User.objects.filter(pk=_PLACE)).query.sql_with_params()
    return str(statement), tuple(values)


def must_have_factor(user: Any) -> bool:
    """Return whether the user, annotated by `with_factors` or not, may do nothing without a second factor."""
    if settings.SECOND_FACTOR == "everyone" or (settings.SECOND_FACTOR == "superusers" and user.is_superuser):
        return True
    return bool(_annotated(user).factor_ruled)


def has_factor(user: Any) -> bool:
    return bool(_annotated(user).has_factor)


def lacks_factor(user: Any) -> bool:
    """Return whether the user has to set a second factor up before anything else."""
    return not has_factor(user) and must_have_factor(user)


def would_ask(user: User, *, everybody: bool, groups: Collection[Group]) -> bool:
    """Return whether such rules ask the user for a second factor whom nothing has asked yet, and who has none."""
    if has_factor(user) or must_have_factor(user):
        return False
    return everybody or user.groups.filter(pk__in=[group.pk for group in groups]).exists()


@transaction.atomic
def require_factor(*, everybody: bool, groups: Collection[Group], actor: str) -> None:
    """Want a second factor of everybody or of these groups, and of nobody else."""
    wanted: set[int | None] = {None} if everybody else set()
    wanted |= {group.pk for group in groups}
    kept = set(FactorRequirement.objects.select_for_update().values_list("group", flat=True))
    FactorRequirement.objects.filter(group__in=[pk for pk in kept - wanted if pk]).delete()
    if None in kept - wanted:
        FactorRequirement.objects.filter(group=None).delete()
    FactorRequirement.objects.bulk_create(
        FactorRequirement(group_id=pk, set_by=actor) for pk in sorted(wanted - kept, key=lambda one: one or 0)
    )


def _annotated(user: Any) -> Any:
    """Return the user with both answers; asked for where whoever loaded the row did not."""
    if not hasattr(user, "factor_ruled"):
        found = with_factors(User.objects.filter(pk=user.pk)).values("factor_ruled", "has_factor").get()
        user.factor_ruled, user.has_factor = found["factor_ruled"], found["has_factor"]
    return user
