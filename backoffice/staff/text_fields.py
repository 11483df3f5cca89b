"""Texts that staff type, as they are kept (`text.cleaning`): the fields of all forms, and what pages read by hand.

Every form uses these instead of Django's `CharField`, and forms of models get them by `text_options`; a test looks for
those that do not.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.http import QueryDict

from backoffice.errors import InvalidInput
from backoffice.text.cleaning import BadText
from backoffice.text.structs import CLEANERS, Text


class CleanField(forms.CharField):
    """Base of all: its text as it is kept; what cannot be kept is a complaint at the field."""

    kind: ClassVar[Text]

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not isinstance(text, str):
            return text
        try:
            return CLEANERS[self.kind](text) or self.empty_value
        except BadText as bad:
            raise ValidationError(bad.text, code=bad.kind) from None


class LineField(CleanField):
    """A text of one line."""

    kind = Text.LINE


class ParagraphField(CleanField):
    """A text of several lines."""

    kind = Text.PARAGRAPH
    widget = forms.Textarea


class PartField(CleanField):
    """A name or part of an address: dashes are nothing."""

    kind = Text.PART


class CodeField(CleanField):
    """What is compared letter by letter: a SKU, a tracking code, an e-mail address of somebody else's."""

    kind = Text.CODE


class LinkField(CleanField):
    """An address on the web, in whatever form."""

    kind = Text.URL


class EmailCodeField(CodeField, forms.EmailField):
    """An e-mail address."""


class WebLinkField(LinkField, forms.URLField):
    """An address on the web that has the form of one."""


class SlugCodeField(CodeField, forms.SlugField):
    """A name within addresses."""


# The first that fits.
_FIELDS: tuple[tuple[type[models.Field], type[CleanField]], ...] = (
    (models.EmailField, EmailCodeField),
    (models.URLField, WebLinkField),
    (models.SlugField, SlugCodeField),
    (models.CharField, LineField),
    (models.TextField, ParagraphField),
)


def text_options(field: "models.Field[Any, Any]", options: dict[str, Any]) -> dict[str, Any]:
    """Return the options of a model field's form field, with the class that cleans it where it is a text."""
    kind = next((kind for of, kind in _FIELDS if isinstance(field, of)), None)
    return options if kind is None or field.choices else {"form_class": kind, **options}


def text_formfield(field: "models.Field[Any, Any]", **options: Any) -> forms.Field | None:
    """Return the form field of a model field: the `formfield_callback` of a ModelForm."""
    made: Callable[..., forms.Field | None] = field.formfield
    return made(**text_options(field, options))


class CleansTexts:
    """For an admin: the texts of its form are cleaned."""

    def formfield_for_dbfield(self, db_field: Any, request: Any, **options: Any) -> Any:
        return super().formfield_for_dbfield(db_field, request, **text_options(db_field, options))  # type: ignore[misc]


def posted_text(given: QueryDict, name: str, *, kind: Text = Text.LINE, most: int | None = None) -> str:
    """Return a text that a page sent beside any form, as it is kept, empty where it sent none; only its first `most`
    characters where a longer one can be nothing that we know.

    Raises InvalidInput, naming the field.
    """
    try:
        return CLEANERS[kind](given.get(name, "")[:most])
    except BadText as bad:
        raise InvalidInput(bad.text, errors={name: [bad.text]}) from None


def searched_text(given: QueryDict, name: str, *, most: int = 200) -> str:
    """Return what is looked for, at most so many characters; what can be kept nowhere is found nowhere: empty."""
    try:
        return CLEANERS[Text.LINE](given.get(name, "")[:most])
    except BadText:
        return ""
