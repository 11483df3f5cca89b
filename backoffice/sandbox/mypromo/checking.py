"""Collects what is wrong with a payload, field by field, in the words of a 422."""

import re
from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from backoffice.sandbox.mypromo.routing import Refusal
from backoffice.sandbox.wire import json_response

INVALID = "The given data was invalid."
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Errors:
    """Messages by field path, such as `recipient.zip`."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}

    def add(self, path: str, text: str) -> None:
        """Note one message."""
        self.found.setdefault(path, []).append(text)

    def refuse(self) -> None:
        """Raise Refusal with a 422 when anything was found."""
        if self.found:
            raise Refusal(json_response(422, {"message": INVALID, "errors": self.found}))

    def required(self, path: str) -> None:
        """Note that a field is missing."""
        self.add(path, f"The {path} field is required.")

    def selected(self, path: str) -> None:
        """Note that a value is none of the known ones."""
        self.add(path, f"The selected {path} is invalid.")

    def text(self, path: str, value: Any, *, least: int = 0, most: int, required: bool = False) -> None:
        """Check a text; None and "" count as missing."""
        if value is None or value == "":
            if required:
                self.required(path)
        elif not isinstance(value, str):
            self.add(path, f"The {path} must be a string.")
        elif len(value) > most:
            self.add(path, f"The {path} may not be greater than {most} characters.")
        elif len(value) < least:
            self.add(path, f"The {path} must be at least {least} characters.")

    def flag(self, path: str, value: Any) -> None:
        """Check an optional truth value."""
        if value is not None and not isinstance(value, bool):
            self.add(path, f"The {path} field must be true or false.")

    def email(self, path: str, value: Any) -> None:
        """Check an optional e-mail address of up to 255 characters."""
        self.text(path, value, most=255)
        if isinstance(value, str) and value and not _EMAIL.fullmatch(value):
            self.add(path, f"The {path} must be a valid email address.")

    def rows(self, path: str, value: Any) -> list[dict[str, Any]]:
        """Check an optional list of objects and return it; what is no such list is noted and left out."""
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            self.add(path, f"The {path} must be an array.")
            return []
        return value

    def address_of_file(self, path: str, value: Any, *, schemes: Collection[str]) -> None:
        """Check a URL; plain http is let through for loopback hosts only, so that a demo needs no certificate."""
        if not value:
            self.required(path)
            return
        try:
            url = urlsplit(value if isinstance(value, str) else "")
        except ValueError:
            url = urlsplit("")
        local = url.scheme == "http" and url.hostname in _LOOPBACK
        if not url.hostname or not (url.scheme in schemes or local):
            self.add(path, f"The {path} format is invalid.")

    def properties(self, path: str, value: Any) -> None:
        """Check `custom_properties`: key and value, 255 characters each (the document names no limit)."""
        for n, row in enumerate(self.rows(path, value)):
            self.text(f"{path}.{n}.key", row.get("key"), most=255, required=True)
            if not isinstance(row.get("value"), int | float | bool):
                self.text(f"{path}.{n}.value", row.get("value"), most=255)

    def auth(self, path: str, value: Any, *, kinds: Collection[str]) -> None:
        """Check an optional auth object: exactly one of the kinds, with the fields it needs."""
        if value is None:
            return
        if not isinstance(value, dict) or len(value) != 1 or not set(value) <= set(kinds):
            self.add(path, f"The {path} must be one of: {', '.join(kinds)}.")
            return
        ((kind, given),) = value.items()
        if kind == "header":
            self.text(f"{path}.header", given, most=2000, required=True)
            return
        for name in _auth_fields(kind, given):
            self.text(
                f"{path}.{kind}.{name}", given.get(name) if isinstance(given, dict) else None, most=2000, required=True
            )


def _auth_fields(kind: str, given: Any) -> tuple[str, ...]:
    if kind == "basic":
        return ("username", "password")
    if kind == "oauth1":
        return ("username", "password", "auth_url")
    if isinstance(given, dict) and given.get("grant_type") == "client_credentials":
        return ("client_id", "client_secret", "auth_url", "grant_type")
    return ("username", "password", "auth_url", "grant_type")
