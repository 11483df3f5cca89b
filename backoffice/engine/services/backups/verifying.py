"""A backup read back: every byte is compared with its digest, and both archives are walked through."""

import subprocess
from pathlib import Path

from django.db.migrations.loader import MigrationLoader

from backoffice.engine.services.backups.archive import digest_of, read_files
from backoffice.engine.services.backups.manifest import (
    DATABASE,
    DIGESTS,
    FILES,
    BackupError,
    Manifest,
    current_fingerprints,
    read_manifest,
)  # fmt: skip
from backoffice.engine.services.backups.postgres_tools import Tools, find_tools


def verify_backup(folder: Path) -> Manifest:
    """Return what the backup says of itself, once all of it was read. Raises BackupError for one that is not whole."""
    manifest = read_manifest(folder)
    for part in manifest.parts:
        path = folder / part.name
        if not path.is_file():
            raise BackupError(f"{path} is missing.")
        if path.stat().st_size != part.size:
            raise BackupError(f"{path} has {path.stat().st_size} bytes instead of {part.size}.")
        with path.open("rb") as file:
            if digest_of(file) != part.sha256:
                raise BackupError(f"{path} was changed or damaged: its digest is not the one of the manifest.")
    _read_dump(folder / DATABASE, tools=find_tools(at_least=manifest.tool_version))
    if manifest.files is not None:
        _compare_files(folder, count=manifest.files)
    return manifest


def require_keys(manifest: Manifest) -> None:
    """Raise BackupError unless what is sealed in the backup can be opened with the keys of today."""
    needed = manifest.keys.encryption if manifest.keys.older_needed else manifest.keys.encryption[:1]
    missing = set(needed) - set(current_fingerprints()[0])
    if missing:
        raise BackupError(
            f"ENCRYPTION_KEYS lacks {len(missing)} of the keys with which this backup was sealed (fingerprint "
            f"{', '.join(sorted(missing))}): credentials of vendors, webhooks and shops could not be read after a "
            "restore. Put the keys of that time at the end of ENCRYPTION_KEYS, then run this again."
        )


def other_secret_key(manifest: Manifest) -> str:
    """Return what will not work with the SECRET_KEY of today; empty where it is one of that time."""
    if manifest.keys.secret[0] in current_fingerprints()[1]:
        return ""
    return (
        "SECRET_KEY is another one than at the backup: links to print files and labels that vendors hold, and all "
        "sessions, are void. Put the key of that time into SECRET_KEY_FALLBACKS to keep them."
    )


def require_known_migrations(manifest: Manifest) -> None:
    """Raise BackupError for a backup of a newer release than this one."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    known = {f"{app}.{name}" for app, name in loader.disk_migrations}
    known |= {f"{app}.{name}" for found in loader.disk_migrations.values() for app, name in found.replaces}
    ours = {app for app, _name in loader.disk_migrations}
    newer = [name for name in manifest.migrations if name not in known and name.partition(".")[0] in ours]
    if newer:
        raise BackupError(
            f"The backup is of a newer release ({manifest.release}): this one does not know its migration {newer[0]}. "
            "Restore it with that release."
        )


def _read_dump(path: Path, *, tools: Tools) -> None:
    done = subprocess.run(tools.command("pg_restore", "--list", str(path)), capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(f"pg_restore cannot read {path}: {done.stderr.strip()}")


def _compare_files(folder: Path, *, count: int) -> None:
    """Compare each file with its line among the digests."""
    seen = 0
    with (folder / DIGESTS).open(encoding="utf-8") as lines:
        for (name, content), line in zip(read_files(folder / FILES), lines, strict=False):
            if line != f"{digest_of(content)}  {name}\n":
                raise BackupError(f"{name} in {folder / FILES} is not what {DIGESTS} says.")
            seen += 1
    if seen != count:
        raise BackupError(f"{folder / FILES} has {seen} files instead of {count}.")
