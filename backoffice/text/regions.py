"""Codes of countries and states by ISO 3166, however they were written.

Kept, sent to every vendor and compared by rules are the two letters of ISO 3166-1 in capitals, and the part of
ISO 3166-2 behind the country ("NY" of "US-NY"). What is no code is not guessed at.
"""

import gettext
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache

import pycountry
from django.utils.translation import get_language

# Not of ISO, and in use nonetheless: Kosovo as the EU and carriers write it; what people write for the United Kingdom
# (which ISO keeps free for it), and the EU for Greece.
_BESIDES = {"XK": "XK", "XKX": "XK", "UK": "GB", "EL": "GR"}
# Post offices of the military: states to the postal service of the US, not to ISO.
MILITARY = {"AA": "Armed Forces Americas", "AE": "Armed Forces Europe", "AP": "Armed Forces Pacific"}

# Longer ones are names.
LONGEST_STATE = 3


def country_code(text: str) -> str | None:
    """Return the two letters of the country that a code of two or three letters names; None for no country."""
    return _countries().get(text.strip().upper())


def state_code(text: str, *, country: str) -> str | None:
    """Return the code of the state within its country: "ny", "US-NY" and "New York" are "NY"; None for no state.

    `country` is a code of two letters. A name that two of its states share names none.
    """
    return _states(country).get(_fold(text))


def country_name(code: str, name: str) -> str:
    """Return what the country of the two letters is called in the reader's language: `name` is its English one."""
    language = (get_language() or "en").partition("-")[0]
    return name if language == "en" else _translated_name(code, language) or name


def named_countries(rows: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return codes and English names with the names in the reader's language, in the order of its alphabet."""
    named = [(code, country_name(code, name)) for code, name in rows]
    return sorted(named, key=lambda pair: _fold(pair[1]))


def address_codes(country: str, state: str) -> tuple[str, str]:
    """Return the codes of country and state as an address keeps them.

    What is none stays as it was written, short ones in capitals, for the pre-flight to name.
    """
    known = country_code(country)
    known_state = state_code(state, country=known) if known and state else None
    return known or country.upper(), known_state or (state.upper() if len(state) <= LONGEST_STATE else state)


def is_military(state: str, *, country: str) -> bool:
    """Return whether the state stands for a post office of the US military (APO, FPO, DPO)."""
    return country == "US" and state in MILITARY


@lru_cache(maxsize=1000)
def _translated_name(code: str, language: str) -> str:
    """Return the name by ISO 3166-1 in that language; empty where either is not known."""
    country = pycountry.countries.get(alpha_2=code)
    own = getattr(country, "common_name", None) or getattr(country, "name", "")
    return _country_catalogue(language).gettext(own) if own else ""


@cache
def _country_catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language], fallback=True)


@cache
def _countries() -> dict[str, str]:
    codes = {code: country.alpha_2 for country in pycountry.countries for code in (country.alpha_2, country.alpha_3)}
    return codes | _BESIDES


@lru_cache(maxsize=300)
def _states(country: str) -> dict[str, str]:
    """Return states by code and name. Codes win over names, and long codes are as good as short ones."""
    found = pycountry.subdivisions.get(country_code=country) or ()
    rows = [(row.code.partition("-")[2], _fold(row.name)) for row in found]
    if country == "US":
        rows += [(code, _fold(name)) for code, name in MILITARY.items()]
    names = Counter(name for _code, name in rows)
    by_name = {name: code for code, name in rows if names[name] == 1}
    by_code = {_fold(code): code for code, _name in rows}
    return by_name | by_code | {_fold(f"{country}-{code}"): code for code, _name in rows}


def _fold(text: str) -> str:
    """Return the text without case and accents: "Québec" is Quebec."""
    letters = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
