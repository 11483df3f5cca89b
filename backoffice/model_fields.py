"""Field types of our own."""

import json
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

from backoffice.errors import Unavailable
from backoffice.text.translatable import TranslatableText, gettext, render, serialize


def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])


def seal_text(text: str) -> str:
    """Return it encrypted under the newest of ENCRYPTION_KEYS, for what libraries keep in columns of their own."""
    return _cipher().encrypt(text.encode()).decode()


def open_text(sealed: str) -> str:
    """Return what was sealed. Raise KeyMissing for what no key opens."""
    try:
        return _cipher().decrypt(sealed.encode()).decode()
    except InvalidToken:
        text = gettext(
            "%s is encrypted with a key that ENCRYPTION_KEYS no longer contains. Put the old key back at the end "
            "of the list and run manage.py reseal before you remove it."
        )
        raise KeyMissing(text % gettext("A second factor")) from None


class KeyMissing(Unavailable):
    """What is kept here was sealed with a key that is gone from ENCRYPTION_KEYS."""

    code = "key_missing"


class SealedJSONField(models.TextField):
    """A JSON value kept encrypted (Fernet); every key of ENCRYPTION_KEYS opens it, the first one seals.

    Not searchable. What no key opens raises KeyMissing: better than to go on without the credentials.
    """

    if TYPE_CHECKING:  # what django-stubs takes for the value of a field; a text unless it is told
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

    def get_prep_value(self, value: Any) -> str | None:
        if value is None:
            return None
        return _cipher().encrypt(json.dumps(value).encode()).decode()

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        if value is None:
            return None
        try:
            return json.loads(_cipher().decrypt(value.encode()))
        except InvalidToken:
            text = gettext(
                "%s is encrypted with a key that ENCRYPTION_KEYS no longer contains. Put the old key back at the "
                "end of the list and run manage.py reseal before you remove it."
            )
            raise KeyMissing(text % f"{self.model._meta.label_lower}.{self.name}") from None

    def to_python(self, value: Any) -> Any:
        return value


class TranslatableTextField(models.TextField):
    """A text that comes back in the language of who reads it, where it was made by `text.translatable`. One that
    people or vendors wrote is kept as it is. Not searchable.
    """

    # PostgreSQL takes it in a text, and nobody types it.
    MARK = "\x1e"

    def get_prep_value(self, value: Any) -> str | None:
        if isinstance(value, TranslatableText):
            return self.MARK + json.dumps(serialize(value))
        return value.lstrip(self.MARK) if isinstance(value, str) else value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return render(json.loads(value[1:])) if value and value.startswith(self.MARK) else value

    def deconstruct(self) -> Any:
        """Present the field to the database as any other text."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs


class TranslatableJSONField(models.JSONField):
    """The same for texts anywhere in a JSON value."""

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(serialize(value))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return render(super().from_db_value(value, expression, connection))

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs


__all__ = ["KeyMissing", "SealedJSONField", "TranslatableJSONField", "TranslatableTextField"]
