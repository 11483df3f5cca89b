"""Reads settings from the environment, and says in one line what is wrong with each that cannot be used.

Faults are collected instead of raised, so that whoever sets a server up sees all of them at once; `stop_if_faulty` then
ends the process, whichever it is: web, worker, beat or a command. An empty value counts as none.
"""

import builtins
import os
import re
from collections.abc import Callable, Iterable, Sequence
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import environ
from environ.fileaware_mapping import FileAwareMapping

from backoffice.settings.database_address import parse_postgres
from backoffice.settings.faults import stop_on

SWITCHES = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
Value = TypeVar("Value")
# What settings were called before: the former names still count where the new ones have no value.
FORMER_NAMES = {
    "EXPORT_ORDERS_SECONDS": "TELL_ORDERS_SECONDS",
    "JOB_POLL_BACKOFF": "JOB_POLL_LADDER",
    "JOB_UNANSWERED_HOURS": "JOB_SILENT_HOURS",
    "PUSH_RETRY_BACKOFF": "PUSH_RETRY_LADDER",
    "SIGN_CUSTOMISER_CONFIRMATION_SECONDS": "SIGN_CUSTOMISER_ECHO_SECONDS",
}


class Environment(environ.FileAwareEnv):
    """Values of the environment; `NAME_FILE` names a file that holds the value of `NAME`."""

    def __init__(self) -> None:
        super().__init__()
        former = {
            f"{name}{ending}": os.environ[f"{old}{ending}"]
            for name, old in FORMER_NAMES.items()
            for ending in ("", "_FILE")
            if f"{old}{ending}" in os.environ
        }
        self.given = former | {name: value for name, value in os.environ.items() if value or name not in former}
        self.ENVIRON = FileAwareMapping(self.given)
        self.faults: list[str] = []

    def fault(self, name: builtins.str, text: builtins.str) -> None:
        """Note what is wrong with a setting, once for each."""
        if not any(line.startswith(f"{name}: ") for line in self.faults):
            self.faults.append(f"{name}: {text}")

    def has(self, name: builtins.str) -> builtins.bool:
        """Return whether the setting has a value, or a file of its own."""
        return builtins.bool(self.given.get(name, "").strip() or self.given.get(f"{name}_FILE", "").strip())

    def stop_if_faulty(self) -> None:
        """End the process when a setting cannot be used, with one line for each on the standard error."""
        stop_on(self.faults)

    def str(
        self,
        var: builtins.str,
        default: builtins.str = "",
        *,
        choices: Sequence[builtins.str] = (),
        pattern: builtins.str = "",
        shape: builtins.str = "",
    ) -> builtins.str:
        """Return a text; `choices` or a `pattern` (in words: `shape`) say what it may be. It is never quoted."""

        def read(text: builtins.str) -> builtins.str:
            if choices and text not in choices:
                raise ValueError(f"has to be one of {', '.join(choices)}")
            if not re.fullmatch(pattern or r"[^\x00-\x1f\x7f]*", text):
                raise ValueError(f"has to be {shape or 'one line of text'}")
            return text

        return self._read(var, read, default)

    def bool(self, var: builtins.str, default: builtins.bool = False) -> builtins.bool:
        def read(text: builtins.str) -> builtins.bool:
            if text.lower() not in SWITCHES:
                raise ValueError("has to be 1 or 0")
            return SWITCHES[text.lower()]

        return self._read(var, read, default)

    def int(
        self, var: builtins.str, default: builtins.int = 0, *, least: builtins.int = 1, most: builtins.int = 2**31 - 1
    ) -> builtins.int:
        def read(text: builtins.str) -> builtins.int:
            if not re.fullmatch(r"[+-]?[0-9]{1,12}", text) or not least <= int(text) <= most:
                raise ValueError(f"has to be a whole number from {least} to {most}")
            return int(text)

        return self._read(var, read, default)

    def float(
        self, var: builtins.str, default: builtins.float = 0.0, *, least: builtins.float | None = None
    ) -> builtins.float:
        """Return a number above 0, or from `least` on."""
        return self._read(var, lambda text: _number(text, least=least), default)

    def floats(self, var: builtins.str, default: Sequence[builtins.float]) -> builtins.list[builtins.float]:
        """Return numbers above 0, separated by commas."""

        def read(text: builtins.str) -> builtins.list[builtins.float]:
            return [_number(part, least=None) for part in text.split(",")]

        return self._read(var, read, [*default])

    def list(
        self,
        var: builtins.str,
        default: Iterable[builtins.str] = (),
        *,
        pattern: builtins.str = "",
        shape: builtins.str = "",
    ) -> builtins.list[builtins.str]:
        """Return texts that are separated by commas."""

        def read(text: builtins.str) -> builtins.list[builtins.str]:
            parts = [part.strip() for part in text.split(",") if part.strip()]
            if not parts or not all(re.fullmatch(pattern or r"[^\x00-\x1f\x7f]+", part) for part in parts):
                raise ValueError(f"has to be {shape or 'texts'}, separated by commas")
            return parts

        return self._read(var, read, [*default])

    def web_address(
        self, var: builtins.str, default: builtins.str = "", *, may_have_path: builtins.bool = True
    ) -> builtins.str:
        """Return an address that begins with http:// or https:// and names a host."""

        def read(text: builtins.str) -> builtins.str:
            found = urlsplit(text)
            if found.scheme not in ("http", "https") or not found.hostname or (found.port or 1) < 1 or " " in text:
                raise ValueError("has to be an address that begins with https:// or http:// and names a host")
            if not may_have_path and (found.path.strip("/") or found.query or found.fragment or found.username):
                raise ValueError("has to be scheme and host only: pages and static files stand at the root of the host")
            return text

        return self._read(var, read, default)

    def redis_address(self, var: builtins.str) -> builtins.str:
        def read(text: builtins.str) -> builtins.str:
            found = urlsplit(text)
            if found.scheme not in ("redis", "rediss") or not found.hostname or (found.port or 1) < 1:
                raise ValueError("has to look like redis://:password@host:6379/0, or rediss:// for TLS")
            if not re.fullmatch(r"/?[0-9]*", found.path):
                raise ValueError("has to end with the number of a database, such as /0")
            return text

        return self._read(var, read, "")

    def postgres_address(self, var: builtins.str) -> builtins.str:
        def read(text: builtins.str) -> builtins.str:
            if urlsplit(text).scheme not in ("postgres", "postgresql"):
                raise ValueError("has to look like postgres://user:password@host:5432/name")
            parse_postgres(text)
            return text

        return self._read(var, read, "")

    def folder(self, var: builtins.str, default: Path) -> Path:
        """Return a folder that is there from now on."""

        def read(text: builtins.str) -> Path:
            if not text.isprintable():
                raise ValueError("has to be the path of a folder")
            Path(text).mkdir(parents=True, exist_ok=True)
            return Path(text)

        return self._read(var, read, None) or read(builtins.str(default))

    def zone(self, var: builtins.str, default: builtins.str) -> builtins.str:
        def read(text: builtins.str) -> builtins.str:
            try:
                return ZoneInfo(text).key
            except (KeyError, OSError, ValueError):
                raise ValueError("has to be the name of a time zone, such as Europe/Berlin") from None

        return self._read(var, read, default)

    def _read(self, var: builtins.str, read: Callable[[builtins.str], Value], default: Any) -> Any:
        """Return what `read` makes of the value, which raises ValueError with what it has to be; else the default."""
        try:
            text = builtins.str(self.ENVIRON.get(var) or "").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            self.fault(f"{var}_FILE", f"the file {os.environ[f'{var}_FILE']} cannot be read: {reason}.")
            return default
        if not text:
            return default
        try:
            return read(text)
        except OSError as error:
            self.fault(var, f"{text} cannot be used: {error.strerror}.")
        except ValueError as error:
            self.fault(var, f"{error}.")
        return default


def _number(text: str, *, least: float | None) -> float:
    message = "has to be a number above 0" if least is None else f"has to be a number from {least:g} on"
    try:
        value = float(text)
    except ValueError:
        raise ValueError(message) from None
    if not isfinite(value) or (value <= 0 if least is None else value < least):
        raise ValueError(message)
    return value
