"""Whatever changes a watched table leaves an entry with who, what, before and after: however it is changed."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection, transaction
from django.test import Client

from backoffice.accounts.models import ApiKey, Shop
from backoffice.acting import COMMAND, RULE, STAFF, acting_as, told_by
from backoffice.audit.models import AuditEntry
from backoffice.audit.services.chain import close_all, head
from backoffice.celery import app
from backoffice.web.request_id import caused_by
from orders.models import Address, Order, OrderEvent, OrderLine
from tests.orders.rows import make_order

pytestmark = pytest.mark.django_db


def entries(**filters: Any) -> list[AuditEntry]:
    """Close the chain and return what was added by that."""
    before = head().position
    close_all()
    return list(AuditEntry.objects.filter(pk__gt=before, **filters).order_by("pk"))


def run_sql(sql: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


@pytest.fixture
def order() -> Order:
    with told_by("intake"):
        made = make_order({}, {})
    entries()
    return made


def test_a_bulk_update_is_an_entry_a_row_with_only_what_changed(order: Order) -> None:
    OrderLine.objects.update(name="Mug, blue")
    first, second = entries(object_type="orders.orderline")
    assert (first.action, first.root_type, first.root_id) == ("update", "orders.order", str(order.pk))
    assert set(first.values) == {"name"}
    assert first.values["name"][1] == "Mug, blue"
    assert first.object_id != second.object_id
    assert first.shop_id == order.shop_id


def test_raw_sql_is_seen_and_who_told_nothing_is_named_by_the_database(order: Order) -> None:
    with transaction.atomic():
        run_sql("SELECT set_config('backoffice.actor', '', true)")
        # Not through the back office: what another program's connection would send.
        connection.connection.execute("UPDATE orders_order SET total = total + 1 WHERE id = %s", [order.pk])
    (entry,) = entries(object_type="orders.order")
    assert entry.actor_kind == "database"
    assert entry.actor.startswith(str(connection.settings_dict["USER"]))
    before, after = entry.values["total"]
    assert after == before + 1


def test_what_does_not_change_leaves_nothing(order: Order) -> None:
    Order.objects.update(state=order.state)
    Order.objects.update(search="x")
    assert entries() == []


def test_deleted_rows_are_kept_as_they_were(order: Order) -> None:
    with acting_as(STAFF, "clara"):
        OrderLine.objects.all()[:1].get().delete()
    (entry,) = entries()
    assert (entry.action, entry.object_type, entry.actor) == ("delete", "orders.orderline", "clara")
    assert entry.values["name"]


def test_secrets_are_only_named() -> None:
    user = User.objects.create_user("clara", "c@example.com", "password-1")
    user.set_password("password-2")
    user.save()
    created, changed = entries(object_type="auth.user")
    assert "password" not in created.values
    assert changed.values == {"password": None}
    assert "md5" not in created.payload + changed.payload


def test_a_membership_belongs_to_its_person() -> None:
    user, group = User.objects.create_user("clara"), Group.objects.create(name="Packers")
    user.groups.add(group)
    (entry,) = entries(object_type="auth.user_groups")
    assert (entry.root_type, entry.root_id, entry.values["group_id"]) == ("auth.user", str(user.pk), group.pk)


def test_a_page_names_who_is_signed_in_from_where_and_the_request(
    client: Client, admin_user: User, order: Order
) -> None:
    client.force_login(admin_user)
    entries()
    form = {"tags": "vip", "tags_before": "", "assignee": "", "assignee_before": ""}
    response = client.post(f"/admin/orders/order/{order.pk}/notes/", form, REMOTE_ADDR="192.0.2.7")
    assert response.status_code == 302
    (entry,) = entries(object_type="orders.order")
    assert (entry.actor_kind, entry.actor, entry.user_id) == ("staff", "admin", admin_user.pk)
    assert (entry.address, entry.request_id) == ("192.0.2.7", response.headers["X-Request-ID"])
    assert entry.values == {"tags": [[], ["vip"]]}


def test_a_key_is_named_by_its_prefix(client: Client) -> None:
    shop = Shop.objects.create(code="WEB", name="Web")
    row, key = ApiKey.objects.create_key(name="shop", shop=shop, scopes=["webhooks:write"])
    body = {"url": "https://example.com/hook", "topics": ["order.released"]}
    entries()
    response = client.post(
        "/api/v1/webhook-endpoints/", json.dumps(body), content_type="application/json",
        headers={"Authorization": f"Bearer {key}", "Idempotency-Key": "one"},
    )  # fmt: skip
    assert response.status_code == 201, response.content
    (entry,) = entries(object_type="webhooks.webhookendpoint")
    assert (entry.actor_kind, entry.actor, entry.shop_id) == ("key", row.prefix, shop.pk)
    assert "secrets" not in entry.values


def test_a_command_is_named_with_the_user_of_the_operating_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["manage.py", "setup_groups"])
    Group.objects.create(name="Packers")
    (entry,) = entries(object_type="auth.group")
    assert entry.actor_kind == COMMAND
    who = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True, env=os.environ).stdout.strip()
    assert entry.actor == f"setup_groups ({who})"


def test_a_task_is_named_with_the_request_that_caused_it() -> None:
    @app.task(name="tests.audit.make")
    def make() -> None:
        Group.objects.create(name="Packers")

    with caused_by("request-1"):
        make.apply(headers={"request_id": "request-1"})
    (entry,) = entries(object_type="auth.group")
    assert (entry.actor_kind, entry.actor) == ("task", "tests.audit.make")


def test_a_name_told_within_what_was_undone_is_told_again(order: Order) -> None:
    with acting_as(RULE, "7"), transaction.atomic():
        with transaction.atomic():
            Order.objects.update(total=1)
            transaction.set_rollback(True)
        Order.objects.update(total=2)
        with acting_as(STAFF, "o'%s \0clara"):
            Order.objects.update(total=3)
        Order.objects.update(total=4)
    found = [(one.actor_kind, one.actor, one.values["total"][1]) for one in entries(object_type="orders.order")]
    assert found == [("rule", "7", 2), ("staff", "o'%s clara", 3), ("rule", "7", 4)]


def test_a_new_order_is_told_by_its_timeline_and_a_row_put_in_by_hand_is_not(order: Order) -> None:
    assert not AuditEntry.objects.filter(object_type__startswith="orders.").exists()
    Address.objects.create(order=order, role="invoice", country_code="DE")
    assert [one.object_type for one in entries()] == ["orders.address"]


def test_whoever_changes_a_line_of_a_timeline_is_seen(order: Order) -> None:
    event = OrderEvent.objects.create(order=order, actor="clara", kind="order.released")
    assert entries() == []
    OrderEvent.objects.filter(pk=event.pk).update(actor="bob")
    assert entries()[0].values == {"actor": ["clara", "bob"]}


def test_without_triggers_nothing_is_seen(order: Order) -> None:
    """The control."""
    with transaction.atomic():
        run_sql("SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE orders_order DISABLE TRIGGER USER")
        Order.objects.update(total=1)
    assert entries() == []
