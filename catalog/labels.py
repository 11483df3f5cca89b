"""Change sets and their rows in words."""

from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext

from backoffice.amounts import money
from backoffice.text.translatable import gettext as _
from catalog.models import ChangeKind, ChangeSet, ChangeSetEvent, PriceList
from catalog.services.change_sets.texts import ADDRESSES

_FIELDS: dict[str, Promise] = {
    "currency": gettext_lazy("currency"),
    "order_max_qty": gettext_lazy("largest quantity"),
    "tier_price_qty_only": gettext_lazy("tier quantities only"),
    "available": gettext_lazy("available"),
    "managed": gettext_lazy("stock managed"),
    "qty": gettext_lazy("in stock"),
    "reset": gettext_lazy("back to the vendor's default"),
    "replace": gettext_lazy("these tiers and no others"),
    "product_name": gettext_lazy("name"),
    "product_description": gettext_lazy("description"),
    "product_description_short": gettext_lazy("short description"),
    "product_description_secondary": gettext_lazy("second description"),
    "meta_title": gettext_lazy("page title"),
    "meta_keywords": gettext_lazy("keywords"),
    "meta_description": gettext_lazy("search description"),
    ADDRESSES: gettext_lazy("addresses of the pages (SEO URLs)"),
}
_EVENTS: dict[str, Promise] = {
    "changeset.made": gettext_lazy("Made"),
    "changeset.edited": gettext_lazy("Edited"),
    "changeset.removed": gettext_lazy("Rows removed"),
    "changeset.confirmed": gettext_lazy("Ticked what vanishes"),
    "changeset.unchecked": gettext_lazy("Could not be checked"),
    "changeset.draft": gettext_lazy("Open for editing again"),
    "changeset.checked": gettext_lazy("Compared with the vendor"),
    "changeset.approved": gettext_lazy("Approved"),
    "changeset.scheduled": gettext_lazy("Scheduled"),
    "changeset.pushing": gettext_lazy("On its way"),
    "changeset.batches": gettext_lazy("Cut into batches"),
    "changeset.verified": gettext_lazy("Read back: as it should be"),
    "changeset.differing": gettext_lazy("Read back: the vendor holds something else"),
    "changeset.failed": gettext_lazy("Failed"),
    "changeset.silent": gettext_lazy("The vendor says nothing of a batch: it is read back"),
    "changeset.needs_attention": gettext_lazy("It is not known what became of a batch: somebody has to decide"),
    "changeset.unread": gettext_lazy("Could not be read back"),
    "changeset.stalled": gettext_lazy("Came to a standstill"),
    "changeset.discarded": gettext_lazy("Discarded"),
}
# Of these kinds the account of the merchant speaks, of the others the fulfiller's.
_MERCHANTS = (ChangeKind.SALES_PRICES, ChangeKind.SEARCH_TEXTS, ChangeKind.SYNC)


def account_label(kind: str) -> str:
    """Return for which of our accounts at the vendor a change of this kind speaks."""
    return _("as merchant") if kind in _MERCHANTS else _("as fulfiller")


def describe_values(change_set: ChangeSet) -> str:
    """Return how many of what would be sent: "42 prices"."""
    count = change_set.counts.get("values", 0)
    if change_set.kind in (ChangeKind.SALES_PRICES, ChangeKind.FULFILLER_PRICES):
        text = ngettext("%(count)d price", "%(count)d prices", count)
    elif change_set.kind == ChangeKind.SEARCH_TEXTS:
        text = ngettext("%(count)d text", "%(count)d texts", count)
    else:
        text = ngettext("%(count)d value", "%(count)d values", count)
    return text % {"count": count}


def key_label(key: str) -> str:
    """Return a value's key as staff know it: "sales from 50", "page title"."""
    name, separator, quantity = key.partition(":")
    if separator:
        text = _("%(list)s from %(quantity)s")
        return text % {"list": PriceList(name).label, "quantity": quantity}
    return str(_FIELDS.get(name, name))


def describe_value(value: Any, *, currency: str, is_price: bool) -> str:
    """Return a value as it is read; "–" where there is none."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if not is_price:
        return str(value)
    return money(Decimal(value), currency) if currency else number_format(Decimal(value))


def describe_event(event: ChangeSetEvent) -> str:
    """Return one line of the timeline with what is worth knowing of it."""
    text = str(_EVENTS.get(event.kind, event.kind))
    told = [str(event.params[name]) for name in ("sku", "reason", "error", "at") if event.params.get(name)]
    if "rows" in event.params:
        rows = int(event.params["rows"])
        told.insert(0, ngettext("%(count)d SKU", "%(count)d SKUs", rows) % {"count": rows})
    return f"{text}: {', '.join(told)}" if told else text
