"""Every model and every column that could hold a text says what it holds of a person, or why it holds none."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from backoffice.engine.models.stored_file import StoredFile
from backoffice.privacy.periods import KINDS
from backoffice.privacy.registry import COMMON, Holder, holder_of, holders, reasons

TEXTS = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.GenericIPAddressField)


def _texts(model: type[models.Model]) -> Iterator[str]:
    """Yield columns that could hold a text of anybody: neither keys nor one of our own words."""
    for field in model._meta.concrete_fields:
        base = field.base_field if isinstance(field, ArrayField) else field
        if isinstance(base, TEXTS) and not field.choices and not field.is_relation and not field.primary_key:
            yield field.name


def _faults(model: type[models.Model]) -> Iterator[str]:
    label, holder = model._meta.label, holder_of(model._meta.label)
    if holder is None:
        if label not in reasons():
            yield f"{label} is not registered"
        return
    if label in reasons():
        yield f"{label} is registered twice"
    said = {*holder.fields, *holder.plain, *COMMON}
    if not holder.deleted:
        yield from (f"{label}.{name} is said nothing of" for name in _texts(model) if name not in said)
    known = {field.name for field in model._meta.get_fields()}
    yield from (f"{label} has no {name}" for name in {*holder.fields, *holder.plain} - known)


def _is_of_tests(model: type[models.Model]) -> bool:
    return model.__module__.startswith("tests.")


def test_every_model_and_every_text_column_is_registered():
    assert [fault for model in apps.get_models() if not _is_of_tests(model) for fault in _faults(model)] == []


def test_a_model_without_a_word_about_it_is_found():
    class Unknown(models.Model):
        class Meta:
            app_label, managed = "privacy", False

        def __str__(self) -> str:
            return ""

    try:
        assert list(_faults(Unknown)) == ["privacy.Unknown is not registered"]
    finally:
        del apps.all_models["privacy"]["unknown"]
        apps.clear_cache()


def test_every_customers_holder_is_found_or_read_through():
    for holder in holders():
        if holder.about == "customer":
            assert holder.find or holder.scrubbed or not holder.fields or _is_kept(holder), holder.label


def _is_kept(holder: Holder) -> bool:
    return holder.label in {"orders.SearchWord", "engine.WaitingFile", "privacy.VendorErasure"}


def test_every_model_with_files_is_registered():
    files = [model for model in apps.get_models() if issubclass(model, StoredFile)]
    assert len(files) >= 8
    for model in files:
        assert holder_of(model._meta.label) or model._meta.label in reasons()


@pytest.mark.parametrize("holder", list(holders()), ids=lambda holder: holder.label)
def test_what_is_kept_names_a_kind_of_retention_or_says_it_in_words(holder):
    has_limit = bool(holder.setting) and "%(period)s" in str(holder.kept)
    assert holder.kept in KINDS or has_limit or " " in str(holder.kept), holder.label
