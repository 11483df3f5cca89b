"""What an error of a vendor means, in the language of who reads it, with what to do and the vendor's own words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from backoffice.text.translatable import TranslatableText, common_text, join, render, serialize
from backoffice.text.translatable import gettext as _
from backoffice.vendors.base import Vendor
from backoffice.vendors.common_errors import COMMON_ERRORS
from backoffice.vendors.known_errors import OWN_WORDS, KnownError
from backoffice.vendors.registry import UnknownVendor, test_names, vendor_names, vendor_title, vendor_type

# So many of the vendor's wordings of one error are shown.
MOST_ORIGINALS = 5
# The groups of patterns that hold the name of a field.
_FIELD_NAMES = ("field", "name")
_name_field: Callable[[str], str] = str


@dataclass(frozen=True)
class Explanation:
    """`text` says what happened, `remedy` what to do; `original` is what the vendor wrote, empty where `text` is that.

    `known` is the entry of the catalogue, None where there is none, or where the text is our own.
    """

    text: str
    remedy: str = ""
    original: str = ""
    known: KnownError | None = None

    def __str__(self) -> str:
        return str(self.text)

    @property
    def line(self) -> str:
        """What happened and what to do, for where nothing can be folded. What to do about errors that are listed beside
        it stands with them.
        """
        is_general = self.known is not None and self.known.is_general
        return join([self.text, self.remedy]) if self.remedy and not is_general else self.text

    @property
    def cause_key(self) -> str:
        """What all explanations of the same cause have in common, whatever they name; empty for unknown errors, and
        where a sentence of ours stands around them.
        """
        if self.known is None or not isinstance(self.text, TranslatableText):
            return ""
        return self.known.text if self.text.msgid == self.known.text else ""

    @property
    def is_unknown(self) -> bool:
        """Whether they are words of the vendor that no entry knows."""
        return bool(self.text) and not self.original and not isinstance(self.text, TranslatableText)


def use_field_names(name_field: Callable[[str], str]) -> None:
    """Call fields that vendors name by their paths as this function does, from now on; others stay as they are."""
    global _name_field
    _name_field = name_field


def explain(vendor: str, text: str, *, field: str = "") -> Explanation:
    """Return what is to be shown of an error: `text` as it was kept, `field` by the vendor's name.

    A sentence of ours that was filled in with a vendor's words is explained in that place.
    """
    if isinstance(text, TranslatableText):
        return _explain_within(vendor, text)
    found = _find(_type_of(vendor), text.strip(), field) if vendor and text else None
    if found is None:
        return Explanation(text)
    known, groups = found
    params = {"vendor": vendor_title(vendor), "field": field, **groups}
    params |= {name: _name_field(params[name]) for name in _FIELD_NAMES if "." in params.get(name, "")}
    remedy = _(known.remedy) % params if known.remedy else ""
    return Explanation(_(known.text) % params, remedy, groups.get(OWN_WORDS) or text, known)


def explain_in_common(several: Sequence[Explanation]) -> Explanation:
    """Return what explanations of one cause say together; what differs between them is left open."""
    originals = list(dict.fromkeys(one.original for one in several))
    return Explanation(
        common_text([one.text for one in several]),
        common_text([one.remedy for one in several]),
        original="\n".join(originals[:MOST_ORIGINALS]),
        known=several[0].known,
    )


def explain_params(vendor: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a sentence is filled in with, known errors of the vendor among it explained."""
    found = ((name, explain(vendor, value)) for name, value in params.items() if isinstance(value, str))
    return {**params, **{name: shown.line for name, shown in found if shown.original}}


def find_catalogue_faults() -> Iterator[str]:
    """Yield what is wrong in the catalogue, with the vendor or file and the entry."""
    catalogues = {"common_errors.py": COMMON_ERRORS}
    catalogues |= {name: _type_of(name).KNOWN_ERRORS for name in (*vendor_names(), *test_names())}
    for name, entries in catalogues.items():
        for entry in entries:
            yield from (f"{name}, {entry.pattern!r}: {fault}." for fault in entry.find_faults())


def _explain_within(vendor: str, text: TranslatableText) -> Explanation:
    named: dict[Any, Any] = (
        dict(text.params) if isinstance(text.params, Mapping) else dict(enumerate(text.params or ()))
    )
    found = {name: explain(vendor, value) for name, value in named.items() if isinstance(value, str)}
    found = {name: shown for name, shown in found.items() if shown.original}
    if not found:
        return Explanation(text)
    filled = {**named, **{name: shown.line for name, shown in found.items()}}
    params = filled if isinstance(text.params, Mapping) else list(filled.values())
    made = render({"msgid": text.msgid, "params": serialize(params), "text": str(text)})
    originals = dict.fromkeys(shown.original for shown in found.values())
    return Explanation(made, original="\n".join(originals), known=next(iter(found.values())).known)


def _type_of(vendor: str) -> type[Vendor]:
    try:
        return vendor_type(vendor, Vendor)
    except UnknownVendor:  # rows outlive vendors
        return Vendor


@lru_cache(maxsize=4096)
def _find(vendor: type[Vendor], text: str, field: str) -> tuple[KnownError, Mapping[str, str]] | None:
    """Return the first entry that knows the error, the vendor's own before the common ones, with what it found."""
    for known in (*vendor.KNOWN_ERRORS, *COMMON_ERRORS):
        groups = known.match(text, field=field)
        if groups is not None:
            return known, groups
    return None
