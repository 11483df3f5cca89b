"""A better word makes no migration; what the database has to know does."""

import pytest
from django.db import models
from django.db.migrations.state import ModelState, ProjectState

from backoffice.engine.services.schema_changes import SchemaAutodetector


def state(field: models.Field, **options: str) -> ProjectState:
    made = ProjectState()
    made.add_model(
        ModelState("accounts", "Thing", [("id", models.AutoField(primary_key=True)), ("name", field)], options)
    )
    return made


BEFORE = {"max_length": 5, "verbose_name": "name", "help_text": "A name.", "choices": [("a", "An a")]}


@pytest.mark.parametrize("text", [{"verbose_name": "title"}, {"help_text": ""}, {"choices": [("a", "The a")]}])
def test_a_better_word_makes_no_migration(text: dict[str, object]) -> None:
    before = state(models.CharField(**BEFORE), verbose_name="thing")  # type: ignore[arg-type]
    after = state(models.CharField(**BEFORE | text), verbose_name="item", verbose_name_plural="items")  # type: ignore[arg-type]
    assert SchemaAutodetector(before, after)._detect_changes() == {}


@pytest.mark.parametrize("fact", [{"max_length": 6}, {"null": True}, {"db_default": ""}])
def test_what_the_database_has_to_know_makes_one(fact: dict[str, object]) -> None:
    before, after = state(models.CharField(**BEFORE)), state(models.CharField(**BEFORE | fact))  # type: ignore[arg-type]
    assert "accounts" in SchemaAutodetector(before, after)._detect_changes()
