"""Errors of vendors that we know, as data: how each is recognised, and what is shown of it in the reader's language.

A vendor's own are in its package (`known_errors.py`, named by the adapter's `KNOWN_ERRORS`), what any vendor may answer
in `common_errors.py`; `explaining.py` finds them. They are for people only: whether something is sent again is decided
by the class of an error (`errors.py`), never by these.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

# What a text may have put in beside the named groups of its patterns.
GIVEN = frozenset({"vendor", "field"})
# A group that holds the vendor's own words where our text stands around them.
OWN_WORDS = "own"
_PLACEHOLDER = re.compile(r"%\((\w+)\)s|%%|(%)")


@dataclass(frozen=True, kw_only=True)
class KnownError:
    """One error. `pattern` matches the whole text, `field` the whole name of the field where one is given, in any case.

    `text` and `remedy` are sources for gettext; %(vendor)s, %(field)s and the named groups of both patterns stand in
    them. Each of `examples` is a text as the vendor sends it, or a field and such a text.
    """

    pattern: str
    text: str
    examples: tuple[str | tuple[str, str], ...]
    remedy: str = ""
    field: str = ""
    # Whether the very same may be accepted later. People are shown it; nothing is sent again because of it.
    is_retryable: bool = False
    # It says only that something is wrong; what it is stands in the errors by field.
    is_general: bool = False
    # The text was written by our own transport, not by the vendor.
    is_ours: bool = False

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], re.Pattern[str] | None]:
        flags = re.IGNORECASE | re.DOTALL
        return re.compile(self.pattern, flags), re.compile(self.field, flags) if self.field else None

    def match(self, text: str, *, field: str = "") -> Mapping[str, str] | None:
        """Return what the patterns found by name, None when it is another error."""
        of_text, of_field = self._patterns
        found = of_text.fullmatch(text)
        named = of_field.fullmatch(field) if of_field else None
        if found is None or (of_field and named is None):
            return None
        groups = found.groupdict() | (named.groupdict() if named else {})
        return {name: value or "" for name, value in groups.items()}

    def find_faults(self) -> Iterator[str]:
        """Yield what is wrong with the entry itself."""
        try:
            of_text, of_field = self._patterns
        except re.error as error:
            yield f"no regular expression: {error}"
            return
        known = GIVEN | set(of_text.groupindex) | set(of_field.groupindex if of_field else ())
        for name, stray in _PLACEHOLDER.findall(self.text + self.remedy):
            if stray or (name and name not in known):
                yield f"nothing to put in for %({name})s" if name else "a lone %"
        if not self.text or not self.examples:
            yield "a text and an example are needed"
        for example in self.examples:
            field, text = ("", example) if isinstance(example, str) else example
            if self.match(text, field=field) is None:
                yield f"does not match its example {text!r}"
