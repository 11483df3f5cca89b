"""The SEO workbench: what is wrong with texts, editing them into a draft, and the way back to the default."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalog.models import ChangeKind, ChangeSet, ChangeSource, Snapshot
from catalog.services.change_sets.texts import RESET, TEXTS

pytestmark = pytest.mark.django_db

CANARY = "<script>alert('canary')</script>"


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("mara"))
    return client


def reading(sku: str, *, title: str | None = "Pens", description: str | None = "All pens", **own: Any) -> Snapshot:
    empty: dict[str, Any] = dict.fromkeys(TEXTS)
    value = {
        "defaults": empty | {"meta_title": title, "meta_description": description},
        "overwrites": empty | own,
    }
    return Snapshot.objects.create(
        vendor="mypromo", kind=ChangeKind.SEARCH_TEXTS, sku=sku, value=value, read_at=timezone.now()
    )


def listed(staff: Client, query: str = "") -> list[str]:
    answer = staff.get(reverse("admin:catalog_changeset_texts") + query)
    assert answer.status_code == 200
    return [row.reading.sku for row in answer.context["rows"]]


def save(staff: Client, row: Snapshot, **fields: str) -> Any:
    return staff.post(reverse("admin:catalog_changeset_text_save", args=[row.pk]), fields)


def test_missing_duplicate_and_too_long_texts_are_found(staff: Client) -> None:
    reading("FINE", title="One of a kind")
    reading("MISSING", description=None, title="Another")
    reading("TWIN-1")
    reading("TWIN-2", title="Default", meta_title="Pens")
    reading("LONG", title="x" * 61)
    reading("OWN-LONG", title="Short", meta_description="y" * 161)
    assert listed(staff) == ["FINE", "MISSING", "TWIN-1", "TWIN-2", "LONG", "OWN-LONG"]
    assert listed(staff, "?state=missing") == ["MISSING"]
    assert listed(staff, "?state=duplicate") == ["TWIN-1", "TWIN-2"]
    assert listed(staff, "?state=long") == ["LONG", "OWN-LONG"]
    assert listed(staff, "?state=own") == ["TWIN-2", "OWN-LONG"]
    assert listed(staff, "?q=of a kind") == ["FINE"]


def test_an_own_text_wins_over_the_default_in_the_list(staff: Client) -> None:
    reading("A", title="Default", meta_title="Own")
    shown = staff.get(reverse("admin:catalog_changeset_texts"))
    [row] = shown.context["rows"]
    assert (row.reading.title, row.reading.description) == ("Own", "All pens")


def test_only_edited_texts_are_drafted_and_a_blank_one_is_the_default(staff: Client) -> None:
    row = reading("A", meta_title="Own", product_description="<p>a</p>\n<p>b</p>")
    save(
        staff, row, meta_title="", meta_description="New", product_description="<p>a</p>\r\n<p>b</p>", meta_keywords=""
    )
    change_set = ChangeSet.objects.get()
    assert change_set.changes.get().requested == {"meta_title": None, "meta_description": "New"}
    save(staff, row, meta_title="Mine", draft=str(change_set.pk))
    assert change_set.changes.get().requested == {"meta_title": "Mine", "meta_description": "New"}


def test_nothing_edited_makes_no_draft(staff: Client) -> None:
    save(staff, reading("A", meta_title="Own"), meta_title="Own")
    assert not ChangeSet.objects.exists()


def test_the_page_shows_default_beside_own_text_and_what_is_drafted(staff: Client) -> None:
    row = reading("A", title="The default", meta_title="Own")
    save(staff, row, meta_title="Draft created")
    answer = staff.get(reverse("admin:catalog_changeset_text", args=[row.pk]))
    [field] = [field for field in answer.context["fields"] if field["name"] == "meta_title"]
    assert (field["default"], field["own"], field["drafted"], field["safe"], field["most"]) == (
        "The default",
        "Own",
        "Draft created",
        60,
        70,
    )
    [field] = [field for field in answer.context["fields"] if field["name"] == "meta_description"]
    assert (field["safe"], field["most"]) == (160, 160)


def test_going_back_to_the_default_asks_first_and_says_that_addresses_go(staff: Client) -> None:
    reading("A", meta_title="Own")
    reading("B", meta_title="Own")
    url = reverse("admin:catalog_changeset_texts_reset")
    shown = staff.post(url, {"sku": ["A", "B"]}).content.decode()
    assert "resets the SEO URLs" in shown
    assert "Create draft to reset 2 SKUs with their URLs" in shown
    assert not ChangeSet.objects.exists()
    staff.post(url, {"sku": ["A", "B"], "confirmed": "yes"})
    change_set = ChangeSet.objects.get()
    assert change_set.source == ChangeSource.RESET
    assert dict(change_set.changes.values_list("sku", "requested")) == {"A": RESET, "B": RESET}


def test_a_reset_needs_its_own_permission(client: Client) -> None:
    editor = User.objects.create_user("editor", is_staff=True)
    names = ["view_changeset", "change_changeset", "push_changeset"]
    editor.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(editor)
    row = reading("A")
    answer = client.post(reverse("admin:catalog_changeset_texts_reset"), {"sku": "A", "confirmed": "yes"})
    assert answer.status_code == 403
    page = client.get(reverse("admin:catalog_changeset_text", args=[row.pk])).content.decode()
    assert "Reset to default" not in page
    assert not ChangeSet.objects.exists()


def test_a_reset_of_nothing_and_by_get_does_nothing(staff: Client) -> None:
    url = reverse("admin:catalog_changeset_texts_reset")
    assert staff.get(url).status_code == 405
    assert staff.post(url, {"confirmed": "yes"}).status_code == 302
    assert not ChangeSet.objects.exists()


def test_what_vendors_write_cannot_act(staff: Client) -> None:
    row = reading("A", title=CANARY, description=CANARY, product_name=CANARY)
    for url in (
        reverse("admin:catalog_changeset_texts"),
        reverse("admin:catalog_changeset_text", args=[row.pk]),
    ):
        assert CANARY not in staff.get(url).content.decode()


def test_the_list_asks_as_often_for_many_rows_as_for_few(staff: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as context:
            listed(staff)
        return len(context)

    reading("A")
    asked()
    few = asked()
    for number in range(60):
        reading(f"B-{number}")
    assert asked() == few


def save_grid(staff: Client, rows: list[Snapshot], **texts: str) -> Any:
    keys = {"reading": [str(row.pk) for row in rows]}
    return staff.post(reverse("admin:catalog_changeset_texts_grid_save"), {**keys, **texts})


def test_texts_of_many_skus_are_edited_in_one_table_into_one_draft(staff: Client) -> None:
    first, second, third = reading("A"), reading("B", meta_title="Own"), reading("C")
    shown = staff.get(reverse("admin:catalog_changeset_texts_grid"))
    assert [row.reading.sku for row in shown.context["rows"]] == ["A", "B", "C"]
    texts = {
        f"{first.pk}-meta_title": "New", f"{second.pk}-meta_title": "", f"{third.pk}-meta_title": "",
        f"{third.pk}-meta_description": "",
    }  # fmt: skip
    answer = save_grid(staff, [first, second, third], **texts)
    change_set = ChangeSet.objects.get()
    assert answer.url == reverse("admin:catalog_changeset_change", args=[change_set.pk])
    # An emptied field is the vendor's default; what stays empty is no change.
    assert dict(change_set.changes.values_list("sku", "requested")) == {
        "A": {"meta_title": "New"}, "B": {"meta_title": None}
    }  # fmt: skip
    again = staff.get(reverse("admin:catalog_changeset_texts_grid")).context["rows"]
    assert [row.fields[0].value for row in again] == ["New", "", ""]


def test_of_a_table_with_a_text_that_cannot_be_kept_nothing_is_drafted(staff: Client) -> None:
    first, second = reading("A"), reading("B")
    texts = {f"{first.pk}-meta_title": "Fine", f"{second.pk}-meta_title": "a\x00b\u0007"}
    answer = save_grid(staff, [first, second], **texts)
    assert answer.status_code == 302
    assert not ChangeSet.objects.exists()
    assert save_grid(staff, []).status_code == 302


def test_the_table_is_for_who_may_change_texts_and_asks_as_often_for_many_rows(staff: Client) -> None:
    address = reverse("admin:catalog_changeset_texts_grid")

    def asked() -> int:
        with CaptureQueriesContext(connection) as context:
            staff.get(address)
        return len(context)

    reading("A", title=CANARY)
    assert CANARY not in staff.get(address).content.decode()
    few = asked()
    for number in range(30):
        reading(f"B-{number}")
    assert asked() == few
    reader = User.objects.create_user("rhea", is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename="view_changeset"))
    staff.force_login(reader)
    assert staff.get(address).status_code == 403
    assert save_grid(staff, list(Snapshot.objects.all())).status_code == 403
