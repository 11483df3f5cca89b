"""A backup restored: read through first, then its files, then the database in one transaction.

So what stops it, an error or the power, leaves the database as it was. The epoch is locked in the end: nothing is sent
before `manage.py reconcile` has compared with the vendors.
"""

import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection

from backoffice.engine.services.backups import postgres_tools
from backoffice.engine.services.backups.archive import read_files
from backoffice.engine.services.backups.manifest import DATABASE, FILES, BackupError, Manifest
from backoffice.engine.services.backups.verifying import require_keys, require_known_migrations, verify_backup
from backoffice.engine.services.epoch import lock_restored

# Called with the folder of a backup once it is restored: what must not come back goes again.
after_restore: list[Callable[[Path], None]] = []
# Connections that are just being closed are still listed for a moment.
_LEAVING_SECONDS = 3.0
_OTHERS = """
    SELECT DISTINCT application_name || ' from ' || coalesce(host(client_addr), 'this machine')
      FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
_TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
# Only what is ours: extensions, the schema and what was granted on it stay.
_EMPTY = """
BEGIN;
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL lock_timeout = '10s';
DO $$
DECLARE
    thing record;
BEGIN
    FOR thing IN
        SELECT CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
                            WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END AS kind, c.oid, relname AS name
          FROM pg_class c
         WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
           AND NOT EXISTS (SELECT FROM pg_depend d  -- the columns that divide a table hang on it too
                            WHERE d.objid = c.oid AND d.objsubid = 0 AND d.deptype IN ('e', 'i', 'a'))
    LOOP
        EXECUTE format('DROP %s IF EXISTS %I.%I CASCADE', thing.kind, current_schema(), thing.name);
    END LOOP;
    FOR thing IN
        SELECT p.oid::regprocedure AS name FROM pg_proc p
         WHERE pronamespace = current_schema()::regnamespace
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', thing.name);
    END LOOP;
    FOR thing IN
        SELECT t.typname AS name FROM pg_type t
         WHERE typnamespace = current_schema()::regnamespace AND typtype IN ('e', 'd')
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = t.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('DROP TYPE IF EXISTS %I.%I CASCADE', current_schema(), thing.name);
    END LOOP;
END $$;
"""


@dataclass(frozen=True)
class Restored:
    """What a restore did."""

    manifest: Manifest
    files_added: int
    files_kept: int


def check_restore(folder: Path, *, replace: bool) -> Manifest:
    """Return what the backup says of itself, when it could be restored now. Raises BackupError; changes nothing."""
    postgres_tools.require_direct()
    manifest = verify_backup(folder)
    require_keys(manifest)
    require_known_migrations(manifest)
    postgres_tools.find_tools(at_least=max(manifest.tool_version, postgres_tools.server_version()))
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        tables = cursor.fetchone()[0]
    if tables and not replace:
        name = connection.settings_dict["NAME"]
        raise BackupError(f"The database {name} has {tables} tables. --replace gives them up for those of the backup.")
    _require_alone()
    return manifest


def restore_backup(folder: Path, *, replace: bool) -> Restored:
    """Put files and database back as they are in the backup, and lock the epoch.

    Files that are there stay: what is newer than the backup proves what was done since. Raises BackupError; then the
    database is as it was.
    """
    manifest = check_restore(folder, replace=replace)
    added, kept = _put_files(folder / FILES) if manifest.files is not None else (0, 0)
    tools = postgres_tools.find_tools(at_least=max(manifest.tool_version, postgres_tools.server_version()))
    connection.close()
    _put_database(folder / DATABASE, tools=tools)
    lock_restored()
    for follow in after_restore:
        follow(folder)
    return Restored(manifest, added, kept)


def _require_alone() -> None:
    deadline = time.monotonic() + _LEAVING_SECONDS
    while others := _other_sessions():
        if time.monotonic() > deadline:
            raise BackupError(f"The database is in use ({'; '.join(others)}). Stop web, worker and beat everywhere.")
        time.sleep(0.1)


def _other_sessions() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_OTHERS)
        return [row[0] for row in cursor.fetchall()]


def _put_files(archive: Path) -> tuple[int, int]:
    """Keep each file that is not there, and return how many were added and how many were there."""
    added = kept = 0
    for name, content in read_files(archive):
        if default_storage.exists(name):
            kept += 1
            continue
        if default_storage.save(name, File(content, name=name)) != name:
            raise BackupError(f"{name} could not be kept under its name.")
        added += 1
    return added, kept


def _put_database(path: Path, *, tools: postgres_tools.Tools) -> None:
    """Replace all tables by those of the dump in one transaction, which is committed only when all of it has come."""
    env = postgres_tools.environment()
    psql = tools.command(
        "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--dbname", postgres_tools.address()
    )
    read = tools.command("pg_restore", "--no-owner", "--no-privileges", "--file=-", str(path))
    with tempfile.TemporaryFile() as errors:
        target = subprocess.Popen(psql, env=env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors)
        stdin = cast(BinaryIO, target.stdin)
        try:
            stdin.write(_EMPTY.encode())
            stdin.flush()
            source = subprocess.run(read, stdout=stdin, stderr=errors, check=False)
            if source.returncode == 0:
                stdin.write(b"COMMIT;\n")
        except BrokenPipeError:
            source = None
        finally:
            _close(stdin)
            code = target.wait()
        if code or source is None or source.returncode:
            errors.seek(0)
            text = errors.read().decode(errors="replace").strip()
            raise BackupError(f"The database could not be restored and is as it was: {text}")


def _close(stdin: BinaryIO) -> None:
    with suppress(BrokenPipeError):  # psql has ended, and said why
        stdin.close()
