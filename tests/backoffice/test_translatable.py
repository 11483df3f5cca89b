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
from backoffice.text.translatable import (
    TranslatableText,
    as_sentence,
    common_text,
    former_texts,
    gettext,
    join,
    join_sentences,
    render,
    serialize,
    spelled,
    text_of,
)
from tests.backoffice.test_translations import PLACEHOLDER, marked_texts

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
        assert through(text) == f"Kann nicht mehr produziert werden. {GERMAN} own words"


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
        kept = gettext("Line %s is missing.") % params
        with translation.override("de"):
            german = through(kept)
            assert german == translation.gettext("Line %s is missing.") % params
        assert german != kept


def test_sentences_beside_each_other_are_each_read_in_the_readers_language() -> None:
    kept = join_sentences(gettext("Line %s is missing.") % "1", "", "out of paper")
    assert kept == "Line 1 is missing. out of paper."
    with translation.override("de"):
        assert through(kept) == f"{translation.gettext('Line %s is missing.') % '1'} out of paper."


@pytest.mark.parametrize("text", ["", "Done.", "Why?", "No!", "Loading …"])
def test_a_sentence_that_ends_stays_as_it_is(text: str) -> None:
    assert as_sentence(text) == text


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


def test_what_a_row_of_an_earlier_release_remembers_is_read_in_todays_words() -> None:
    kept = {"msgid": "Addresses end with a slash.", "params": {}, "text": "Adressen enden mit einem Schrägstrich."}
    assert render(kept) == "URLs end with a slash."
    with translation.override("de"):
        assert render(kept) == translation.gettext("URLs end with a slash.") != "URLs end with a slash."


def test_every_former_text_leads_to_one_of_today_with_the_same_places() -> None:
    todays = {form for text in marked_texts().values() for form in (text.text, text.plural) if form}
    former = former_texts()
    assert [new for new in former.values() if new not in todays] == []
    assert [old for old in former if old in todays] == []
    assert [old for old, new in former.items() if places_of(old) != places_of(new)] == []


def places_of(text: str) -> list[str]:
    """Return what is put in: by name in any order, else in its order."""
    found = PLACEHOLDER.findall(text)
    return sorted(found) if any("(" in one for one in found) else found


def test_what_texts_of_one_source_have_in_common_is_said_with_the_rest_left_open() -> None:
    waits = [
        gettext("%(vendor)s waits since %(since)s.") % {"vendor": "mypromo", "since": day}
        for day in ("Monday", "Friday")
    ]
    assert common_text(waits) == "mypromo waits since …."
    assert common_text([waits[0], waits[0]]) == waits[0]
    assert common_text([join([one, "Look."]) for one in waits]) == "mypromo waits since …. Look."
    assert common_text([waits[0], "another"]) == "…"
    assert common_text(["one", "another"]) == "…"


def test_a_value_is_put_into_words_anew_for_each_reader() -> None:
    kept = serialize(
        gettext("%(number)s is held: %(text)s") % {"number": "W-1", "text": spelled("order_field", "recipient.street")}
    )
    assert render(kept) == "W-1 is held: Recipient, street"
    with translation.override("de"):
        assert render(kept).endswith("Empfänger, Straße")
    assert render(serialize(spelled("of nobody", "recipient.street"))) == "recipient.street"
