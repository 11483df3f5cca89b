"""The list of erasures that is kept outside of the database, so that an older one that is restored erases again.

It lies among the files, and beside the backups: hashes of numbers and e-mails under a key that is sealed with
ENCRYPTION_KEYS. Nobody who finds it knows who was erased.
"""

from datetime import datetime
from pathlib import Path

import msgspec
from django.db import connection, transaction

from backoffice.engine.services.files import keep_file, read_file
from backoffice.model_fields import open_text, seal_text
from backoffice.privacy.models.request import ERASURES
from backoffice.privacy.services.hashing import hash_key

PLACE = ERASURES
BESIDE_BACKUPS = "erasures.json"


class Erasure(msgspec.Struct, frozen=True):
    """One person who was erased: the request, when, and the hashes of their orders' numbers and of their e-mails."""

    request: str
    at: datetime
    references: list[str]
    emails: list[str]


class ErasureList(msgspec.Struct):
    """All that were erased, and the sealed key of the hashes."""

    key: str
    erasures: list[Erasure]


def note_outside(erasure: Erasure) -> None:
    """Add it to the list among the files. Raises StoreAway: then nothing may be erased yet."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('privacy.erasures'))")
        known = [one for one in _read(read_file(PLACE)).erasures if one.request != erasure.request]
        keep_file(msgspec.json.encode(ErasureList(seal_text(hash_key()), [*known, erasure])), path=PLACE)


def copy_beside(target: Path) -> None:
    """Write the list beside the backups, joined with what stands there. Nothing without erasures."""
    lists = [one for one in (_read(read_file(PLACE)), _read_beside(target)) if one.erasures]
    if lists:
        place, joined = target / BESIDE_BACKUPS, _join(lists)
        part = place.with_suffix(".part")
        part.touch(mode=0o600)
        part.write_bytes(msgspec.json.encode(joined))
        part.replace(place)


def erasures_outside() -> ErasureList:
    """Return all that are known among the files."""
    return _read(read_file(PLACE))


def take_over(backup: Path) -> None:
    """Join the list beside the backup with the one among the files, which may have been lost with its machine."""
    lists = [one for one in (_read(read_file(PLACE)), _read_beside(backup.parent)) if one.erasures]
    if lists:
        keep_file(msgspec.json.encode(_join(lists)), path=PLACE)


def opened_key(found: ErasureList) -> str:
    """Return the key of its hashes. Raises KeyMissing where ENCRYPTION_KEYS no longer has what sealed it."""
    return open_text(found.key)


def _join(lists: list[ErasureList]) -> ErasureList:
    known = {one.request: one for part in lists for one in part.erasures}
    return ErasureList(next((part.key for part in lists if part.key), ""), list(known.values()))


def _read_beside(folder: Path) -> ErasureList:
    try:
        return _read((folder / BESIDE_BACKUPS).read_bytes())
    except FileNotFoundError:
        return _read(None)


def _read(content: bytes | None) -> ErasureList:
    return msgspec.json.decode(content, type=ErasureList) if content else ErasureList("", [])
