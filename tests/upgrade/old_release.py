"""The last release at work on a database of its own: a copy of the test's, on which its tape is played by a thread."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from django.db import connection, connections

from tests.database import end_other_sessions
from tests.upgrade.tape import Player, Tape

# Orders come now and then: the upgrade itself has to be done as well, on the same cores.
BETWEEN_SECONDS = 0.25


@contextmanager
def a_copy() -> Iterator[str]:
    """Make a copy of the test's database, which nobody uses meanwhile. Yield its address."""
    name = connection.settings_dict["NAME"]
    end_other_sessions()
    connections.close_all()
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}_upgrade"')
        server.execute(f'CREATE DATABASE "{name}_upgrade" TEMPLATE "{name}"')
        try:
            yield urlunsplit(urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}_upgrade"))
        finally:
            connections.close_all()
            server.execute(f'DROP DATABASE "{name}_upgrade" WITH (FORCE)')


@contextmanager
def connected_to(address: str) -> Iterator[None]:
    """Let this thread's connection lead there."""
    before = connection.settings_dict
    connection.close()
    connection.settings_dict = before | {"NAME": urlsplit(address).path.strip("/")}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = before


class OldRelease:
    """Takes orders in and works them off, one after the other, until it is stopped."""

    def __init__(self, tape: Tape, address: str) -> None:
        self.address = address
        self.player = Player(tape, address)
        # What the settings give every connection.
        self.player.connection.execute("SET lock_timeout = '3s'; SET statement_timeout = '30s'")
        self.performed = 0
        self.faults: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._go_on, daemon=True)

    def perform(self, times: int) -> None:
        """Do it so often, here."""
        for _time in range(times):
            self.faults += self.player.perform(self.performed)
            self.performed += 1

    def _go_on(self) -> None:
        while not self._stop.is_set():
            try:
                self.perform(1)
                self._stop.wait(BETWEEN_SECONDS)
            except psycopg.Error as error:
                where = error.diag.context or ""
                self.faults.append(f"{type(error).__name__}: {error} {where} at: {self.player.current[:300]}")
                return

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Go on meanwhile, and for one more order."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._go_on, daemon=True)
        self._thread.start()
        begun = self.performed
        try:
            yield
            deadline = time.monotonic() + 30
            after = self.performed + 2
            while self.performed < after and self._thread.is_alive() and time.monotonic() < deadline:
                time.sleep(0.01)
        finally:
            self._stop.set()
            self._thread.join(30)
        assert self.performed > begun, self.faults
