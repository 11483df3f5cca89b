"""The catalogue of vendors' errors: found, explained in the reader's language, and without any say in what is done."""

import ast
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as all_settings
from django.utils import translation
from django.utils.module_loading import import_string

from backoffice.checks import check_error_catalogue
from backoffice.text.translatable import TranslatableText, join, render, serialize
from backoffice.text.translatable import gettext as _
from backoffice.vendors import explaining
from backoffice.vendors.common_errors import COMMON_ERRORS
from backoffice.vendors.errors import VendorError
from backoffice.vendors.explaining import explain, explain_params
from backoffice.vendors.known_errors import KnownError
from backoffice.vendors.responses import Response, raise_for

ROOT = Path(__file__).parents[2]
# mypromo's document, "Error Codes", but for those that mean success.
DOCUMENTED_STATUSES = (400, 401, 403, 404, 405, 406, 410, 422, 429, 500, 503)
NO_CONTRACT = "You have no contract with this client. You can see your current contracts in the dashboard."
ENTRY = KnownError(pattern=r"No (?P<what>\w+)\.", text="No %(what)s at %(vendor)s.", examples=("No stock.",))


def all_entries() -> list[KnownError]:
    types = [import_string(path) for path in (*all_settings.VENDORS.values(), *all_settings.TEST_VENDORS.values())]
    return [*COMMON_ERRORS, *(entry for vendor in types for entry in vendor.KNOWN_ERRORS)]


def error_of(status: int, body: str = "", *, write: bool = True) -> VendorError:
    answer = Response(status, body=body.encode())
    with pytest.raises(VendorError) as raised:
        raise_for(answer, write=write, vendor="mypromo", documented_503=True, role="MERCHANT")
    return raised.value


@pytest.mark.parametrize("status", DOCUMENTED_STATUSES)
def test_every_documented_status_without_a_word_of_the_vendor_is_explained(status: int) -> None:
    shown = explain("mypromo", error_of(status).text)
    assert shown.known in COMMON_ERRORS
    assert shown.remedy


def test_every_common_example_is_found_by_its_own_entry() -> None:
    for entry in COMMON_ERRORS:
        assert [explain("mypromo", str(text)).known for text in entry.examples] == [entry] * len(entry.examples)


def test_every_text_and_remedy_has_german() -> None:
    for entry in all_entries():
        for source in filter(None, (entry.text, entry.remedy)):
            with translation.override("de"):
                assert translation.gettext(source) != source


def test_a_known_error_is_read_in_the_language_of_its_reader_with_the_original_kept() -> None:
    shown = explain("mypromo", NO_CONTRACT)
    assert shown.text == "mypromo has no contract between you and the fulfiller of this product."
    with translation.override("de"):
        shown = explain("mypromo", NO_CONTRACT)
    assert shown.text == "Bei mypromo besteht kein Vertrag zwischen Ihnen und dem Fulfiller dieses Produkts."
    assert shown.remedy.startswith("Fordern Sie den Vertrag")
    assert shown.original == NO_CONTRACT


def test_what_the_pattern_finds_is_put_in() -> None:
    shown = explain("sign-customiser", "The shipping_address.city field must not be greater than 255 characters.")
    assert shown.text == "“shipping_address.city” is too long for Sign Customiser: at most 255 characters are allowed."


def test_the_vendors_words_are_taken_out_of_a_sentence_of_the_transport() -> None:
    shown = explain("mypromo", error_of(401, '{"message": "Your plan has ended."}').text)
    assert shown.text == "mypromo does not accept our credentials."
    assert shown.original == "Your plan has ended."
    shown = explain("mypromo", error_of(403, '{"message": "Your plan has ended."}').text)
    assert shown.text == "mypromo refuses this, as our client there lacks the role MERCHANT."
    assert shown.original == "Your plan has ended."


@pytest.mark.parametrize("vendor", ["mypromo", "gone-vendor", ""])
def test_what_nobody_knows_is_shown_as_it_came(vendor: str) -> None:
    shown = explain(vendor, "The moon is in the way.")
    assert (shown.text, shown.remedy, shown.original, shown.known) == ("The moon is in the way.", "", "", None)
    assert shown.is_unknown


def test_a_sentence_of_ours_is_no_error_of_a_vendor_and_what_it_quotes_is_explained() -> None:
    ours = _("%(vendor)s is paused by %(name)s: outgoing requests wait.") % {"vendor": "mypromo", "name": "Jo"}
    assert explain("mypromo", ours).text == ours
    assert not explain("mypromo", ours).is_unknown
    details = TranslatableText(f"sku: {NO_CONTRACT}", "%(field)s: %(text)s", {"field": "sku", "text": NO_CONTRACT})
    kept = serialize(join(["Refused.", details]))
    with translation.override("de"):
        shown = explain("mypromo", render(kept))
    assert shown.text.startswith("Refused. sku: Bei mypromo besteht kein Vertrag")
    assert shown.original == NO_CONTRACT


def test_a_line_of_a_timeline_is_filled_in_with_the_explanation() -> None:
    params = explain_params("mypromo", {"said": NO_CONTRACT, "count": 2, "reference": "WEB-1"})
    assert params["said"].startswith("mypromo has no contract")
    assert (params["count"], params["reference"]) == (2, "WEB-1")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"pattern": "(no"}, "no regular expression"),
        ({"text": "No %(wat)s."}, "nothing to put in for %(wat)s"),
        ({"remedy": "Wait 100 %."}, "a lone %"),
        ({"examples": ("No contract!",)}, "does not match its example 'No contract!'"),
        ({"examples": ()}, "a text and an example are needed"),
        ({"field": "sku"}, "does not match its example"),
    ],
)
def test_a_bad_entry_is_named_by_the_check_with_its_file(change: Any, fault: str, monkeypatch: Any) -> None:
    assert check_error_catalogue(None) == []
    monkeypatch.setattr(explaining, "COMMON_ERRORS", (replace(ENTRY, **change),))
    [error] = check_error_catalogue(None)
    assert str(error.msg).startswith("common_errors.py, ")
    assert fault in str(error.msg)


def test_what_decides_about_sending_knows_nothing_of_the_catalogue() -> None:
    """Known or not, retryable or not: an error is classified by its class alone."""
    catalogue = {"known_errors", "explaining", "common_errors", "push_errors", "unknown_errors"}
    deciding = [*ROOT.glob("backoffice/engine/services/*.py"), *ROOT.glob("orders/services/placing/*.py")]
    deciding += [*ROOT.glob("backoffice/vendors/*.py"), *ROOT.glob("catalog/services/pushing/*.py")]
    about_people = {"push_errors.py", "failures.py", "alerts.py", "base.py"}
    about_people |= {"explaining.py", "known_errors.py", "common_errors.py"}
    for path in deciding:
        if path.name not in about_people:
            modules = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]
            assert not [node for node in modules if (node.module or "").rpartition(".")[2] in catalogue], path
