"""The page "Audit": read only, narrowed, in words; its entries as a table."""

import csv
import io
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.utils import translation

from backoffice.acting import COMMAND, STAFF, acting_as
from backoffice.audit.admin.words import ValueLine, lines_of
from backoffice.audit.models import AuditEntry
from backoffice.audit.services.chain import close_all
from backoffice.jobs.models import Job
from backoffice.web.request_id import caused_by
from orders.models import Order
from tests.orders.rows import make_order
from tests.sights import SEES

pytestmark = pytest.mark.django_db
LIST = "/admin/backoffice/auditentry/"


@pytest.fixture
def clara(client: Client) -> Client:
    """Return the browser of somebody who may read the trail."""
    user = User.objects.create_user("clara", password="p", is_staff=True)
    user.user_permissions.add(
        *Permission.objects.filter(codename__in=["view_auditentry", "view_order", "view_job", *SEES])
    )
    client.force_login(user)
    return client


@pytest.fixture
def order(clara: Client) -> Order:
    """Return an order that Otto released and a command changed."""
    order = make_order()
    with acting_as(STAFF, "otto", address="192.0.2.7"), caused_by("request-otto"):
        Order.objects.filter(pk=order.pk).update(state="released", tags=["vip"])
    with acting_as(COMMAND, "tidy (root)"):
        Order.objects.filter(pk=order.pk).update(shipping_method="<b>post</b>")
    close_all()
    return order


def shown(client: Client, query: str) -> list[AuditEntry]:
    return [row.entry for row in client.get(f"{LIST}{query}").context["rows"]]


def test_the_list_is_narrowed_by_who_what_when_and_from_where(clara: Client, order: Order) -> None:
    of_order = f"?of=orders.order:{order.pk}"
    assert {one.object_type for one in shown(clara, of_order)} == {"orders.order", "orders.address", "orders.orderline"}
    for query in ("?who=otto", "?q=otto", "?address=192.0.2.7", "?q=192.0.2.7", "?request=request-otto"):
        assert [one.actor for one in shown(clara, query)] == ["otto"], query
    assert {one.actor_kind for one in shown(clara, f"{of_order}&by=command&action=update")} == {"command"}
    otto = AuditEntry.objects.get(actor="otto")
    assert shown(clara, f"?q=%23{otto.pk}&kind=orders.order&action=update") == [otto]
    assert shown(clara, "?until=2020-01-01") == []
    assert len(shown(clara, "?kind=orders.order&since=2020-01-01")) == 3


def test_an_entry_says_in_words_what_was_before_and_after(clara: Client, order: Order) -> None:
    entry = AuditEntry.objects.get(actor="otto")
    assert lines_of(entry) == [ValueLine("Order", "new", "released"), ValueLine("Tags", "", '[\n "vip"\n]')]
    with translation.override("de"):
        assert [line.label for line in lines_of(entry)] == ["Bestellung", "Tags"]
    page = clara.get(f"{LIST}{entry.pk}/change/").content.decode()
    assert f"/admin/orders/order/{order.pk}/change/" in page
    assert "?request=request-otto" in page
    assert "?by=staff&amp;who=otto" in page


def test_markup_in_a_value_stays_text(clara: Client, order: Order) -> None:
    entry = AuditEntry.objects.get(actor="tidy (root)")
    for address in (LIST, f"{LIST}{entry.pk}/change/"):
        page = clara.get(address).content.decode()
        assert "&lt;b&gt;post" in page
        assert "<b>post" not in page


def test_the_order_and_pages_of_things_lead_to_their_changes(clara: Client, order: Order, admin_user: User) -> None:
    address = f"{LIST}?of=orders.order:{order.pk}"
    assert address in clara.get(f"/admin/orders/order/{order.pk}/change/").content.decode()
    clara.force_login(admin_user)
    group = Group.objects.create(name="Packers")
    page = clara.get(f"/admin/auth/group/{group.pk}/change/").content.decode()
    assert f"?of=auth.group%3A{group.pk}" in page


def test_nobody_reads_it_without_the_right_and_nobody_writes_it(clara: Client, order: Order, admin_user: User) -> None:
    entry = AuditEntry.objects.get(actor="otto")
    admin = Client()
    admin.force_login(admin_user)
    for address in (f"{LIST}add/", f"{LIST}{entry.pk}/delete/"):
        assert admin.get(address).status_code == 403
    User.objects.get(username="clara").user_permissions.clear()
    for address in (LIST, f"{LIST}{entry.pk}/change/"):
        assert clara.get(address).status_code == 403
    assert LIST not in clara.get("/admin/").content.decode()


def test_marked_entries_are_exported_as_a_table(clara: Client, order: Order, tmp_path: Any) -> None:
    entries = AuditEntry.objects.filter(object_type="orders.order").order_by("pk")
    marked = {"kind": "audit.export_csv", "back": LIST, "auditentry": [one.pk for one in entries]}
    assert clara.post("/admin/backoffice/job/begin/", marked).status_code == 302
    job = Job.objects.get()
    content = b"".join(clara.get(f"/admin/backoffice/job/{job.pk}/file/").streaming_content)  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["actor"] for row in rows if row["action"] == "update"] == ["tidy (root)", "otto"]
    assert all(len(row["chain"]) == 64 for row in rows)
