"""The papers of a batch are of the merchant's own slips, and of nothing that was cancelled."""

from collections.abc import Callable
from io import BytesIO

import pytest
from pypdf import PdfReader

from backoffice.engine.services.files import keep_file, new_path, note_kept
from backoffice.errors import Conflict
from backoffice.sandbox import Sandbox
from fulfillment.models import Label, ProductionFileKind, ProductionOrder
from fulfillment.services.downloads import FOLDER, PRODUCTION_FILES
from fulfillment.services.papers import merge_papers
from fulfillment.services.picking import find_batch
from tests.fulfillment.conftest import Make
from tests.orders.test_designs import broken_png

pytestmark = pytest.mark.django_db
Fetch = Callable[[Label], Label]


def pages(*orders: ProductionOrder, without_missing: bool = False) -> list[str]:
    merged = merge_papers(find_batch([order.pk for order in orders]), without_missing=without_missing)
    return [page.extract_text() for page in PdfReader(BytesIO(merged)).pages]


def test_a_slip_that_is_still_coming_or_failing_is_missing_and_ours_is_not_printed_for_it(
    sandbox: Sandbox, make: Make, fetch: Fetch
) -> None:
    order = make("label")
    fetch(order.labels.get())
    slip = order.files.get(kind=ProductionFileKind.SLIP)
    for is_stuck in (False, True):
        order.files.update(needs_attention=is_stuck)
        batch = find_batch([order.pk])
        assert (batch.is_ready, batch.missing_slips) == (False, [slip])
        with pytest.raises(Conflict, match=r"^1 delivery slip is still missing\.$"):
            merge_papers(batch)
        assert len(pages(order, without_missing=True)) == 2, "the pick list and the label"
    PRODUCTION_FILES.fetch_due()
    assert find_batch([order.pk]).is_ready
    assert len(pages(order)) == 3


def test_ours_is_the_slip_of_a_merchant_who_supplied_none(make: Make) -> None:
    order = make("plain")
    assert find_batch([order.pk]).is_ready, "a print file that is still coming is no paper"
    assert "Delivery slip" in pages(order)[1]


def test_a_cancelled_order_is_named_left_out_and_waited_for_by_nobody(make: Make) -> None:
    order, cancelled = make("plain"), make("label")
    ProductionOrder.objects.filter(pk=cancelled.pk).update(state="cancelled")
    batch = find_batch([order.pk, cancelled.pk])
    assert (batch.is_ready, batch.orders, batch.cancelled) == (True, [order], [cancelled])
    words = " ".join(pages(order, cancelled)).split()
    assert (f"#{order.vendor_id}" in words, f"#{cancelled.vendor_id}" in words) == (True, False)


def test_a_picture_that_cannot_be_read_is_named(make: Make, fetch: Fetch) -> None:
    label = fetch(make("two_labels").labels.first())
    label.path = new_path(FOLDER)
    label.save(update_fields=["path", *note_kept(label, keep_file(broken_png(), path=label.path))])
    with pytest.raises(Conflict, match="damaged"):
        pages(label.production_order, without_missing=True)
