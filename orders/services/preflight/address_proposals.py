"""What fits where an address does not: words in their usual abbreviation, a street divided into street and care of, a
company into company and department. Nothing is ever cut or left out: where that is not enough, there is no proposal.
"""

import re
from collections.abc import Callable, Iterable, Mapping

from orders.models import Address
from orders.services.preflight.address_checks import split_street

# Word -> abbreviation, by the countries in which it is usual; the case of the first letter stays.
_STREETS: tuple[tuple[frozenset[str], dict[str, str]], ...] = (
    (
        frozenset({"DE", "AT", "CH", "LI", "LU"}),
        {"straße": "str.", "strasse": "str.", "platz": "pl.", "gebäude": "Geb.", "bürgermeister": "bgm.",
         "oberbürgermeister": "obgm.", "professor": "prof.", "doktor": "dr.", "sankt": "st."},
    ),
    (
        frozenset({"GB", "IE", "US", "CA", "AU", "NZ"}),
        {"street": "St", "road": "Rd", "avenue": "Ave", "boulevard": "Blvd", "drive": "Dr", "lane": "Ln",
         "court": "Ct", "square": "Sq", "place": "Pl", "terrace": "Ter", "highway": "Hwy", "parkway": "Pkwy",
         "apartment": "Apt", "building": "Bldg", "floor": "Fl", "suite": "Ste", "north": "N", "south": "S",
         "east": "E", "west": "W"},
    ),
    (
        frozenset({"FR", "BE", "LU", "MC", "CH"}),
        {"avenue": "av.", "boulevard": "bd", "place": "pl.", "faubourg": "fg", "chemin": "ch.", "résidence": "rés.",
         "bâtiment": "bât.", "appartement": "app."},
    ),
    (frozenset({"NL", "BE"}), {"straat": "str.", "plein": "pl."}),
    (frozenset({"ES"}), {"avenida": "av.", "calle": "c/", "plaza": "pza.", "paseo": "p.º"}),
    (frozenset({"IT", "CH"}), {"piazza": "p.za", "viale": "v.le", "corso": "c.so"}),
    (frozenset({"PL"}), {"ulica": "ul.", "aleja": "al.", "plac": "pl.", "osiedle": "os."}),
)  # fmt: skip
# Words that stand at the end of others: Hauptstraße, Kerkstraat, Marktplatz.
_ENDINGS = frozenset({"straße", "strasse", "platz", "straat", "plein"})
_COMPANIES = {
    "gesellschaft mit beschränkter haftung": "GmbH", "aktiengesellschaft": "AG",
    "kommanditgesellschaft": "KG", "offene handelsgesellschaft": "OHG", "eingetragener verein": "e. V.",
    "incorporated": "Inc.", "corporation": "Corp.", "limited": "Ltd", "company": "Co.", "und": "&", "and": "&",
    "brothers": "Bros.", "gebrüder": "Gebr.",
}  # fmt: skip


def propose_address(address: Address, *, limits: Mapping[str, int]) -> dict[str, str]:
    """Return new values of fields, by name, with which the address fits; empty where none is needed or none is known.

    `limits` are the most characters by field, as its vendors take them.
    """
    country = address.country_code.upper()
    street = _fit(address, "street", "care_of", limits, lambda text: abbreviate_street(text, country=country))
    return {**street, **_fit(address, "company", "department", limits, abbreviate_company)}


def abbreviate_street(street: str, *, country: str) -> str:
    """Return the street with its words in the abbreviation that is usual in that country."""
    for countries, words in _STREETS:
        if country in countries:
            street = _abbreviate(street, words)
    return street


def abbreviate_company(company: str) -> str:
    """Return the name with the form of the company abbreviated, and "&"."""
    return _abbreviate(company, _COMPANIES)


def _fit(
    address: Address, name: str, beside: str, limits: Mapping[str, int], abbreviate: Callable[[str], str]
) -> dict[str, str]:
    """Return the field abbreviated where that is enough, else divided between itself and the one beside it."""
    text, limit = getattr(address, name), limits.get(name)
    if limit is None or len(text) <= limit:
        return {}
    short = abbreviate(text)
    if len(short) <= limit:
        return {name: short}
    if getattr(address, beside):
        return {}  # what stands there already would have to go
    parts = _first(split_street(one, limit=limit, second_limit=limits.get(beside, limit)) for one in (text, short))
    return {name: parts[0], beside: parts[1]} if parts else {}


def _first(found: Iterable[tuple[str, str] | None]) -> tuple[str, str] | None:
    return next((one for one in found if one is not None), None)


def _abbreviate(text: str, words: Mapping[str, str]) -> str:
    longest_first = sorted(words, key=len, reverse=True)
    pattern = "|".join(("" if word in _ENDINGS else r"\b") + re.escape(word) + r"\b" for word in longest_first)
    return re.sub(pattern, lambda match: _in_case(match[0], words[match[0].lower()]), text, flags=re.IGNORECASE)


def _in_case(word: str, short: str) -> str:
    """Return the abbreviation, beginning as the word does."""
    return short[0].upper() + short[1:] if word[0].isupper() else short
