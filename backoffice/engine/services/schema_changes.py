"""What makes a migration: what the database has to know. Labels, help, the names of choices and what a validator says
are texts of pages, so a better word needs none.
"""

from typing import Any

from django.db import models
from django.db.migrations.autodetector import MigrationAutodetector

_TEXTS_OF_FIELDS = ("verbose_name", "help_text", "choices", "validators", "error_messages")
_TEXTS_OF_MODELS = ("verbose_name", "verbose_name_plural")


class SchemaAutodetector(MigrationAutodetector):
    """Django's, blind to texts."""

    def __init__(self, from_state: Any, to_state: Any, questioner: Any = None) -> None:
        super().__init__(from_state, to_state, questioner)
        for state in (from_state, to_state):
            for model in state.models.values():
                for name in _TEXTS_OF_MODELS:
                    model.options.pop(name, None)

    def deep_deconstruct(self, obj: Any) -> Any:
        """Return what the field is made of, its texts left out."""
        parts = super().deep_deconstruct(obj)
        if isinstance(obj, models.Field):
            path, args, kwargs = parts
            return path, args, {name: value for name, value in kwargs.items() if name not in _TEXTS_OF_FIELDS}
        return parts
