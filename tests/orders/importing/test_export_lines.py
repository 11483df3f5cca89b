"""Orders that are exported by line, and imported again."""

import pytest

from backoffice.accounts.models import Shop
from backoffice.engine.services.files import open_file
from backoffice.jobs.services.drafting import draft_job
from backoffice.jobs.services.kinds import JOB_KINDS
from backoffice.jobs.services.working import work_job
from orders.models import Order
from tests.api.storefront import CARD, make_storefront
from tests.orders.importing.conftest import LINE, brought_in, csv_of, lines, outcomes, placed

SAME = ("total", "currency", "totals", "placed_at", "customer_email", "gift_message", "tags", "fingerprint")


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_is_exported_by_line_is_imported_as_the_same_orders(shop: Shop, ending: str) -> None:
    card = {
        "reference": "4711", "sku": CARD, "quantity": "100", "unit_price": "1.2345", "tags": "fair, vip",
        "print_files": "front=https://files.example.com/a.pdf https://files.example.com/b.pdf",
    }  # fmt: skip
    first = LINE | {"total": "237.31", "tax": "37.89", "gift_message": "=Hi", "recipient_zip": "01067"}
    placed(brought_in(shop, csv_of([first, card, *lines(2)])))
    assert Order.objects.count() == 3
    job = draft_job(JOB_KINDS[f"importing.export_{ending}"], Order.objects.all(), actor="mara")
    work_job(job.pk, seconds=60)
    job.refresh_from_db()
    other = make_storefront("TWO").shop
    with open_file(job) as file:
        table = brought_in(other, file.read(), name=f"orders.{ending}")
    assert set(outcomes(table)) == {"4711", "R-1", "R-2"}
    placed(table)
    for order in Order.objects.filter(shop=other):
        before = Order.objects.get(shop=shop, reference=order.reference)
        assert [getattr(order, name) for name in SAME] == [getattr(before, name) for name in SAME]
        assert list(order.lines.values_list("sku", "quantity", "unit_price", "files")) == list(
            before.lines.values_list("sku", "quantity", "unit_price", "files")
        )
