"""Who may change whose account: nobody gives, takes or comes into rights that they do not hold themselves.

Rights are read from the rows and not from `has_perm`, which grants an account that is switched off nothing: its rights
come back when it is switched on.
"""

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q, QuerySet


def held_permissions(user: User) -> QuerySet[Permission]:
    """Return what the user's groups and the user's own list grant, whether the account is switched on or not."""
    return Permission.objects.filter(Q(user=user) | Q(group__user=user)).distinct()


def holds_no_more(other: User, *, than: User) -> bool:
    """Return whether `than` has every right of `other`, so that coming into the other account gains nothing."""
    if than.is_superuser:
        return True
    if other.is_superuser:
        return False
    return not held_permissions(other).exclude(pk__in=held_permissions(than)).exists()


def grantable_groups(actor: User) -> QuerySet[Group]:
    """Return the groups with no right that the actor lacks."""
    if actor.is_superuser:
        return Group.objects.all()
    lacking = Permission.objects.exclude(pk__in=held_permissions(actor))
    return Group.objects.exclude(permissions__in=lacking)
