"""PostgreSQL and Redis from wheels, for machines that have only Python.

Used when `DATABASE_URL` or `REDIS_URL` is unset. Both are the real engines, run as daemons on loopback with a
random password, their files under `var/postgres` and `var/redis`. No Django is imported: settings use this.

Who starts them: whoever asks first, under a file lock. Everyone who asks also holds a shared lock
(`var/embedded.users`) until the process ends, which the kernel drops even after kill -9.
Who stops them: nobody by accident. `make demo` and the test session call `stop_if_unused`, which stops them
when no other process holds that lock. One-off commands leave them running;
`python -m backoffice.embedded stop` always stops them.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backoffice.embedded.postgres import Postgres
from backoffice.embedded.redis import Redis
from backoffice.embedded.server import EmbeddedServerError, Server

__all__ = ["EmbeddedServerError", "database_url", "redis_url", "servers", "stop", "stop_if_unused"]

_in_use: dict[Path, int] = {}


def database_url(var_dir: Path) -> str:
    """Return the address of the PostgreSQL under `var_dir`, started if need be; about a second the first time."""
    return _ensure(Postgres(var_dir.resolve()))


def redis_url(var_dir: Path) -> str:
    """Return the address of the Redis under `var_dir` (database 0 of 16), started if need be."""
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
    if not var_dir.is_dir():
        return []
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
    if not server.is_ready():
        with _locked(var_dir):
            server.start()
    return server.url


@contextmanager
def _locked(var_dir: Path) -> Iterator[None]:
    var_dir.mkdir(parents=True, exist_ok=True)
    with (var_dir / "embedded.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
