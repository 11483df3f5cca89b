"""Countries as people write them: by code, or by their English or German name."""

import gettext
from functools import cache

import pycountry

from backoffice.text.regions import country_code

_LANGUAGES = ("de",)
# Names that ISO has in another form.
_USUAL = {
    "usa": "US", "united states of america": "US", "great britain": "GB", "england": "GB", "großbritannien": "GB",
    "holland": "NL", "czech republic": "CZ", "tschechische republik": "CZ", "the netherlands": "NL", "russia": "RU",
    "south korea": "KR", "taiwan": "TW", "vietnam": "VN", "brd": "DE",
}  # fmt: skip


def find_country(text: str) -> str:
    """Return the two letters of the country; the text itself where it names none, for the pre-flight to say so."""
    return country_code(text) or _names().get(text.strip().casefold()) or text.strip()


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    catalogues = [
        gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language], fallback=True)
        for language in _LANGUAGES
    ]
    for country in pycountry.countries:
        own = [getattr(country, name, "") for name in ("name", "official_name", "common_name")]
        for name in filter(None, own):
            names.setdefault(name.casefold(), country.alpha_2)
            for catalogue in catalogues:
                names.setdefault(catalogue.gettext(name).casefold(), country.alpha_2)
    return names | _USUAL
