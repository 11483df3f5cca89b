"""Codes of countries and states by ISO 3166, however they were written.

Kept, sent to every vendor and compared by rules are the two letters of ISO 3166-1 in capitals, and the part of
ISO 3166-2 behind the country ("NY" of "US-NY"). What is no code is not guessed at.
"""

from functools import cache

import pycountry

# Not of ISO, and in use nonetheless: Kosovo as the EU and carriers write it; what people write for the United Kingdom
# (which ISO keeps free for it), and the EU for Greece.
_BESIDES = {"XK": "XK", "XKX": "XK", "UK": "GB", "EL": "GR"}
# Post offices of the military: states to the postal service of the US, not to ISO.
MILITARY = {"AA": "Armed Forces Americas", "AE": "Armed Forces Europe", "AP": "Armed Forces Pacific"}


def country_code(text: str) -> str | None:
    """Return the two letters of the country that a code of two or three letters names; None for no country."""
    return _countries().get(text.strip().upper())


def state_code(text: str, *, country: str) -> str | None:
    """Return the code of the state within its country: "ny", "US-NY" and "New York" are "NY"; None for no state.

    `country` is a code of two letters. A name that two of its states share names none.
    """
    return _states(country).get(text.strip().casefold())


def is_military(state: str, *, country: str) -> bool:
    """Return whether the state stands for a post office of the US military (APO, FPO, DPO)."""
    return country == "US" and state in MILITARY


@cache
def _countries() -> dict[str, str]:
    codes = {code: country.alpha_2 for country in pycountry.countries for code in (country.alpha_2, country.alpha_3)}
    return codes | _BESIDES


@cache
def _states(country: str) -> dict[str, str]:
    """Codes win over names, and long codes are as good as short ones."""
    rows = [(row.code.partition("-")[2], row.name) for row in pycountry.subdivisions.get(country_code=country) or ()]
    if country == "US":
        rows += MILITARY.items()
    names = [name.casefold() for _code, name in rows]
    by_name = {name.casefold(): code for code, name in rows if names.count(name.casefold()) == 1}
    by_code = {code.casefold(): code for code, _name in rows}
    return by_name | by_code | {f"{country}-{code}".casefold(): code for code, _name in rows}
