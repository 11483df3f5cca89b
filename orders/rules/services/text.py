"""How rules compare text: without letter case, with accents."""

from functools import lru_cache
from unicodedata import normalize


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """É equals é however either was typed, but not e; STRASSE equals straße. Spaces around do not count."""
    return normalize("NFC", normalize("NFC", text).casefold()).strip()
