"""What both bundled servers share: a folder, a port, a password, and how they are started and stopped."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import closing
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

import psutil

START_SECONDS = 60  # crash recovery after a kill -9 may replay some gigabytes of WAL
STOP_SECONDS = 30


class EmbeddedServerError(RuntimeError):
    """A bundled server could not be started; the message says why and ends with its log."""


class Server(ABC):
    """One bundled server and its folder: `password`, `port`, `server.log` and a `data` folder it works in."""

    name: ClassVar[str]
    executables: ClassVar[tuple[str, ...]]
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
        """Ask the running server; raise ConnectionError when it does not respond (yet)."""

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

    @property
    @abstractmethod
    def mark(self) -> str:
        """What the command line of our daemon contains and no other process's does."""

    def process(self) -> psutil.Process | None:
        """Return the live daemon of this folder: a recycled pid, or the pid in a copied folder, is somebody else.

        Known by its command line, because root in a container may not look into other users' processes. A
        zombie that waits for a slow init has none any more, and so counts as gone.
        """
        try:
            found = psutil.Process(int(self.pid_file.read_text().split()[0]))
            ours = found.name() in self.executables and self.mark in " ".join(found.cmdline())
        except (OSError, ValueError, IndexError, psutil.Error):
            return None
        return found if ours else None

    def answers(self) -> bool:
        """Return whether our process responds: a stranger on the remembered port must not get the password."""
        if not self.process():
            return False
        try:
            self.version()
        except ConnectionError:
            return False
        return True

    def is_ready(self) -> bool:
        """Return whether nothing is left to do of a start."""
        return self.answers()

    def start(self) -> None:
        """Bring it up; the caller holds the lock. Also joins a start whose starter was killed half way."""
        if not self.process():
            self.home.mkdir(parents=True, exist_ok=True)
            if not (self.home / "password").exists():
                write_secret(self.home / "password", text=secrets.token_hex(16))
            self.create()
            self.pid_file.unlink(missing_ok=True)
            (self.home / "port").write_text(str(self._free_port()))
            self.launch()
        if not _becomes_true(self.answers, seconds=START_SECONDS):
            raise EmbeddedServerError(f"{self.name} does not answer on its port.\n{tail(self.log)}")

    def stop(self) -> bool:
        """Stop cleanly, by force after half a minute; False when it was not running."""
        if not (running := self.process()):
            return False
        running.send_signal(self.stop_signal)
        if not _becomes_true(lambda: self.process() is None, seconds=STOP_SECONDS):
            running.kill()
            _becomes_true(lambda: self.process() is None, seconds=STOP_SECONDS)
        return True

    def _free_port(self) -> int:
        """Return the port of last time where still free, so that open shells and bookmarks survive a restart."""
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


def _becomes_true(condition: Callable[[], bool], *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def write_secret(path: Path, *, text: str) -> None:
    """Write it readable by us alone, and never by half: a kill -9 leaves the old file or none."""
    handle, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    Path(draft).rename(path)


def tail(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-15:] if log.exists() else []
    return "\n".join([f"Last lines of {log}:", *lines])


def package_dir(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise EmbeddedServerError(f"{name} is not installed: run `make install`, or set DATABASE_URL and REDIS_URL.")
    return Path(spec.origin).parent
