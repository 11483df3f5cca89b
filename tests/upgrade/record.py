"""What is kept of each release beside its migrations: the columns that it uses, by table."""

import json
from pathlib import Path
from typing import Any

from django.apps import apps as installed
from django.apps.registry import Apps
from django.db import connection

from backoffice.engine.services.releases import last_release

SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "releases"
# By table and column the type, as in `varchar(50)`, with "?" where it may be empty.
Columns = dict[str, dict[str, str]]


def used_columns(apps: Apps = installed) -> Columns:
    """Return what the models read and write."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return {
        model._meta.db_table: {
            str(field.column): f"{field.db_type(connection)}{'?' * field.null}"
            for field in model._meta.local_concrete_fields
        }
        for model in sorted(models, key=lambda model: model._meta.db_table)
        if not model._meta.proxy
    }


def released_columns() -> Columns:
    """Return what the last release uses."""
    content: Any = json.loads((SAMPLES / last_release().version / "columns.json").read_text())
    return content
