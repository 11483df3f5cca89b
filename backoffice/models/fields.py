"""Field types of our own."""

import json
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])


class SealedJSONField(models.TextField):
    """A JSON value kept encrypted (Fernet); every key of ENCRYPTION_KEYS opens it, the first one seals.

    Not searchable. What no key opens raises `InvalidToken`: better than to go on without the credentials.
    """

    if TYPE_CHECKING:  # what django-stubs takes for the value of a field; a text unless it is told
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

    def get_prep_value(self, value: Any) -> str | None:
        if value is None:
            return None
        return _cipher().encrypt(json.dumps(value).encode()).decode()

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return None if value is None else json.loads(_cipher().decrypt(value.encode()))

    def to_python(self, value: Any) -> Any:
        return value


__all__ = ["InvalidToken", "SealedJSONField"]
