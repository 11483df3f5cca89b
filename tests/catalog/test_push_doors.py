"""Whatever the door, a price leaves with an approved change set only: admin, command, API, service, row of the queue.

The row of the queue and the service's own refusals are in `test_change_sets.py`, the command in
`test_push_commands.py`.
"""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from backoffice.accounts.models import ApiKey, Shop
from backoffice.accounts.models.shop import Scope
from backoffice.engine.models import Push
from backoffice.errors import DomainError
from catalog.models import ChangeSet, ChangeSetState
from catalog.services.pushing.starting import push_change_set
from tests.catalog.change_desk import Desk

# What makes the call (`ChangeFormat.sender`), and who asks for it.
NAMES_A_WRITER = re.compile(r"\.update_(?:sales_prices|fulfiller_prices|stock_fulfiller|sync|search_texts)\b")
ASKS_FOR_ITS_CALL = re.compile(r"\.sender\(")


@pytest.fixture
def checked(desk: Desk) -> ChangeSet:
    """Return a set that was compared with the vendor and approved by nobody."""
    return desk.check(desk.make(desk.moved(desk.skus(1))))


def assert_nothing_left(desk: Desk, change_set: ChangeSet) -> None:
    change_set.refresh_from_db()
    assert change_set.state == ChangeSetState.CHECKED
    assert not Push.objects.exists()
    assert desk.sandbox.ledger.total("PATCH") == 0


def test_the_button_of_the_admin_sends_nothing_that_nobody_approved(
    admin_client: Client, desk: Desk, checked: ChangeSet
) -> None:
    url = reverse("admin:catalog_changeset_push", args=[checked.pk])
    assert admin_client.post(url).status_code == 302
    assert_nothing_left(desk, checked)


def test_the_service_called_from_a_shell_sends_nothing_that_nobody_approved(desk: Desk, checked: ChangeSet) -> None:
    with pytest.raises(DomainError):
        push_change_set(checked, user=desk.boss)
    assert_nothing_left(desk, checked)


@pytest.mark.parametrize("path", ["catalog/products/", "catalog/variants/{sku}/", "catalog/variants/{sku}/quote/"])
def test_the_api_has_no_door_for_prices(path: str, client: Client, desk: Desk, checked: ChangeSet) -> None:
    shop = Shop.objects.create(code="DOOR", name="Door")
    _row, key = ApiKey.objects.create_key(name="all", shop=shop, scopes=list(Scope.values))
    sku = checked.changes.get().sku
    body = {"sku": sku, "prices": {"currency": "EUR", "retail_prices": [{"qty": 50, "price": 0.01}]}}
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(client, method)(
            f"/api/v1/{path.format(sku=sku)}",
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {key}", "Idempotency-Key": method},
        )
        assert answer.status_code == 405, (method, answer.content)
    assert_nothing_left(desk, checked)


def test_nothing_but_the_sending_of_approved_batches_calls_what_changes_a_vendors_catalogue() -> None:
    apps = [Path(settings.BASE_DIR) / name for name in ("backoffice", "catalog", "fulfillment", "orders")]
    texts = {file: file.read_text() for app in apps for file in app.rglob("*.py")}
    assert {file.name for file in texts if ASKS_FOR_ITS_CALL.search(texts[file])} == {"sending.py"}
    shapes = {(file.parent.name, file.name) for file in texts if NAMES_A_WRITER.search(texts[file])}
    assert shapes == {("change_sets", name) for name in ("prices.py", "stock.py", "texts.py")}
