"""What a backup says of itself, in `manifest.json`.

`SHA256SUMS` is written last, so that a folder without one is no backup; `sha256sum --check SHA256SUMS` reads it too.
"""

import hashlib
from datetime import datetime
from pathlib import Path

import msgspec
from django.conf import settings

FORMAT = 1
MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
DATABASE = "database.dump"
FILES = "files.tar"
DIGESTS = "files.sha256"
PARTIAL = ".partial"


class BackupError(Exception):
    """What is asked for cannot be done, or not with this backup; the text says why, and what to do."""


class BackupPart(msgspec.Struct, frozen=True):
    """One file of a backup."""

    name: str
    size: int
    sha256: str


class KeyFingerprints(msgspec.Struct, frozen=True):
    """Fingerprints of the keys at that time, newest first: they tell keys apart and give none away."""

    encryption: list[str]
    # Whether some values can be opened with keys other than the newest one only.
    older_needed: bool
    secret: list[str]


class Manifest(msgspec.Struct, frozen=True):
    """All of a backup: `files` is None where it has none, since the store keeps them by itself."""

    format: int
    made_at: datetime
    release: str
    database: str
    server_version: int
    tool_version: int
    migrations: list[str]
    orders: int
    installation: str
    counter: int
    files: int | None
    keys: KeyFingerprints
    parts: list[BackupPart]


def read_manifest(folder: Path) -> Manifest:
    """Return what the backup says of itself. Raises BackupError for what is no whole backup."""
    if folder.name.endswith(PARTIAL):
        raise BackupError(f"{folder} was not finished: it is no backup.")
    try:
        sums, content = (folder / SUMS).read_text(), (folder / MANIFEST).read_bytes()
        manifest = msgspec.json.decode(content, type=Manifest)
    except FileNotFoundError as error:
        name = Path(str(error.filename)).name
        raise BackupError(f"{folder} has no {name}: it is no backup, or only a part of one.") from None
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise BackupError(f"{folder / MANIFEST} cannot be read: {error}") from error
    itself = BackupPart(MANIFEST, len(content), hashlib.sha256(content).hexdigest())
    if sums != sum_lines([itself, *manifest.parts]):
        raise BackupError(f"{folder / MANIFEST} or {SUMS} was changed or damaged: their digests differ.")
    if manifest.format != FORMAT:
        raise BackupError(f"{folder} has format {manifest.format}; this release reads {FORMAT}.")
    return manifest


def sum_lines(parts: list[BackupPart]) -> str:
    """Return the digests as `sha256sum` writes them."""
    return "".join(f"{part.sha256}  {part.name}\n" for part in parts)


def fingerprint(key: str) -> str:
    """Return what tells a key from others; keys are random, so nobody finds one by it."""
    return hashlib.sha256(b"backoffice backup key\0" + key.encode()).hexdigest()[:16]


def current_fingerprints() -> tuple[list[str], list[str]]:
    """Return those of ENCRYPTION_KEYS, and of SECRET_KEY with its fallbacks."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [*map(fingerprint, settings.ENCRYPTION_KEYS)], [*map(fingerprint, secrets)]
