"""Keeps what the sandbox holds in one JSON file, so that a second run goes on where the first ended."""

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

SECONDS_BETWEEN = 2.0


class StateFile:
    """Writes the state every two seconds when it changed, and at the end; always whole, never half."""

    def __init__(self, path: Path, *, collect: Callable[[], bytes]) -> None:
        self._path = path
        self._collect = collect
        self._written = b""
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox-state", daemon=True)

    def load(self) -> dict[str, Any] | None:
        """Return what an earlier run wrote, or None when there is no file."""
        try:
            saved: dict[str, Any] = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return None
        return saved

    def start(self) -> None:
        """Begin to write."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._thread.start()

    def stop(self) -> None:
        """Write once more and stop."""
        self._stopped.set()
        self._thread.join(timeout=10)
        self.write()

    def write(self) -> None:
        """Write the state if it differs from what was written last."""
        content = self._collect()
        if content == self._written:
            return
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(content)
        os.replace(fresh, self._path)
        self._written = content

    def _run(self) -> None:
        while not self._stopped.wait(SECONDS_BETWEEN):
            self.write()
