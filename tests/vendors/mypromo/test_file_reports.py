"""How far mypromo is with each file, and when each line ships."""

from datetime import UTC, datetime

import pytest

from backoffice.vendors.messages import RemoteFileState
from backoffice.vendors.mypromo.reports import file_report, line_report
from backoffice.vendors.mypromo.schemas import FileSchema, ItemSchema, OrderedDesignSchema


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("PENDING", RemoteFileState.WAITING),
        ("downloaded", RemoteFileState.FETCHED),
        ("PREFLIGHT_FINISHED", RemoteFileState.CHECKED),
        ("ERROR", RemoteFileState.FAILED),
        ("PREFLIGHT_FAILED", RemoteFileState.FAILED),
        ("DREAMING", RemoteFileState.UNKNOWN),
        (None, RemoteFileState.UNKNOWN),
        ({"a": 1}, RemoteFileState.UNKNOWN),
    ],
)
def test_each_word_is_one_of_ours_and_a_strange_one_is_kept_as_it_is(word: object, state: RemoteFileState) -> None:
    read = file_report(word, name="front")
    assert (read.state, read.name) == (state, "front")
    assert read.raw_state == (word if isinstance(word, str) else "")


def test_a_line_has_the_dates_that_its_item_shows() -> None:
    read = line_report(
        ItemSchema(
            id=8,
            quantity=5,
            shipping_earliest="2026-12-01T23:59:59.000000Z",
            shipping_latest="2026-12-03T23:59:59.000000Z",
            shipping_late=0,
            files=[FileSchema(url="https://files.example.com/a.pdf", type="back", status="DOWNLOADED")],
            designs=[OrderedDesignSchema(id=9, status="PREFLIGHT_FINISHED")],
        )
    )
    assert read.shipping_earliest == datetime(2026, 12, 1, 23, 59, 59, tzinfo=UTC)
    assert read.shipping_latest == datetime(2026, 12, 3, 23, 59, 59, tzinfo=UTC)
    assert read.shipping_late is False
    assert [(one.name, one.state) for one in read.files] == [("back", "fetched"), ("", "checked")]
