"""Change sets and their rows in words."""

from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext

from backoffice.amounts import money
from backoffice.text.translatable import gettext as _
from backoffice.vendors.explaining import explain_params
from catalog.models import ChangeKind, ChangeSet, ChangeSetEvent, PriceList
from catalog.services.change_sets.texts import ADDRESSES

_FIELDS: dict[str, Promise] = {
    "currency": gettext_lazy("currency"),
    "order_max_qty": gettext_lazy("maximum quantity"),
    "tier_price_qty_only": gettext_lazy("tier quantities only"),
    "available": gettext_lazy("available"),
    "managed": gettext_lazy("stock managed"),
    "qty": gettext_lazy("in stock"),
    "reset": gettext_lazy("reset to the vendor’s default"),
    "replace": gettext_lazy("only these tiers"),
    "product_name": gettext_lazy("name"),
    "product_description": gettext_lazy("description"),
    "product_description_short": gettext_lazy("short description"),
    "product_description_secondary": gettext_lazy("secondary description"),
    "meta_title": gettext_lazy("page title"),
    "meta_keywords": gettext_lazy("keywords"),
    "meta_description": gettext_lazy("search description"),
    ADDRESSES: gettext_lazy("page URLs (SEO URLs)"),
}
_EVENTS: dict[str, Promise] = {
    "changeset.made": gettext_lazy("Created"),
    "changeset.edited": gettext_lazy("Edited"),
    "changeset.removed": gettext_lazy("Rows removed"),
    "changeset.confirmed": gettext_lazy("Deletions confirmed"),
    "changeset.unchecked": gettext_lazy("Comparison failed"),
    "changeset.draft": gettext_lazy("Reopened for editing"),
    "changeset.checked": gettext_lazy("Compared with the vendor"),
    "changeset.approved": gettext_lazy("Approved"),
    "changeset.scheduled": gettext_lazy("Scheduled"),
    "changeset.pushing": gettext_lazy("Sending started"),
    "changeset.batches": gettext_lazy("Split into batches"),
    "changeset.verified": gettext_lazy("Read back: all values match"),
    "changeset.differing": gettext_lazy("Read back: the vendor has different values"),
    "changeset.failed": gettext_lazy("Failed"),
    "changeset.silent": gettext_lazy("No response from the vendor on a batch: it is read back"),
    "changeset.needs_attention": gettext_lazy("The outcome of a batch is unknown: a decision is needed"),
    "changeset.unread": gettext_lazy("Reading back failed"),
    "changeset.stalled": gettext_lazy("Stalled"),
    "changeset.discarded": gettext_lazy("Discarded"),
}
# So many SKUs of a line are shown.
SKUS_SHOWN = 5
# Of these kinds the account of the merchant speaks, of the others the fulfiller's.
_MERCHANTS = (ChangeKind.SALES_PRICES, ChangeKind.SEARCH_TEXTS, ChangeKind.SYNC)


def account_label(kind: str) -> str:
    """Return for which of our accounts at the vendor a change of this kind speaks."""
    return _("as merchant") if kind in _MERCHANTS else _("as fulfiller")


def run_label(kind: str) -> str:
    """Return what a sync reads: the catalogue, or what change sets of this kind change."""
    if kind in ChangeKind.values:
        return str(ChangeKind(kind).label)
    return _("catalogue") if kind == "catalog" else kind


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


def _first_skus(skus: list[str]) -> list[str]:
    """Return the first of those that a line names, and "…" where it names more."""
    return [*skus[:SKUS_SHOWN], "…"] if len(skus) > SKUS_SHOWN else skus


def describe_event(event: ChangeSetEvent) -> str:
    """Return one line of the timeline with what is worth knowing of it."""
    text = str(_EVENTS.get(event.kind, event.kind))
    params = explain_params(event.change_set.vendor, event.params)
    told = [str(params[name]) for name in ("sku", "reason", "error", "at") if params.get(name)]
    if "rows" in params:
        rows = int(params["rows"])
        told.insert(0, ngettext("%(count)d SKU", "%(count)d SKUs", rows) % {"count": rows})
        told[1:1] = _first_skus(params.get("skus") or [])
    return f"{text}: {', '.join(told)}" if told else text
