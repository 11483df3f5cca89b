"""An entry in words: labels of fields and choices instead of names of columns and codes."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import Field, ForeignKey, Model
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format, number_format
from django.utils.timezone import is_aware, localtime
from django.utils.translation import gettext_lazy

from backoffice.acting import COMMAND, DATABASE, KEY, LINK, NOBODY, RULE, TASK, VENDOR
from backoffice.audit.models import AuditAction, AuditEntry
from backoffice.audit.services.redacting import MARK, OWN
from backoffice.model_fields import TranslatableTextField
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import render
from backoffice.vendors.registry import vendor_title

# Longer values are cut on the page; the export has them whole.
LONGEST = 2000
_IN_SHORT = 3
# What Django names after two models, "user-group relationship", in words.
_LINKS = {
    "accounts.shoprestriction_shops": gettext_lazy("shop that a person sees"),
    "auth.group_permissions": gettext_lazy("right of a role"),
    "auth.user_groups": gettext_lazy("role of a person"),
    "auth.user_user_permissions": gettext_lazy("right of a person"),
    "catalog.product_categories": gettext_lazy("category of a product"),
}
_READINGS = (AuditAction.READ, AuditAction.SEARCH, AuditAction.DOWNLOAD)


@dataclass(frozen=True)
class ValueLine:
    """One field: before and after as its reader writes them. `is_secret`: only that it changed is known."""

    label: str
    before: str = ""
    after: str = ""
    is_secret: bool = False


@cache
def model_of(label: str) -> type[Model] | None:
    """Return the model of this version that has the label."""
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def kind_word(label: str) -> str:
    """Return what a thing of that kind is called."""
    model = model_of(label)
    return str(_LINKS.get(label) or (model._meta.verbose_name if model else label))


def kind_choices() -> list[tuple[str, str]]:
    """Return every kind of thing with its word, by word; where two share one, with its app."""
    found = [(label := model._meta.label_lower, kind_word(label)) for model in _models()]
    words = [word for _label, word in found]
    named = [
        (label, word if words.count(word) == 1 else f"{word} ({label.partition('.')[0]})") for label, word in found
    ]
    return sorted(((label, word[:1].upper() + word[1:]) for label, word in named), key=lambda one: one[1].lower())


def actor_words(entry: AuditEntry) -> str:
    """Return who it was."""
    name = entry.actor
    words = {
        KEY: _("API key %(name)s") % {"name": name},
        COMMAND: _("command %(name)s") % {"name": name},
        RULE: _("rule %(number)s") % {"number": name},
        VENDOR: vendor_title(name) if name else "",
        TASK: _("automatically"),
        LINK: _("anyone with the link"),
        NOBODY: _("not signed in"),
        DATABASE: _("in the database: %(name)s") % {"name": name},
    }
    return words.get(entry.actor_kind, name)


def lines_of(entry: AuditEntry) -> list[ValueLine]:
    """Return field by field what was before and after; of rows that came or went what they held."""
    if entry.action in _READINGS:
        return [ValueLine(_asked(name), after=str(value)) for name, value in entry.values.items() if name != "page"]
    if entry.action in OWN:
        return []
    if entry.action == AuditAction.DECIDE:
        return [ValueLine(_fact(name), after=_words(None, value)) for name, value in entry.values.items()]
    model = model_of(entry.object_type)
    fields = _fields(model) if model else {}
    return sorted(_lines(entry, fields), key=lambda line: line.label.lower())


def short(entry: AuditEntry) -> str:
    """Return the first things that changed, for a list."""
    values = entry.values
    if entry.action in _READINGS:
        return ", ".join(f"{_asked(name)}: {value}" for name, value in values.items() if name != "page")[:200]
    if entry.action == AuditAction.DECIDE:
        return _words(None, values.get("decision"))
    if entry.action != AuditAction.UPDATE:
        return ""
    lines = lines_of(entry)
    told = "; ".join(_told(line) for line in lines[:_IN_SHORT])
    more = len(lines) - _IN_SHORT
    return _("%(told)s and %(count)s more") % {"told": told, "count": more} if more > 0 else told


def _told(line: ValueLine) -> str:
    if line.is_secret:
        return _("%(field)s changed") % {"field": line.label}
    return f"{line.label}: {_cut(line.before) or '–'} → {_cut(line.after) or '–'}"


def _cut(text: str, *, longest: int = 40) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _models() -> Iterator[type[Model]]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            yield model


@cache
def _fields(model: type[Model]) -> Mapping[str, "Field[Any, Any]"]:
    return {str(field.column): field for field in model._meta.concrete_fields}


def _lines(entry: AuditEntry, fields: Mapping[str, "Field[Any, Any]"]) -> Iterator[ValueLine]:
    for column, value in entry.values.items():
        field = fields.get(column)
        label = _label(field, column)
        if entry.action == AuditAction.UPDATE:
            if isinstance(value, list) and len(value) == 2:
                yield ValueLine(label, _words(field, value[0]), _words(field, value[1]))
            else:
                yield ValueLine(label, is_secret=True)
        elif words := _words(field, value):
            is_new = entry.action == AuditAction.CREATE
            yield ValueLine(label, after=words) if is_new else ValueLine(label, before=words)


def _label(field: "Field[Any, Any] | None", column: str) -> str:
    words = str(field.verbose_name) if field is not None else column.replace("_", " ")
    return words[:1].upper() + words[1:]


def _words(field: "Field[Any, Any] | None", value: Any) -> str:
    """Return the value as people write it; empty for nothing."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, list | dict):
        shown = render(value)
        return str(shown) if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False, indent=1)
    if isinstance(value, str) and value.startswith(TranslatableTextField.MARK):
        return str(render(json.loads(value.removeprefix(TranslatableTextField.MARK))))
    if field is not None and value in (choices := dict(field.flatchoices)):
        return str(choices[value])
    if isinstance(field, ForeignKey):
        return f"{kind_word(field.related_model._meta.label_lower)} #{value}"
    return _plain(value, is_moment=field is not None and field.get_internal_type() == "DateTimeField")


def _plain(value: Any, *, is_moment: bool) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        return number_format(value, use_l10n=True)
    return _moment(value) if is_moment else str(value)


def _moment(text: str) -> str:
    when = None if text == MARK else parse_datetime(text)
    if when is None:
        return text
    return date_format(localtime(when) if is_aware(when) else when, "SHORT_DATETIME_FORMAT")


def _fact(name: str) -> str:
    known = {
        "decision": _("Decision"),
        "reason": _("Reason"),
        "about": _("About"),
        "vendor": _("Vendor"),
        "count": _("Count"),
        "problems": _("Problems"),
    }
    return known.get(name, name.replace("_", " ").capitalize())


def _asked(name: str) -> str:
    return _("Searched for") if name in ("q", "s") else name.replace("_", " ").capitalize()
