"""A refusal that names rows by their place in the batch fails these and no other."""

import json

from catalog.models import ChangeSetState
from tests.catalog.change_desk import Desk
from tests.catalog.test_push_batches import plan


def test_a_row_named_by_its_place_fails_and_the_rest_of_the_batch_is_sent(desk: Desk) -> None:
    change_set = plan(desk, desk.skus(5))
    third = change_set.changes.order_by("pk")[2]
    errors = {"data.2.prices.retail_prices": ["The price is too low."]}
    body = json.dumps({"message": "The given data was invalid.", "errors": errors})
    rule = desk.sandbox.faults.add("status", method="PATCH", times=1, status=422, body=body)
    desk.work_off(change_set)
    assert rule.hits == 1
    assert change_set.state == ChangeSetState.DIFFERING
    states = dict(change_set.changes.values_list("pk", "state"))
    assert states == {pk: ("failed" if pk == third.pk else "verified") for pk in states}
    third.refresh_from_db()
    assert third.note == "The price is too low."
    assert desk.sandbox.ledger.total("PATCH v1/prices 200") == 1
