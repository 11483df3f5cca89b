"""A second PostgreSQL that follows the embedded one by streaming, as a replica of a real installation does."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from backoffice.embedded.postgres import ROOTS_STAND_IN, Postgres, postgres_bin
from tests.doors.test_web_server import free_port


@contextmanager
def running_standby() -> Iterator[int]:
    """Copy the server and follow it. Yields the port of the copy."""
    database, port = connection.settings_dict, free_port()
    home = Path(tempfile.mkdtemp(prefix="standby-"))
    _own(home)
    folder = home / "data"
    source = f"host={database['HOST']} port={database['PORT']} user={database['USER']} password={database['PASSWORD']}"
    try:
        _run("pg_basebackup", "--dbname", source, "--pgdata", str(folder), "-R", "--checkpoint=fast", "--no-sync")
        same = " ".join(f"-c {name}='{value}'" for name, value in Postgres.settings.items())
        options = f"-p {port} {same} -c fsync=off"
        _run("pg_ctl", "start", "--wait", f"--pgdata={folder}", f"--log={home / 'log'}", f"--options={options}")
        yield port
    finally:
        _run("pg_ctl", "stop", "--mode=immediate", f"--pgdata={folder}", check=False)
        shutil.rmtree(home, ignore_errors=True)


def _run(program: str, *arguments: str, check: bool = True) -> None:
    as_nobody = ["setpriv", f"--reuid={ROOTS_STAND_IN}", "--clear-groups"] if os.geteuid() == 0 else []
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            [*as_nobody, str(postgres_bin() / program), *arguments],
            cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False,
        )  # fmt: skip
        output.seek(0)
        if check and done.returncode:
            raise RuntimeError(f"{program}: {output.read().decode(errors='replace')}")


def _own(folder: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(folder, ROOTS_STAND_IN)
