"""Whose data were shown to whom is recorded, without a page waiting for it."""

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from backoffice.accounts.models import ApiKey
from backoffice.audit.models import AuditEntry
from backoffice.audit.personal_data import _forget_searches, _old_searches
from backoffice.audit.services import personal, reading
from backoffice.audit.services.chain import close_all, head
from backoffice.audit.services.reading import NOTES, Note
from backoffice.audit.services.redacting import redact
from orders.models import Enquiry, Order
from tests.orders.rows import make_order
from tests.pages.addresses import staff_patterns

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_noted() -> Iterator[None]:
    NOTES.forget()
    yield
    NOTES.forget()


@pytest.fixture
def order() -> Order:
    made = make_order(customer_email="jana@example.com")
    close_all()
    return made


def reads() -> list[AuditEntry]:
    """Write what was noted and return it."""
    before = head().position
    NOTES.flush()
    close_all()
    return list(AuditEntry.objects.filter(pk__gt=before, action__in=["read", "search", "download"]).order_by("pk"))


def test_who_opens_searches_and_downloads_is_recorded_once_for_a_while(
    client: Client, admin_user: User, order: Order
) -> None:
    client.force_login(admin_user)
    for _again in range(3):
        assert client.get(f"/admin/orders/order/{order.pk}/change/", REMOTE_ADDR="192.0.2.7").status_code == 200
    client.get("/admin/orders/order/?q=Gr%C3%B6%C3%9Fer")
    client.get(f"/admin/orders/order/{order.pk}/slip/")
    client.get("/admin/orders/order/999999/change/")
    opened, searched, slip = reads()
    assert (opened.action, opened.object_type, opened.object_id) == ("read", "orders.order", str(order.pk))
    assert (opened.actor, opened.user_id, opened.address) == ("admin", admin_user.pk, "192.0.2.7")
    assert opened.shop_id == order.shop_id
    assert len(opened.request_id) == 32
    assert (searched.action, searched.values["q"], searched.object_id) == ("search", "Größer", "")
    assert (slip.action, slip.object_id) == ("download", str(order.pk))
    assert reads() == []


def test_a_search_for_a_name_can_be_erased(client: Client, admin_user: User, order: Order) -> None:
    client.force_login(admin_user)
    client.get("/admin/orders/customer/?q=jana@example.com")
    client.get("/admin/orders/order/?q=jana@example.com")
    assert len(reads()) == 2
    assert redact(["jana@example.com"]) >= 2


def test_a_name_typed_into_the_palette_is_a_search_and_is_forgotten_as_one(
    client: Client, admin_user: User, order: Order
) -> None:
    client.force_login(admin_user)
    client.get("/admin/search/?s=jana@example.com&extended=1")
    (entry,) = reads()
    assert (entry.action, entry.values["s"]) == ("search", "jana@example.com")
    later = timezone.now() + timedelta(days=1)
    assert list(_old_searches(None, later)) == [entry]
    _forget_searches([entry.pk])
    entry.refresh_from_db()
    assert "jana" not in entry.payload


def test_the_pane_of_the_inbox_is_a_reading_of_its_order(client: Client, admin_user: User, order: Order) -> None:
    client.force_login(admin_user)
    other = make_order()
    client.get("/admin/")
    assert reads() == []  # counts alone show nothing of anybody
    client.get("/admin/?kind=to-release")
    client.get(f"/admin/?kind=to-release&item={other.pk}", headers={"X-Part": "1"})
    found = [(one.action, one.object_type, one.object_id, one.values["page"]) for one in reads()]
    assert found == [("read", "orders.order", str(key), "index") for key in (order.pk, other.pk)]


def test_a_kind_of_the_inbox_that_shows_people_without_an_order_is_a_reading(client: Client, admin_user: User) -> None:
    client.force_login(admin_user)
    enquiry = Enquiry.objects.create(vendor="sign-customiser", vendor_id="1", subject="A sign", email="a@example.com")
    client.get("/admin/?kind=enquiries")
    (entry,) = reads()
    assert (entry.action, entry.object_type, entry.object_id) == ("read", "orders.enquiry", str(enquiry.pk))


def test_a_page_that_answers_a_form_is_a_reading(client: Client, admin_user: User, order: Order) -> None:
    client.force_login(admin_user)
    answer = client.post(f"/admin/orders/order/{order.pk}/address/recipient/", {"street": ""})
    assert (answer.status_code, order.number in answer.content.decode()) == (200, True)
    (entry,) = reads()
    assert (entry.action, entry.object_id, entry.values["page"]) == ("read", str(order.pk), "orders_order_address")


def test_a_key_that_reads_an_order_is_recorded(client: Client, order: Order) -> None:
    row, key = ApiKey.objects.create_key(name="shop", shop=order.shop, scopes=["orders:read"])
    answer = client.get(f"/api/v1/orders/{order.pk}/", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200, answer.content
    assert client.get(f"/api/v1/orders/{order.pk}/").status_code == 401
    (entry,) = reads()
    assert (entry.actor_kind, entry.actor, entry.object_id) == ("key", row.prefix, str(order.pk))


def test_what_waits_is_bounded_and_a_lost_database_loses_nothing_of_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(reading, "MOST", 3)
    notes = reading.Notes()
    at = AuditEntry._meta.get_field("at").to_python("2026-11-30T00:00:00+00:00")
    for number in range(5):
        notes.add(Note(at, "{}", "read", "orders.order", str(number), "{}"), who="staff:clara")
    assert notes.lost == 2
    with monkeypatch.context() as patch:
        patch.setattr(reading, "write", _fail)
        with pytest.raises(OperationalError):
            notes.flush()
    with caplog.at_level(logging.ERROR):
        notes._try()
    assert "2 readings of personal data could not be recorded" in caplog.text
    close_all()
    assert list(AuditEntry.objects.order_by("pk").values_list("object_id", flat=True)) == ["2", "3", "4"]


def _fail(notes: list[Note]) -> None:
    raise OperationalError("gone")


# Beginnings of pages that show nothing of a customer, or say themselves what they show (`index`): whether that is so is
# looked for in what they answer (`tests/pages/test_every_page.py`).
WITHOUT = (
    "accounts_", "app_list", "auth_group", "autocomplete", "axes_", "catalog_", "engine_drift",
    "engine_integration", "fulfillment_carrier", "fulfillment_country", "fulfillment_state", "handbook", "inbox",
    "index", "jsi18n", "log", "mail_mailtemplate", "mail_shopmail", "mail_staffmail", "my_sign_in", "password_change",
    "rules_notice", "rules_rule", "signin_", "staff_", "today", "vendor_accounts_",
    "view_on_site", "webhooks_webhookendpoint",
    "woocommerce_wooconnection", "woocommerce_wooproduct",
)  # fmt: skip


def test_every_page_is_known_to_show_personal_data_or_none() -> None:
    unknown = {
        name
        for name, pattern in staff_patterns().items()
        if personal.shown_data(name, str(pattern.pattern)) is None
        and not name.startswith(WITHOUT)
        and name not in personal.WITHOUT
    }
    assert unknown == set()
