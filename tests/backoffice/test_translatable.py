"""Texts that remember their source: read in another language, copied, and left alone where people wrote them."""

import copy
import json
import pickle
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone, translation

from backoffice.engine.models import Callback, Push
from backoffice.engine.services.delivery import Withdrawn
from backoffice.model_fields import TranslatableTextField
from backoffice.text.translatable import TranslatableText, gettext, join, render, serialize, text_of

SOURCE = "%(sku)s is not in the catalogue."
GERMAN = "X-1 steht nicht im Katalog."


def made() -> str:
    return gettext(SOURCE) % {"sku": "X-1"}


def through(value: Any) -> Any:
    """Return the text after its way to the database and back."""
    return render(json.loads(json.dumps(serialize(value))))


def test_a_kept_text_is_read_in_the_language_of_its_reader_time_and_again() -> None:
    kept = made()
    assert kept == "X-1 is not in the catalogue."
    with translation.override("de"):
        german = through({"lines[0].sku": [kept]})["lines[0].sku"][0]
        assert german == GERMAN
    assert through(german) == "X-1 is not in the catalogue."


def test_what_was_put_in_is_read_in_that_language_too_where_it_remembers() -> None:
    text = gettext("Can no longer be made. %(lines)s") % {"lines": join([made(), "own words"])}
    with translation.override("de"):
        assert through(text) == f"Nicht mehr herstellbar. {GERMAN} own words"


def test_copies_remember() -> None:
    for again in (copy.copy(made()), copy.deepcopy([made()])[0], pickle.loads(pickle.dumps(made()))):
        assert serialize(again) == serialize(made())


@pytest.mark.parametrize("plain", ["", "100 % of it", "\x1e{}", '{"msgid": "x", "params": {}, "text": "y"}', "a\x1eb"])
def test_what_people_wrote_stays_as_it_is(plain: str) -> None:
    field = TranslatableTextField()
    assert field.from_db_value(field.get_prep_value(plain), None, None) == plain.lstrip("\x1e")
    assert through([plain]) == [plain]


def test_a_text_that_no_longer_fits_its_source_stays_as_it_was_said() -> None:
    kept = serialize(made()) | {"params": {}}
    assert render(kept | {"msgid": "%(other)s is gone.", "params": {"sku": "X-1"}}) == "X-1 is not in the catalogue."


def test_amounts_are_kept_as_they_were_put_in() -> None:
    text = TranslatableText("Line %(line)s: %(sold)s", "Line %(line)s: %(sold)s") % {"line": 2, "sold": Decimal("1.50")}
    assert through(text) == "Line 2: 1.50"


def test_what_is_put_in_by_place_is_remembered_as_what_is_put_in_by_name() -> None:
    for params in ("x", ("x",)):
        kept = gettext("The order is %s.") % params
        with translation.override("de"):
            german = through(kept)
            assert german == translation.gettext("The order is %s.") % params
        assert german != kept


def test_an_exceptions_text_remembers_its_source() -> None:
    assert serialize(text_of(Withdrawn(made()))) == serialize(made())
    assert text_of(ValueError(7)) == "7"


def test_the_cause_of_a_push_and_the_note_of_a_callback_are_read_in_the_readers_language(db: None) -> None:
    push = Push.objects.create(
        vendor="v", kind="k", subject_type="s", subject_id=1, next_at=timezone.now(), cause=made()
    )
    callback = Callback.objects.create(vendor="v", topic="t", key="1", body=b"", note=made())
    with translation.override("de"):
        assert (Push.objects.get(pk=push.pk).cause, Callback.objects.get(pk=callback.pk).note) == (GERMAN, GERMAN)
    assert Push.objects.filter(cause__icontains="x-1 is not").exists()
