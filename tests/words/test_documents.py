"""README and docs call a thing by its one name, as the pages of the product do."""

from tests.words import documents
from tests.words.glossary import load, rules_of


def test_every_page_calls_a_thing_by_its_one_name() -> None:
    assert list(map(str, documents.faults())) == []


def test_what_may_be_said_otherwise_has_a_reason_and_still_occurs() -> None:
    exceptions = documents.allowed()
    assert [one for one in exceptions if not one.reason.strip()] == []
    without = _faults_without_exceptions()
    for one in exceptions:
        assert any(one.covers(fault.page, fault.word) for fault in without), one.word.pattern


def _faults_without_exceptions() -> list[documents.Finding]:
    rules = rules_of(load(), "en")
    return [
        fault for page, text in documents.pages() for fault in documents.read(page, text, rules=rules, exceptions=[])
    ]


def test_a_forbidden_word_is_found_in_prose_and_left_alone_in_code() -> None:
    text = "Orders.\n\n```sh\ntell it\n```\n\nSee [it](told.md), `told`, and the supplier.\n"
    [found] = documents.read("docs/x.md", text, rules=rules_of(load(), "en"), exceptions=[])
    assert (found.line, found.word, found.term) == (7, "supplier", "vendor")
