"""Texts that are kept for people of several languages: each remembers how it was made, so that it is read in the
language of its reader and not in that of whoever caused it.

This `gettext` is the only one (ruff refuses Django's): a text may end in a `TranslatableTextField` or a
`TranslatableJSONField` wherever it is made. What was put in with % stays as it was.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.functional import Promise

_KEYS = {"msgid", "params", "text"}
# Stands where texts differ.
_OPEN = "…"
# What is put into words by a function instead of a source: the `msgid` names it.
_SPELLED = "spelled:"
_SPELLERS: dict[str, Callable[[str], str]] = {}
# What rows of earlier releases remember, and how it is worded today.
_FORMER_TEXTS = Path(__file__).with_name("former_texts.json")


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


def register_speller(kind: str, spell: Callable[[str], str]) -> None:
    """Put values of that kind into words of the active language by this function, from now on."""
    _SPELLERS[kind] = spell


def spelled(kind: str, value: str) -> TranslatableText:
    """Return the value in words, found anew in the language of each reader."""
    speller = _SPELLERS.get(kind)
    return TranslatableText(speller(value) if speller else value, f"{_SPELLED}{kind}", {"value": value})


def join(parts: Iterable[str]) -> TranslatableText:
    """Return the parts with spaces between them; those that remember their source still do."""
    params = {str(place): part for place, part in enumerate(parts)}
    return TranslatableText(" ".join(params.values()), " ".join(f"%({name})s" for name in params), params)


def as_sentence(text: str) -> str:
    """Return the text with a full stop where it ends with none, so that a sentence can follow."""
    if not text or text.rstrip().endswith((".", "!", "?", "…", ":")):
        return text
    return TranslatableText(f"{text.rstrip()}.", "%(text)s.", {"text": text})


def join_sentences(*texts: str) -> TranslatableText:
    """Return what is not empty of the texts as sentences beside each other, each read in its reader's language."""
    return join(as_sentence(text) for text in texts if text)


def common_text(texts: Sequence[str]) -> str:
    """Return what texts of one source say together: what differs in what was put in becomes "…"."""
    first = texts[0]
    if all(text == first for text in texts):
        return first
    if not isinstance(first, TranslatableText) or not isinstance(first.params, Mapping):
        return _OPEN
    alike = [text for text in texts if isinstance(text, TranslatableText) and text.msgid == first.msgid]
    params = [text.params for text in alike if isinstance(text.params, Mapping)]
    if len(params) < len(texts):
        return _OPEN
    filled = {name: common_text([one.get(name, "") for one in params]) for name in first.params}
    shown: str = render({"msgid": first.msgid, "params": serialize(filled), "text": _OPEN})
    return shown


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


@cache
def former_texts() -> dict[str, str]:
    """Return today's wording of the texts that were reworded since rows began to remember them."""
    return dict(json.loads(_FORMER_TEXTS.read_text(encoding="utf-8")))


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
    kept = str(value["msgid"] or "")
    if kept.startswith(_SPELLED) and isinstance(params, dict):
        return spelled(kept.removeprefix(_SPELLED), str(params.get("value", "")))
    msgid = former_texts().get(kept, kept)
    try:
        text = translation.gettext(msgid) if msgid else ""
        return TranslatableText(text % params if params else text, msgid, params or None)
    except (KeyError, TypeError, ValueError):
        return value["text"]


def plain_text(value: object) -> str:
    """Encode texts for msgspec, which knows of no texts but plain ones: an `enc_hook`."""
    if isinstance(value, Promise | str):
        return str(value)
    raise NotImplementedError(f"no JSON for {type(value)}")
