"""The columns of a row that differ."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model


def set_changed(row: Model, values: Mapping[str, Any]) -> list[str]:
    """Set those of the values that the row has not. Return their names; nothing is saved."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed
