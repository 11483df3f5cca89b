"""How rules compare text: without letter case, with accents."""

from functools import lru_cache
from unicodedata import normalize


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Fold case and composition: STRASSE equals straße; é equals É, but not e. Spaces around do not count."""
    return normalize("NFC", normalize("NFC", text).casefold()).strip()
