"""From parsed JSON to the struct that a service takes, with every complaint by its field's path."""

import re
from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from django.db.models import TextChoices
from django.http import QueryDict
from msgspec import Struct

from backoffice.api.schema_parts import ENUM_NAME
from backoffice.errors import InvalidInput
from backoffice.text.structs import clean_texts, shown_name
from backoffice.text.translatable import gettext as _

T = TypeVar("T")
_NOTHING = (type(None), msgspec.UnsetType)
# The end of a time whose "+01:00" was not encoded for an address.
LOST_PLUS = re.compile(r":[0-9]{2}(\.[0-9]+)? [0-9]{2}:?[0-9]{2}$")


class MalformedInput(InvalidInput):
    """Not of the documented shape: wrong types, missing parts, more than can be kept."""

    code = "malformed"


class NoQuery(Struct, forbid_unknown_fields=True):
    """An address without query parameters."""


def one_of(choices: type[TextChoices], *, name: str = "", never: Collection[str] = ()) -> msgspec.Meta:
    """Return the constraint to one of the choices' values, documented as such: `Annotated[str, one_of(OrderState)]`.

    The enum is called as the choices are; one that lacks those that are `never` there has a `name` of its own.
    """
    values = [value for value in choices.values if value not in never]
    documented = {"enum": values, ENUM_NAME: name or choices.__name__}
    return msgspec.Meta(pattern=f"^({'|'.join(values)})$", extra_json_schema=documented)


def read_struct(data: object, kind: type[T]) -> T:
    """Return `data`, of dicts and lists, as a `kind`, its texts as they are kept (`text.cleaning`); they are changed
    in `data` too.

    Raises MalformedInput with the complaints of all fields, `{"lines[0].quantity": ["..."]}`.
    """
    errors: dict[str, list[str]] = {}
    data = clean_texts(data, kind, errors=errors)
    try:
        read = msgspec.convert(data, kind)
    except UnicodeEncodeError:  # half a surrogate pair in the name of a field that there is not
        errors = _errors(data, kind, path="") | errors
    except msgspec.ValidationError as error:
        found = _errors(data, kind, path="") or {_path_of(error): [_message(error, data)]}
        errors = found | errors
    if errors:
        raise MalformedInput(_("The request does not match the documented format."), errors=errors)
    return read


def read_query(query: QueryDict, kind: type[T]) -> T:
    """Return query parameters as a `kind`: only known ones, each once unless it is a list. Raise MalformedInput."""
    hints = get_type_hints(kind, include_extras=True)
    data: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, texts in query.lists():
        requested = _bare(hints.get(name, str))
        many = get_origin(requested) is list
        if len(texts) > 1 and not many:
            errors[shown_name(name)] = [_("This parameter may be given only once.")]
        elif requested is datetime and any(LOST_PLUS.search(text) for text in texts):
            text = _("A plus sign in a URL stands for a space. Encode the + of a time zone as %2B.")
            errors[shown_name(name)] = [text]
        data[name] = [str(text) for text in texts] if many else _from_text(str(texts[-1]), requested)
    if errors:
        raise MalformedInput(_("The query parameters do not match the documentation."), errors=errors)
    return read_struct(data, kind)


def _from_text(text: str, kind: Any) -> Any:
    """Return the value of the text, or the text itself where it has none, to be reported as an error."""
    if kind is int and re.fullmatch(r"-?[0-9]{1,18}", text):
        return int(text)
    if kind is bool:
        return {"true": True, "false": False}.get(text, text)
    return text


def _errors(value: Any, kind: Any, *, path: str) -> dict[str, list[str]]:
    """Return the errors of the value, down to the smallest part that is wrong."""
    inner = _bare(kind)
    if isinstance(inner, type) and issubclass(inner, msgspec.Struct) and isinstance(value, dict):
        return _struct_errors(value, inner, path=path)
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        if get_origin(inner) is list and isinstance(value, list):
            item = get_args(inner)[0]
            parts = (_errors(part, item, path=f"{path}[{i}]") for i, part in enumerate(value))
            if found := {key: texts for part in parts for key, texts in part.items()}:
                return found
        if get_origin(inner) is dict and isinstance(value, dict) and (found := _named_errors(value, inner, path=path)):
            return found
        return {path: [_message(error, value)]}
    return {}


def _named_errors(value: dict[str, Any], kind: Any, *, path: str) -> dict[str, list[str]]:
    """Return the errors of values by names of the client's own; what is wrong with a name is said of that name."""
    found: dict[str, list[str]] = {}
    of_name, of_value = get_args(kind)
    for name, one in value.items():
        where = f"{path}.{shown_name(name)}"
        found |= _errors(name, of_name, path=where) or _errors(one, of_value, path=where)
    return found


def _struct_errors(value: dict[str, Any], kind: type[msgspec.Struct], *, path: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    hints = get_type_hints(kind, include_extras=True)
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for name in value.keys() - fields.keys():
        found[f"{path}.{shown_name(name)}".lstrip(".")] = [_("Unknown field.")]
    for name, field in fields.items():
        where = f"{path}.{name}".lstrip(".")
        if name in value:
            found |= _errors(value[name], hints[field.name], path=where)
        elif field.required:
            found[where] = [_("This field is required.")]
    if not found:
        try:
            msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            found[path] = [_message(error, value)]
    return found


def _bare(kind: Any) -> Any:
    """Return the type within `Annotated[...]`, `... | None` and `... | UnsetType`."""
    if hasattr(kind, "__metadata__"):
        return _bare(kind.__origin__)
    options = [option for option in get_args(kind) if option not in _NOTHING]
    if len(options) == 1 < len(get_args(kind)):
        return _bare(options[0])
    return kind


def _path_of(error: msgspec.ValidationError) -> str:
    _text, found, place = str(error).partition(" - at `$")
    return place.removesuffix("`").lstrip(".") if found else ""


def _message(error: msgspec.ValidationError, value: object) -> str:
    """Return msgspec's message without the place, with the length that was met."""
    text = str(error).partition(" - at `")[0].replace("`", "").replace("matching regex", "of the form")
    if "of length" in text and isinstance(value, str | list | dict):
        text = _("%(text)s, got %(length)d") % {"text": text, "length": len(value)}
    return text
