"""Changing search texts.

requested  {"meta_title": "...", "product_name": null}; null is "the vendor's default"; {"reset": true} for all
before     {"defaults": {seven texts}, "overwrites": {seven texts}}
after      {"overwrites": {seven texts}}, always all of them: the document does not say what becomes of one that
         is left out; or {"reset": true}, which may also mean "and all SEO addresses"
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import msgspec

from backoffice.accounts.services.markets import Market
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import TakesTexts, Vendor
from backoffice.vendors.batch_messages import JobTicket, SearchTextUpdate
from backoffice.vendors.listing_messages import SearchData, SearchTexts
from backoffice.vendors.registry import as_able
from catalog.models import Change
from catalog.services.change_sets.values import ChangeFormat, Guard, Line, Resolved, Value, ensure_known_keys, refuse

TEXTS: tuple[str, ...] = SearchTexts.__struct_fields__
RESET: Value = {"reset": True}
ADDRESSES = "seo_addresses"
# Texts that have one line.
ONE_LINE = ("product_name", "meta_title", "meta_keywords", "meta_description")
# Search engines cut longer ones off.
LONGEST = {"meta_title": 70, "meta_description": 160}


class TextFormat(ChangeFormat):
    """A merchant's own texts over the vendor's defaults."""

    ability = TakesTexts

    def read(self, vendor: Vendor, *, sku: str = "", market: Market | None = None) -> Iterator[SearchData]:
        return as_able(vendor, TakesTexts).iter_search_texts(sku=sku)

    def clean(self, requested: Value) -> Value:
        ensure_known_keys(requested, TEXTS)
        for name, text in requested.items():
            if text is not None and (not isinstance(text, str) or "\0" in text):
                raise refuse(_("%(name)s is not text.") % {"name": name})
        return dict(requested)

    def join(self, old: Value, new: Value) -> Value:
        return new if old == RESET else old | new

    def current(self, data: SearchData) -> Value:
        return {
            "defaults": msgspec.structs.asdict(data.defaults),
            "overwrites": msgspec.structs.asdict(data.overwrites),
        }

    def resolve(self, requested: Value, *, before: Value) -> Resolved:
        own = before["overwrites"]
        if requested == RESET:
            return Resolved(dict(RESET), removals=[*(name for name in TEXTS if own[name] is not None), ADDRESSES])
        texts = {name: requested.get(name, own[name]) for name in TEXTS}
        removals = [name for name in TEXTS if own[name] is not None and texts[name] is None]
        return Resolved({"overwrites": texts}, removals=removals, guards=_length_guards(texts, own=own))

    def lines(self, before: Value, *, after: Value) -> list[Line]:
        own = before.get("overwrites", {})
        new = after.get("overwrites", {})
        return [Line(name, own.get(name), new.get(name)) for name in TEXTS if own.get(name) != new.get(name)]

    def sender(self, vendor: Vendor, changes: Sequence[Change]) -> Callable[[], JobTicket]:
        rows = [self.row(change) for change in changes]
        return partial(as_able(vendor, TakesTexts).update_search_texts, rows)

    def row(self, change: Change) -> SearchTextUpdate:
        texts = None if change.after == RESET else SearchTexts(**change.after["overwrites"])
        return SearchTextUpdate(sku=change.sku, overwrites=texts)

    def restoring(self, before: Value) -> Value:
        return dict(before["overwrites"])


def _length_guards(texts: Value, *, own: Value) -> list[Guard]:
    guards = []
    for name, most in LONGEST.items():
        text = texts[name]
        if text is not None and text != own[name] and len(text) > most:
            words = _("%(name)s has %(length)d characters; search results show at most %(most)d.")
            told = words % {"name": name, "length": len(text), "most": most}
            guards.append(Guard("too_long", told, blocking=False))
    return guards
