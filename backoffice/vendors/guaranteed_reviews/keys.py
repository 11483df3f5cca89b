"""The keys of the settings: which shop and language each belongs to. A key itself is in no message and no `repr`.

`SHOP=site/language/secret` is for orders of that shop in the key's own language. Only where the merchant says so
another language uses it: `SHOP/nl=site/de/secret` for one, `SHOP/*=site/de/secret` for all without a key of their own.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings as all_settings

_LANGUAGE = re.compile(r"[a-z]{2}")
ANY = "*"
SHORTEST = 6  # characters; anything shorter could not be hidden in a record without harm


@dataclass(frozen=True)
class Key:
    """One key. `name` is what others may see and store, `SHOP/language`; for a public one perhaps only `SHOP`."""

    name: str
    shop: str
    language: str
    text: str = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no record may contain: the key, and its secret part where that is long enough to be told apart."""
        last = self.text.rsplit("/", 1)[-1]
        return (self.text, last) if last != self.text and len(last) >= 8 else (self.text,)


class BadEntry(ValueError):
    """An entry of the settings that cannot be used; the text names it without its key."""


def private_keys(settings: Any = all_settings) -> dict[str, Key]:
    """Return the usable private keys by name; entries that cannot be used are left out (see `find_faults`)."""
    return _read_all("GUARANTEED_REVIEWS_KEYS", settings, private=True)[0]


def public_keys(settings: Any = all_settings) -> dict[str, Key]:
    """Return the usable public keys by name."""
    return _read_all("GUARANTEED_REVIEWS_PUBLIC_KEYS", settings, private=False)[0]


def every_secret(settings: Any = all_settings) -> tuple[str, ...]:
    """Return the secrets of all keys: whichever the vendor may repeat, none is kept."""
    keys = (*private_keys(settings).values(), *public_keys(settings).values())
    return tuple({secret for key in keys for secret in key.secrets})


def group_of(shop: str, language: str, settings: Any = all_settings) -> str | None:
    """Return the name of the key for orders of that shop in that language; None where there is none."""
    keys = private_keys(settings)
    names = (f"{shop.upper()}/{language.lower()}", f"{shop.upper()}/{ANY}")
    return next((name for name in names if name in keys), None)


def find_faults(settings: Any = all_settings) -> list[str]:
    """Return what is wrong with the entries of the settings, without any key."""
    private, public = ("GUARANTEED_REVIEWS_KEYS", True), ("GUARANTEED_REVIEWS_PUBLIC_KEYS", False)
    return [
        fault for name, is_private in (private, public) for fault in _read_all(name, settings, private=is_private)[1]
    ]


def _read_all(setting: str, settings: Any, *, private: bool) -> tuple[dict[str, Key], list[str]]:
    """Return the usable keys of a setting by name, and what is wrong with its other entries."""
    keys: dict[str, Key] = {}
    faults = []
    for number, entry in enumerate(getattr(settings, setting), 1):
        try:
            key = _read(entry, private=private)
        except BadEntry as error:
            faults.append(f"{setting}, entry {number}: {error}")
            continue
        if key.name in keys:
            faults.append(f"{setting}, entry {number}: {key.name} has a key already; this one is not used.")
        keys.setdefault(key.name, key)
    return keys, faults


def _read(entry: str, *, private: bool) -> Key:
    """Parse an entry. Raises BadEntry."""
    owner, equals, text = (part.strip() for part in entry.partition("="))
    if not equals or not owner or not text:
        # What stands there may be a bare key.
        raise BadEntry("it should read SHOP=key.")
    shop, slash, asked = owner.partition("/")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,8}", shop):
        raise BadEntry("before the = stands no shop's code.")
    shop, asked = shop.upper(), asked.lower()
    if slash and asked != ANY and not _LANGUAGE.fullmatch(asked):
        raise BadEntry(f"{shop}: the language after the / has to be two letters, or *.")
    if re.search(r"\s", text) or not text.isascii():
        raise BadEntry(f"{shop}: the key contains a space or a letter that no key has.")
    own = _language_of(text)
    if len(text) < SHORTEST:
        raise BadEntry(f"{shop}: the key is too short to be one.")
    if private and own is None and not asked:
        raise BadEntry(f"{shop}: the key should read site/language/secret; else name its language, {shop}/de=key.")
    language = asked or own or ""
    return Key(name=f"{shop}/{language}" if language else shop, shop=shop, language=language, text=text)


def _language_of(text: str) -> str | None:
    """Return the second part of `site/language/secret`; None where the key is not made so."""
    site, _slash, rest = text.partition("/")
    language, _slash, secret = rest.partition("/")
    return language.lower() if site and secret and _LANGUAGE.fullmatch(language.lower()) else None
