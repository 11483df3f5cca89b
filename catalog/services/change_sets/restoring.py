"""Going back: what the vendor held before a change set is requested by a new one."""

from django.db import transaction

from backoffice.errors import IllegalTransition, NotAllowed
from backoffice.text.translatable import gettext as _
from catalog.models import Change, ChangeKind, ChangeSet, ChangeSetState, ChangeSource
from catalog.services.change_sets.approval import User, ensure_permitted
from catalog.services.change_sets.editing import make_change_set
from catalog.services.change_sets.formats import format_of
from catalog.services.change_sets.texts import RESET
from catalog.services.price_markets import market_of

RESET_PERMISSION = "catalog.reset_searchtexts"
_PUSHED = (ChangeSetState.PUSHING, ChangeSetState.VERIFIED, ChangeSetState.DIFFERING, ChangeSetState.FAILED)


def restore(change_set: ChangeSet, *, actor: str) -> ChangeSet:
    """Draft what brings back all that the vendor held of the set's SKUs before it was pushed.

    What cannot be brought back is not promised: quantities of sales prices that came later stay, and search engines'
    addresses that a reset threw away are lost. Raises IllegalTransition for a set that was never pushed.
    """
    if change_set.state not in _PUSHED:
        raise IllegalTransition(_("This change set was never sent, so there is nothing to restore."))
    change_format = format_of(change_set.kind)
    rows = {
        sku: change_format.restoring(before)
        for sku, before in change_set.changes.order_by("pk").values_list("sku", "before")
        if before
    }
    return make_change_set(
        change_set.kind,
        vendor=change_set.vendor,
        rows=rows,
        title=_("Before “%s”") % change_set.title,
        source=ChangeSource.RESTORE,
        actor=actor,
        shop=change_set.shop,
        language=change_set.language,
        restored_from=change_set,
        market=market_of(change_set),
    )


def reset_search_texts(
    *, vendor: str, skus: list[str], title: str, user: User, confirmed: bool, language: str = ""
) -> ChangeSet:
    """Draft what puts all texts of the SKUs back to the vendor's default, and with them their addresses.

    Apart from every edit, since it cannot be undone: raises NotAllowed without its own permission or unless it was
    `confirmed`. What vanishes still has to be confirmed, and the set be approved, as for any other.
    """
    ensure_permitted(user, RESET_PERMISSION)
    if not confirmed:
        raise NotAllowed(_("This also resets the page URLs and must be confirmed."))
    with transaction.atomic():
        change_set = make_change_set(
            ChangeKind.SEARCH_TEXTS,
            vendor=vendor,
            rows={sku: {} for sku in skus},
            title=title,
            source=ChangeSource.RESET,
            actor=user.get_username(),
            language=language,
        )
        Change.objects.filter(change_set=change_set).update(requested=RESET)
    return change_set
