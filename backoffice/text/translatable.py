"""Texts that are kept for people of several languages: each remembers how it was made, so that it is read in the
language of its reader and not in that of whoever caused it.

This `gettext` is the only one (ruff refuses Django's): a text may end in a `TranslatableTextField` or a
`TranslatableJSONField` wherever it is made. What was put in with % stays as it was.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import translation
from django.utils.functional import Promise

_KEYS = {"msgid", "params", "text"}


class TranslatableText(str):
    """A text in the language that was active when it was made, with its source and what was put in."""

    __slots__ = ("msgid", "params")

    msgid: str
    # By name, or in their places.
    params: Mapping[str, Any] | tuple[Any, ...] | None

    def __new__(
        cls, text: str, msgid: str = "", params: Mapping[str, Any] | tuple[Any, ...] | None = None
    ) -> "TranslatableText":
        made = super().__new__(cls, text)
        made.msgid, made.params = msgid, params
        return made

    def __mod__(self, params: Any) -> str:
        text = str.__mod__(self, params)
        if self.params is not None:
            return text
        return TranslatableText(text, self.msgid, params if isinstance(params, Mapping | tuple) else (params,))


def gettext(msgid: str) -> str:
    """Return the text in the active language, as a `TranslatableText`."""
    return TranslatableText(translation.gettext(msgid), msgid)


def join(parts: Iterable[str]) -> TranslatableText:
    """Return the parts with spaces between them; those that remember their source still do."""
    params = {str(place): part for place, part in enumerate(parts)}
    return TranslatableText(" ".join(params.values()), " ".join(f"%({name})s" for name in params), params)


def text_of(error: Exception) -> str:
    """Return what the exception was raised with: unlike `str(error)` it remembers its source."""
    first = error.args[0] if error.args else None
    return first if isinstance(first, str) else str(error)


def serialize(value: Any) -> Any:
    """Return the value for JSON: texts that remember their source become {"msgid", "params", "text"}; an amount or a
    day becomes the text that it is put in as.
    """
    if isinstance(value, TranslatableText):
        return {"msgid": value.msgid, "params": serialize(value.params or {}), "text": str(value)}
    if isinstance(value, Mapping):
        return {name: serialize(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [serialize(one) for one in value]
    return value if isinstance(value, str | int | float | None) else str(value)


def render(value: Any) -> Any:
    """Return what `serialize` made, with its texts in the active language; one that no longer fits its source stays
    as it was.
    """
    if isinstance(value, list):
        return [render(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.keys() != _KEYS:
        return {name: render(one) for name, one in value.items()}
    params = render(value["params"])
    params = tuple(params) if isinstance(params, list) else params
    try:
        text = translation.gettext(value["msgid"]) if value["msgid"] else ""
        return TranslatableText(text % params if params else text, value["msgid"], params or None)
    except (KeyError, TypeError, ValueError):
        return value["text"]


def plain_text(value: object) -> str:
    """Encode texts for msgspec, which knows of no texts but plain ones: an `enc_hook`."""
    if isinstance(value, Promise | str):
        return str(value)
    raise NotImplementedError(f"no JSON for {type(value)}")
