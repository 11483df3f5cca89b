"""Who may change whose account: nobody gives, takes or comes into rights or shops that they do not have themselves.

Rights are read from the rows and not from `has_perm`, which grants an account that is switched off nothing: its rights
come back when it is switched on.
"""

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q, QuerySet

from backoffice.accounts.models import Shop
from backoffice.accounts.services.visibility import sees_no_more, visible_shops
from backoffice.errors import ELIGIBLE, Eligibility, ineligible
from backoffice.text.translatable import gettext as _


def held_permissions(user: User) -> QuerySet[Permission]:
    """Return what the user's groups and the user's own list grant, whether the account is switched on or not."""
    return Permission.objects.filter(Q(user=user) | Q(group__user=user)).distinct()


def holds_no_more(other: User, *, than: User) -> bool:
    """Return whether `than` has every right of `other` and sees their shops: coming into the account gains nothing."""
    if than.is_superuser:
        return True
    if other.is_superuser or not sees_no_more(other, than=than):
        return False
    return not held_permissions(other).exclude(pk__in=held_permissions(than)).exists()


def grantable_groups(actor: User) -> QuerySet[Group]:
    """Return the groups with no right, and of no shop, that the actor lacks."""
    if actor.is_superuser:
        return Group.objects.all()
    lacking = Permission.objects.exclude(pk__in=held_permissions(actor))
    groups, shops = Group.objects.exclude(permissions__in=lacking), visible_shops(actor)
    return groups if shops is None else groups.exclude(shop_restriction__shops__in=Shop.objects.exclude(pk__in=shops))


def can_lose_superuser(user: User) -> Eligibility:
    """Return whether there is another superuser who can come in: the last one stays one, active and undeleted."""
    if not (user.is_superuser and user.is_active and user.is_staff):
        return ELIGIBLE
    others = User.objects.filter(is_superuser=True, is_active=True, is_staff=True).exclude(pk=user.pk)
    if others.exists():
        return ELIGIBLE
    return ineligible(_("This is the last superuser who can sign in. Make someone else a superuser first."))


def lock_superusers() -> None:
    """Let one change of superusers come after the other; in a transaction."""
    list(User.objects.select_for_update().filter(is_superuser=True).order_by("pk").values_list("pk", flat=True))
