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
    params: Mapping[str, Any] | None

    def __new__(cls, text: str, msgid: str = "", params: Mapping[str, Any] | None = None) -> "Said":
        said = super().__new__(cls, text)
        said.msgid, said.params = msgid, params
        return said

    def __mod__(self, params: Any) -> str:
        text = str.__mod__(self, params)
        return Said(text, self.msgid, params) if isinstance(params, Mapping) and self.params is None else text


def gettext(msgid: str) -> Said:
    """The text in the active language, which remembers its source."""
    return Said(translation.gettext(msgid), msgid)


def join(parts: Iterable[str]) -> Said:
    """The parts with spaces between them; those that remember their source still do."""
    words = {str(place): part for place, part in enumerate(parts)}
    return Said(" ".join(words.values()), " ".join(f"%({name})s" for name in words), words)


def keep(value: Any) -> Any:
    """The value for JSON: texts that remember their source become {"msgid", "params", "text"}, all else stays."""
    if isinstance(value, Said):
        params = {name: _plain(one) for name, one in (value.params or {}).items()}
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
    params = {name: say(one) for name, one in value["params"].items()}
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
