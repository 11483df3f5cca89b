"""How what a customer quotes is spelt: one form for the many ways of writing a name, a number or a code.

Indexed and searched texts go through the same lines. The words are made here rather than by PostgreSQL's parser, which
reads "WEB-1001" as a word and a negative number.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

# PostgreSQL takes words of up to 2,046 bytes; nobody quotes longer ones than this.
LONGEST_WORD = 200
_PART = re.compile(r"[^\W_]+")
# From the first letter or digit to the last; in one pass, however many signs are between.
_CORE = re.compile(r"\w(?:.*\w)?", re.DOTALL)
_UMLAUTS = re.compile("([aou])e")
# What a street may end with, and what is left of it where it is abbreviated.
_STREETS = {"strasse": "str", "street": "st", "avenue": "ave", "road": "rd"}

# Shorter ones are no telephone numbers, and longer ones are none either (E.164 allows 15 digits).
SHORTEST_PHONE, LONGEST_PHONE = 6, 20
# Digits with the signs that stand between those of telephone numbers, and in no word: "+49 (0)30 / 1000-004".
_PHONE = re.compile(r"(?<![\w.@-])(?:\+\s?|\()?\d(?:[\s()/.–-]{0,3}\d)+(?![\w@-])")
# Digits of the area code that people leave out.
_AREA_CODES = (2, 3, 4)
# Country codes of one and of two digits; all others have three (ITU E.164).
_SHORT_CODES = {
    *("1", "7"),
    *("20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49"),
    *("51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66"),
    *("81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98"),
}
# With its country code, but without a sign of it, a number has at least so many digits.
_WITH_COUNTRY = 10

SHORTEST_NAME, LONGEST_NAME = 4, 24


def fold(text: str) -> str:
    """Return the text without case and accents: "Größer" as "grosser"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter) and letter != "\0")


def words_of(text: str) -> list[str]:
    """Return the words, folded and without the signs around them: "(Größer)," is "grosser"."""
    return [core[0][:LONGEST_WORD] for word in fold(text).split() if (core := _CORE.search(word))]


def spell(text: str) -> Iterator[str]:
    """Yield what an order is found by that has the text: each word whole, in its parts, and in its other spellings."""
    for word in words_of(text):
        parts = _PART.findall(word)
        yield word
        yield from parts
        yield from (other for one in parts if (other := without_umlauts(one)) != one)
        if len(parts) > 1 and "@" not in word:
            yield join(word)


def spellings_of(word: str) -> list[str]:
    """Return the beginnings of which one is looked for when somebody types the word, as `words_of` gives it."""
    spellings = [word, without_umlauts(word)]
    spellings += [word.removesuffix(full) + short for full, short in _STREETS.items() if word.endswith(full)]
    if "@" not in word:
        spellings.append(join(word))
    return list(dict.fromkeys(filter(None, spellings)))


def join(text: str) -> str:
    """Return letters and digits alone: "WEB-100123" and "WEB 100123" as "web100123"."""
    return "".join(_PART.findall(text))[:LONGEST_WORD]


def without_umlauts(word: str) -> str:
    """Return the word with "ue" for "ü" undone: "Mueller" and "Müller" have "muller" in common."""
    return _UMLAUTS.sub(r"\1", word)


def spell_phone(phone: str) -> Iterator[str]:
    """Yield what a telephone number is found by: its digits, with and without country code and area code."""
    digits = re.sub(r"\D", "", phone)
    if not SHORTEST_PHONE <= len(digits) <= LONGEST_PHONE:
        yield from words_of(phone)
        return
    yield digits
    for number in _national_numbers(phone):
        yield number
        yield from (number[cut:] for cut in _AREA_CODES if len(number) - cut >= SHORTEST_PHONE)


def find_phones(text: str) -> Iterator[re.Match[str]]:
    """Yield the parts of a folded text that may be telephone numbers, or codes of digits in groups."""
    for found in _PHONE.finditer(text):
        if sum(map(str.isdigit, found[0])) >= SHORTEST_PHONE:
            yield found


def spellings_of_phone(phone: str) -> list[str]:
    """Return the beginnings of which one is looked for when somebody types the number, or another code of digits."""
    digits = re.sub(r"\D", "", phone)[:LONGEST_WORD]
    return list(dict.fromkeys([digits, *_national_numbers(phone)]))


def name_words(texts: Iterable[str]) -> set[str]:
    """Return the words of names in which a slip is looked for: of letters only, neither short nor endless."""
    parts = (part for text in texts for word in words_of(text) for part in _PART.findall(word))
    return {part for part in parts if is_name(part)}


def is_name(word: str) -> bool:
    """Return whether a slip is looked for in the word."""
    return word.isalpha() and SHORTEST_NAME <= len(word) <= LONGEST_NAME


def without_a_letter(word: str) -> list[str]:
    """Return the word, and all that is left of it without one letter: two words have one of these in common where a
    letter was left out, added, mistaken or exchanged with its neighbour.
    """
    return sorted({word, *(word[:place] + word[place + 1 :] for place in range(len(word)))})


def is_slip(typed: str, word: str) -> bool:
    """Return whether one letter left out, added, mistaken, or exchanged with its neighbour makes `word` of `typed`."""
    shared = next((place for place, (a, b) in enumerate(zip(typed, word, strict=False)) if a != b), None)
    if shared is None:
        return abs(len(typed) - len(word)) == 1
    rest, other = typed[shared:], word[shared:]
    swapped = rest[1::-1] + rest[2:] == other
    return swapped or rest[1:] == other[1:] or rest[1:] == other or rest == other[1:]


def _national_numbers(phone: str) -> list[str]:
    """Return the number without country code and zero before the area code; two where it may be either way."""
    plain = re.sub(r"\(\s*0\s*\)", "", phone).strip(" (")
    digits = re.sub(r"\D", "", plain)
    if plain.startswith("+") or digits.startswith("00"):
        numbers = [_without_country(digits.lstrip("0"))]
    elif digits.startswith("0"):
        numbers = [digits.lstrip("0")]
    else:
        numbers = [digits, _without_country(digits)] if len(digits) >= _WITH_COUNTRY else [digits]
    return [number for number in numbers if number]


def _without_country(digits: str) -> str:
    length = next((size for size in (1, 2) if digits[:size] in _SHORT_CODES), 3)
    return digits[length:].lstrip("0")
