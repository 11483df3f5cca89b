"""What who makes a key may let it do: no key may do more than its maker.

A scope is given by who has the rights that it amounts to. To place orders is a right of its own here: who runs the
installation makes keys for storefronts without being a clerk as well.
"""

from collections.abc import Iterable
from typing import Any

from backoffice.accounts.models.shop import Scope
from backoffice.errors import NotAllowed
from backoffice.sight import PERSONAL_DATA
from backoffice.text.translatable import gettext as _

# Scope -> the rights in the staff pages that let a person do the same.
RIGHTS: dict[Scope, tuple[str, ...]] = {
    Scope.ORDERS_READ: ("orders.view_order", PERSONAL_DATA),
    Scope.ORDERS_WRITE: ("accounts.issue_order_keys",),
    Scope.CATALOG_READ: ("catalog.view_product",),
    Scope.EVENTS_READ: ("orders.view_order", PERSONAL_DATA),
    Scope.WEBHOOKS_WRITE: ("webhooks.add_webhookendpoint",),
}  # fmt: skip


def givable_scopes(user: Any) -> list[Scope]:
    """Return the scopes that the user may give."""
    return [one for one in Scope if user.has_perms(RIGHTS[one])]


def ensure_may_give(scopes: Iterable[str], *, user: Any) -> None:
    """Raise NotAllowed, naming them, where the user may not give all of the scopes."""
    given = set(givable_scopes(user))
    if lacking := [str(Scope(one).label) for one in scopes if one not in given]:
        text = _("You do not have these permissions yourself, so you cannot give them to a key: %(scopes)s.")
        raise NotAllowed(text % {"scopes": ", ".join(lacking)})
