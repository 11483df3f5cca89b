"""The fields of a job's inputs: shown, and read as they are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.http import QueryDict

from backoffice.errors import Errors, InvalidInput, add_error
from backoffice.jobs.services.inputs import InputKind, JobInput
from backoffice.staff.text_fields import posted_text
from backoffice.text.structs import Text
from backoffice.text.translatable import gettext as _


@dataclass(frozen=True)
class ShownInput:
    """A field with what stands in it, what is wrong with it, and what may be chosen."""

    input: JobInput
    value: Any
    errors: Sequence[str]
    choices: Sequence[tuple[int, str]]


def shown_inputs(
    inputs: Sequence[JobInput], values: Mapping[str, Any], *, errors: Errors | None = None
) -> list[ShownInput]:
    """Return the fields with these values; one query where a person is asked for."""
    return [
        ShownInput(
            one,
            values.get(one.name, ""),
            (errors or {}).get(one.name, ()),
            _people() if one.kind == InputKind.PERSON else (),
        )
        for one in inputs
    ]


def read_inputs(inputs: Sequence[JobInput], given: QueryDict) -> dict[str, Any]:
    """Return the values by name: texts, yes or no, the key of a person or None for nobody.

    Raise InvalidInput, by field.
    """
    errors: Errors = {}
    values = {one.name: _read(one, given, errors) for one in inputs}
    if errors:
        raise InvalidInput(_("An entry is missing or too long."), errors=errors)
    return values


def _people() -> list[tuple[int, str]]:
    people = User.objects.filter(is_staff=True, is_active=True).order_by("first_name", "username")
    return [(person.pk, person.get_full_name() or person.get_username()) for person in people]


def _read(one: JobInput, given: QueryDict, errors: Errors) -> Any:
    if one.kind == InputKind.YES_NO:
        return given.get(one.name) == "1"
    if one.kind == InputKind.PERSON:
        return _read_person(one, given.get(one.name, ""), errors)
    try:
        text = posted_text(given, one.name, kind=Text.PARAGRAPH if one.kind == InputKind.LONG else Text.LINE)
    except InvalidInput as error:
        add_error(errors, one.name, error.text)
        return ""
    if one.is_required and not text:
        add_error(errors, one.name, _("Required."))
    if len(text) > one.longest:
        add_error(errors, one.name, _("At most %(longest)s characters.") % {"longest": one.longest})
    return text


def _read_person(one: JobInput, key: str, errors: Errors) -> int | None:
    if not key:
        return None
    known = User.objects.filter(is_staff=True, is_active=True)
    person = known.filter(pk=key).first() if key.isdecimal() and len(key) < 10 else None
    if person is None:
        add_error(errors, one.name, _("Choose someone with an active account."))
    return person.pk if person else None
