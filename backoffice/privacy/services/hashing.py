"""Words that are kept so that they are recognised and not known: by a keyed hash, whose key is made once."""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from functools import cache

from backoffice.privacy.models import ErasedWord, HashKey

# So that an address for e-mail may stand where one stood, and is none.
_DOMAIN = "@erased.invalid"


@cache
def hash_key() -> str:
    """Return the key of this installation, made with its tables; read once by a process."""
    row = HashKey.objects.first() or HashKey.objects.get_or_create(pk=1, defaults={"key": secrets.token_hex(32)})[0]
    return str(row.key)


def hash_word(word: str, *, key: str = "") -> str:
    """Return the hash of a word, whatever its letters' case."""
    folded = word.strip().casefold().encode()
    return hmac.new((key or hash_key()).encode(), folded, hashlib.sha256).hexdigest()


def hash_email(email: str) -> str:
    """Return what stands in place of an e-mail that has to be recognised and must not be known."""
    return hash_word(email)[:48] + _DOMAIN


def is_hashed(email: str) -> bool:
    return email.endswith(_DOMAIN)


def note_erased(words: Collection[str]) -> None:
    """Keep the hashes of these words."""
    ErasedWord.objects.bulk_create([ErasedWord(hash=hash_word(word)) for word in words if word], ignore_conflicts=True)


def erased_among(words: Collection[str]) -> set[str]:
    """Return those of the words that belong to somebody who was erased. One query, none without words."""
    key = hash_key() if any(words) else ""
    hashes = {hash_word(word, key=key): word for word in words if word}
    found = ErasedWord.objects.filter(hash__in=hashes).values_list("hash", flat=True) if hashes else ()
    return {hashes[one] for one in found}
