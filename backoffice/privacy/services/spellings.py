"""A person's words in whatever spelling a text may have them: as they are, in JSON, in an address, in HTML."""

import html
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

from backoffice.privacy.person import SHORTEST_WORD, DataSubject, last_digits

# Stands where a person stood; plain letters, so that it is whole in JSON, HTML and addresses.
ERASED = "[erased]"
# Stands in a copy where somebody else stood.
WITHHELD = "[withheld]"
_FEWEST_DIGITS, _MOST_COMPARED = 6, 9
_APART = r"[ /().-]{0,3}"
_NOTHING = r"(?!)"


def spell(word: str) -> set[str]:
    """Return the word as texts, JSON, addresses and HTML spell it."""
    as_json = json.dumps(word)[1:-1]
    found = {
        word,
        as_json,
        json.dumps(word, ensure_ascii=False)[1:-1],
        quote(word),
        quote_plus(word),
        quote(word, safe=""),
    }
    found |= {html.escape(word), as_json.replace("\\", "\\\\"), as_json.replace("/", "\\/")}
    return found | {one for one in map(str.upper, found) if "%" not in one and "\\" not in one and "&" not in one}


def escape(text: str) -> str:
    """Return it as a pattern that means nothing but itself, to Python and to PostgreSQL."""
    return "".join(one if one.isalnum() or not one.isascii() else f"\\{one}" for one in text)


def phone_pattern(phone: str) -> str:
    """Return the pattern for the telephone number in groups of any kind, with or without its country; or nothing."""
    digits = "".join(filter(str.isdigit, phone)).lstrip("0")
    if len(digits) < _FEWEST_DIGITS:
        return ""
    return r"[+0-9()]{0,6}[ /.-]{0,2}" + _APART.join(digits[-_MOST_COMPARED:])


def pattern_of(words: Iterable[str], phones: Iterable[str]) -> str:
    """Return the pattern for any of them, longest first; empty when there is none."""
    spelt = sorted({one for word in words for one in spell(word)}, key=lambda one: (-len(one), one))
    return "|".join([*map(escape, spelt), *filter(None, map(phone_pattern, sorted(phones)))])


def _without(words: set[str], spared: set[str]) -> set[str]:
    return {word for word in words if word.strip().casefold() not in spared}


class Scrubber:
    """Takes the words of a person out of values: in their own rows more of them than in those of others.

    `sparing`: somebody whose words stay, those too that both have, such as a last name.
    """

    def __init__(self, person: DataSubject, *, sparing: DataSubject | None = None, mark: str = ERASED) -> None:
        spared = sparing.known_words() if sparing else set()
        phones = {phone for phone in person.phones if last_digits(phone) not in spared}
        certain = pattern_of(_without(person.certain_words(), spared), phones)
        whole = pattern_of(_without(person.own_words(), spared), ())
        kept = pattern_of({word for word in spared if len(word) >= SHORTEST_WORD}, ())
        # What is theirs as a whole, such as an e-mail whose domain is a name, is passed over.
        self._kept = re.compile(rf"(?<!\w)(?:{kept})(?!\w)" if kept else _NOTHING, re.IGNORECASE)
        self._mark = mark
        self.certain = certain
        own = "|".join(filter(None, [certain, rf"(?<!\w)(?:{whole})(?!\w)" if whole else ""]))
        self._certain = re.compile(certain or _NOTHING, re.IGNORECASE)
        self._own = re.compile(own or _NOTHING, re.IGNORECASE)

    def names(self, text: str) -> bool:
        """Return whether the text names the person, wherever it stands."""
        return bool(self._certain.search(text))

    def scrub(self, value: Any) -> Any:
        """Return the value without the person: a text, bytes, or whatever JSON and arrays are made of."""
        if isinstance(value, bytes | memoryview):
            return self._scrub_bytes(bytes(value))
        if isinstance(value, dict):
            return {self.scrub(key): self.scrub(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.scrub(one) for one in value]
        return self._scrub_text(value) if isinstance(value, str) else value

    def _scrub_text(self, text: str) -> str:
        text, done, end = self._certain.sub(self._mark, text), [], 0
        for kept in self._kept.finditer(text):
            done += [self._own.sub(self._mark, text[end : kept.start()]), kept[0]]
            end = kept.end()
        return "".join([*done, self._own.sub(self._mark, text[end:])])

    def _scrub_bytes(self, value: bytes) -> bytes:
        text = value.decode("utf-8", "surrogateescape")
        return self._scrub_text(text).encode("utf-8", "surrogateescape")
