"""Texts that are kept for people of several languages: each remembers how it was made, so that it is read in the
language of its reader and not in that of whoever caused it.

`from backoffice.said import gettext as _` instead of Django's, where a text ends in a `SaidTextField` or a
`SaidJSONField`: what was put in with % stays as it was.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import translation
from django.utils.functional import Promise

_KEYS = {"msgid", "params", "text"}


class Said(str):
    """A text in the language that was active when it was made, with its source and what was put in."""

    __slots__ = ("msgid", "params")

    msgid: str
    # By name, or in their places.
    params: Mapping[str, Any] | tuple[Any, ...] | None

    def __new__(cls, text: str, msgid: str = "", params: Mapping[str, Any] | tuple[Any, ...] | None = None) -> "Said":
        said = super().__new__(cls, text)
        said.msgid, said.params = msgid, params
        return said

    def __mod__(self, params: Any) -> str:
        text = str.__mod__(self, params)
        if self.params is not None:
            return text
        return Said(text, self.msgid, params if isinstance(params, Mapping | tuple) else (params,))


def gettext(msgid: str) -> Said:
    """The text in the active language, which remembers its source."""
    return Said(translation.gettext(msgid), msgid)


def join(parts: Iterable[str]) -> Said:
    """The parts with spaces between them; those that remember their source still do."""
    words = {str(place): part for place, part in enumerate(parts)}
    return Said(" ".join(words.values()), " ".join(f"%({name})s" for name in words), words)


def text_of(error: Exception) -> str:
    """Return what the exception was raised with: unlike `str(error)` it remembers its source."""
    first = error.args[0] if error.args else None
    return first if isinstance(first, str) else str(error)


def keep(value: Any) -> Any:
    """The value for JSON: texts that remember their source become {"msgid", "params", "text"}, all else stays."""
    if isinstance(value, Said):
        given = value.params or {}
        if isinstance(given, tuple):
            return {"msgid": value.msgid, "params": [_plain(one) for one in given], "text": str(value)}
        params = {name: _plain(one) for name, one in given.items()}
        return {"msgid": value.msgid, "params": params, "text": str(value)}
    if isinstance(value, dict):
        return {name: keep(one) for name, one in value.items()}
    return [keep(one) for one in value] if isinstance(value, list | tuple) else value


def say(value: Any) -> Any:
    """What `keep` made, with its texts in the active language; one that no longer fits its source stays as it was."""
    if isinstance(value, list):
        return [say(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.keys() != _KEYS:
        return {name: say(one) for name, one in value.items()}
    kept = value["params"]
    params = tuple(say(kept)) if isinstance(kept, list) else {name: say(one) for name, one in kept.items()}
    try:
        text = translation.gettext(value["msgid"]) if value["msgid"] else ""
        return Said(text % params if params else text, value["msgid"], params or None)
    except (KeyError, TypeError, ValueError):
        return value["text"]


def plain_text(value: object) -> str:
    """For msgspec, which knows of no texts but plain ones: an `enc_hook`."""
    if isinstance(value, Promise | str):
        return str(value)
    raise NotImplementedError(f"no JSON for {type(value)}")


def _plain(value: Any) -> Any:
    """What JSON can keep: an amount or a day becomes the text that it was put in as."""
    return keep(value) if isinstance(value, str | int | float | None) else str(value)
