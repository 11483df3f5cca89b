"""The texts of parsed JSON, cleaned by the struct that it is read into.

Every text of a struct is a line unless its annotation says otherwise, so that no new field can forget it:
`note: Annotated[str, Meta(max_length=500), Text.PARAGRAPH]`.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from backoffice.errors import Errors
from backoffice.text.cleaning import (
    BadText,
    clean_code,
    clean_exact,
    clean_line,
    clean_paragraph,
    clean_part,
    clean_url,
)
from backoffice.text.translatable import gettext as _

Quantity = Annotated[int, msgspec.Meta(ge=1, le=2_147_483_647)]
# Value, path of its field, complaints -> the value as it is kept.
Cleaner = Callable[[Any, str, Errors], Any]


class Text(StrEnum):
    """What kind of text a field holds; see `backoffice.text.cleaning`."""

    LINE = "line"
    PARAGRAPH = "paragraph"
    PART = "part"
    CODE = "code"
    URL = "url"
    EXACT = "exact"


class Input(msgspec.Struct, forbid_unknown_fields=True):
    """Base of what storefronts send: unknown fields are refused, since a misspelt one would be lost in silence."""


CLEANERS: dict[Text, Callable[[str], str]] = {
    Text.LINE: clean_line,
    Text.PARAGRAPH: clean_paragraph,
    Text.PART: clean_part,
    Text.CODE: clean_code,
    Text.URL: clean_url,
    Text.EXACT: clean_exact,
}


def clean_texts(value: Any, kind: Any, *, errors: Errors) -> Any:
    """Return the parsed JSON with its texts as they are kept, for `msgspec.convert(value, kind)`.

    Objects and lists are changed in place. What cannot be kept is empty, with a complaint by its path.
    """
    return _cleaner(kind)(value, "", errors)


def shown_name(name: str) -> str:
    """Return the name of an unknown field as a complaint can show it."""
    return name[:50].encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


@cache
def _cleaner(kind: Any) -> Cleaner:
    return _build(kind, Text.LINE)


def _build(kind: Any, text: Text) -> Cleaner:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _build(arguments[0], next((mark for mark in arguments[1:] if isinstance(mark, Text)), text))
    if origin in (Union, UnionType):
        return _of_union([option for option in arguments if option not in (type(None), msgspec.UnsetType)], text)
    if arguments:
        return _of_container(origin, arguments, text)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _of_struct(kind)
    if kind in (int, float, bool):
        return _as_it_is
    return _of_anything(text) if kind in (Any, dict, list) else _of_text(text)


def _of_container(origin: Any, arguments: tuple[Any, ...], text: Text) -> Cleaner:
    if origin is dict:
        return _of_dict(_build(arguments[0], Text.LINE), _build(arguments[1], text))
    # What is neither object nor list is a choice of texts.
    return _of_list(_build(arguments[0], text)) if origin in (list, tuple, set, frozenset) else _of_text(text)


def _as_it_is(value: Any, path: str, errors: Errors) -> Any:
    return value


def _of_text(text: Text) -> Cleaner:
    clean = CLEANERS[text]

    def run(value: Any, path: str, errors: Errors) -> Any:
        if type(value) is not str:
            return value
        try:
            return clean(value)
        except BadText as bad:
            errors.setdefault(path, []).append(bad.text)
            return ""

    return run


def _of_list(clean: Cleaner) -> Cleaner:
    def run(value: Any, path: str, errors: Errors) -> Any:
        if type(value) is list:
            for place, item in enumerate(value):
                value[place] = clean(item, f"{path}[{place}]", errors)
        return value

    return run


def _of_dict(clean_key: Cleaner, clean_value: Cleaner) -> Cleaner:
    def run(value: Any, path: str, errors: Errors) -> Any:
        if type(value) is not dict:
            return value
        cleaned = {}
        for key, item in value.items():
            where = f"{path}.{shown_name(key)}".lstrip(".")
            name = clean_key(key, where, errors)
            if name in cleaned:
                errors.setdefault(where, []).append(_("The name occurs twice; surrounding whitespace does not count."))
            cleaned[name] = clean_value(item, where, errors)
        return cleaned

    return run


@cache
def _of_struct(kind: type[msgspec.Struct]) -> Cleaner:
    """Build the cleaner when first needed, since a struct may hold itself."""
    fields: list[tuple[str, Cleaner]] = []

    def run(value: Any, path: str, errors: Errors) -> Any:
        if type(value) is not dict:
            return value
        if not fields:
            hints = get_type_hints(kind, include_extras=True)
            known = msgspec.structs.fields(kind)
            fields.extend((field.encode_name, _build(hints[field.name], Text.LINE)) for field in known)
        inside = f"{path}." if path else ""
        for name, clean in fields:
            if (part := value.get(name)) is not None:
                value[name] = clean(part, inside + name, errors)
        return value

    return run


def _of_union(options: list[Any], text: Text) -> Cleaner:
    """Choose by what JSON itself is: an object, a list or a text; of several structs the tag decides."""
    structs = [option for option in options if isinstance(option, type) and issubclass(option, msgspec.Struct)]
    if len(structs) < 2:
        return _chain([_build(option, text) for option in options])
    tag_field = structs[0].__struct_config__.tag_field
    by_tag = {option.__struct_config__.tag: _of_struct(option) for option in structs}

    def run(value: Any, path: str, errors: Errors) -> Any:
        clean = by_tag.get(value.get(tag_field)) if type(value) is dict else None
        return value if clean is None else clean(value, path, errors)

    return run


def _chain(cleaners: list[Cleaner]) -> Cleaner:
    """Apply them in turn: each leaves alone what is not of its kind."""
    if len(cleaners) == 1:
        return cleaners[0]

    def run(value: Any, path: str, errors: Errors) -> Any:
        for clean in cleaners:
            value = clean(value, path, errors)
        return value

    return run


def _of_anything(text: Text) -> Cleaner:
    """Clean every text as the one kind, however deep, where there is no shape."""
    leaf = _of_text(text)

    def run(value: Any, path: str, errors: Errors) -> Any:
        if type(value) is list:
            return lists(value, path, errors)
        return objects(value, path, errors) if type(value) is dict else leaf(value, path, errors)

    lists, objects = _of_list(run), _of_dict(_of_text(Text.LINE), run)
    return run
