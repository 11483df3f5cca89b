"""A backup made: first the database, then the files, so that each file which a row names is in it.

It grows in a folder with another name, which becomes the backup's when all is on the disk: a run that was killed, or
met a full disk, leaves nothing that looks like one.
"""

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.functions import Now

from backoffice.engine.models import Heartbeat
from backoffice.engine.services.backups import postgres_tools
from backoffice.engine.services.backups.archive import DigestFile, copy, write_files
from backoffice.engine.services.backups.manifest import (
    DATABASE,
    DIGESTS,
    FILES,
    FORMAT,
    MANIFEST,
    PARTIAL,
    SUMS,
    BackupError,
    BackupPart,
    KeyFingerprints,
    Manifest,
    current_fingerprints,
    sum_lines,
)  # fmt: skip
from backoffice.engine.services.epoch import read_epoch
from backoffice.engine.services.resealing import count_seals, sealed_columns
from backoffice.files.stores.base import FileStore

HEARTBEAT = "backup"
# Called with the folder that takes backups when a new one is in it.
after_backup: list[Callable[[Path], None]] = []
_NAME = re.compile(r"backoffice-[0-9]{8}T[0-9]{6}Z")
_FORGOTTEN_SECONDS = 24 * 3600
_LOCK_WAIT_MS = 60_000


def make_backup(target: Path, *, with_files: bool = True) -> Path:
    """Return the folder of a new backup below `target`. Raises BackupError; then nothing is left of it."""
    postgres_tools.require_direct()
    tools = postgres_tools.find_tools(at_least=postgres_tools.server_version())
    read_epoch()  # made on first use, and to be in the dump
    place = target / f"backoffice-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    try:
        with _growing(place) as folder:
            facts, database = _dump(folder / DATABASE, tools=tools)
            count, parts = _keep_files(folder) if with_files else (None, [])
            manifest = Manifest(**facts, files=count, parts=[database, *parts])
            with DigestFile(folder / MANIFEST) as file:
                file.write(msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
            with DigestFile(folder / SUMS) as sums:
                sums.write(sum_lines([file.part(), *manifest.parts]).encode())
    except OSError as error:
        raise BackupError(f"The backup could not be written: {error}") from error
    for follow in after_backup:
        follow(target)
    Heartbeat.objects.update_or_create(name=HEARTBEAT, defaults={"at": Now()})
    return place


def whole_backups(target: Path) -> list[Path]:
    """Return the finished backups below the folder, newest first."""
    found = (path for path in target.iterdir() if _NAME.fullmatch(path.name) and (path / SUMS).exists())
    return sorted(found, reverse=True)


def drop_old(target: Path, *, keep: int) -> list[Path]:
    """Delete all but the newest so many backups below the folder; return those that are gone."""
    old = whole_backups(target)[keep:]
    for path in old:
        # A deletion that is interrupted must leave nothing either that looks like a backup.
        going = path.with_name(path.name + PARTIAL)
        path.rename(going)
        shutil.rmtree(going)
    return old


@contextmanager
def _growing(place: Path) -> Iterator[Path]:
    """Give the folder in which a backup grows; it is renamed to its place in the end, or is gone."""
    place.parent.mkdir(parents=True, exist_ok=True)
    _clear_forgotten(place.parent)
    folder = Path(tempfile.mkdtemp(prefix=f"{place.name}-", suffix=PARTIAL, dir=place.parent))
    try:
        yield folder
        _sync(folder)
        if place.exists():
            raise BackupError(f"{place} is there already.")
        folder.rename(place)
        _sync(place.parent)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clear_forgotten(target: Path) -> None:
    for path in target.glob(f"backoffice-*{PARTIAL}"):
        if path.stat().st_mtime < time.time() - _FORGOTTEN_SECONDS:
            shutil.rmtree(path, ignore_errors=True)


def _dump(path: Path, *, tools: postgres_tools.Tools) -> tuple[dict[str, Any], BackupPart]:
    """Write the database as it stands in one snapshot, and return what is said of that very snapshot."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        facts = _facts(tools)
        with DigestFile(path) as file:
            _run_dump(tools, snapshot=snapshot, file=file)
    return facts, file.part()


def _facts(tools: postgres_tools.Tools) -> dict[str, Any]:
    encryption, secret = current_fingerprints()
    epoch = read_epoch()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM orders_order")
        orders = cursor.fetchone()[0]
    return {
        "format": FORMAT,
        "made_at": datetime.now(UTC),
        "release": settings.SPECTACULAR_SETTINGS["VERSION"],
        "database": connection.settings_dict["NAME"],
        "server_version": postgres_tools.server_version(),
        "tool_version": tools.version,
        "migrations": sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()),
        "orders": orders,
        "installation": str(epoch.installation),
        "counter": epoch.counter,
        "keys": KeyFingerprints(encryption, any(count_seals(column).older for column in sealed_columns()), secret),
    }


def _run_dump(tools: postgres_tools.Tools, *, snapshot: str, file: DigestFile) -> None:
    command = tools.command(
        "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}",
        f"--lock-wait-timeout={_LOCK_WAIT_MS}", f"--dbname={postgres_tools.address()}",
    )  # fmt: skip
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, env=postgres_tools.environment(), stdout=subprocess.PIPE, stderr=errors)
        try:
            copy(cast(BinaryIO, process.stdout), file)
        except BaseException:
            process.kill()
            raise
        finally:
            code = process.wait()
        if code:
            errors.seek(0)
            raise BackupError(f"pg_dump failed: {errors.read().decode(errors='replace').strip()}")


def _keep_files(folder: Path) -> tuple[int, list[BackupPart]]:
    with DigestFile(folder / FILES) as archive, DigestFile(folder / DIGESTS) as digests:
        count = write_files(cast(FileStore, default_storage).walk(), archive=archive, digests=digests)
    return count, [archive.part(), digests.part()]


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
