"""Change sets as staff see and work them in the admin, against the sandbox."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Change, ChangeKind, ChangeSet, ChangeSetState, ChangeSource
from catalog.services.change_sets.editing import add_changes, make_change_set
from tests.catalog.change_desk import FULFILLER, Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("mara"))
    return client


def page(staff: Client, change_set: ChangeSet, query: str = "") -> str:
    answer = staff.get(reverse("admin:catalog_changeset_change", args=[change_set.pk]) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def press(staff: Client, change_set: ChangeSet, name: str, **values: Any) -> str:
    """Return the button's answer, followed to the page it leads to."""
    url = reverse(f"admin:catalog_changeset_{name}", args=[change_set.pk])
    answer = staff.post(url, values, follow=True)
    assert answer.status_code == 200
    change_set.refresh_from_db()
    return answer.content.decode()


def draft(count: int, *, title: str = "Spring") -> ChangeSet:
    rows = {f"SKU-{number}": {"sales": {"50": "9.90"}} for number in range(count)}
    return make_change_set(
        ChangeKind.SALES_PRICES, vendor="mypromo", rows=rows, title=title, source=ChangeSource.EDITOR, actor="mara"
    )


def test_a_set_goes_from_draft_to_verified_by_its_buttons(staff: Client, desk: Desk) -> None:
    change_set = desk.make(desk.moved(desk.skus(2), percent=4))
    assert "Compare with the vendor" in page(staff, change_set)
    shown = press(staff, change_set, "check")
    assert "+4.0%" in shown
    count = change_set.counts["values"]
    assert f"Approve {count} prices" in shown
    shown = press(staff, change_set, "approve", reason="seen and wanted")
    assert change_set.state == ChangeSetState.APPROVED, shown
    assert f"Send {count} prices to mypromo" in shown
    press(staff, change_set, "push")
    assert desk.work_off(change_set).state == ChangeSetState.VERIFIED
    shown = page(staff, change_set)
    assert "all values match" in shown
    assert "Batch 1, 2 rows" in shown
    assert "as merchant" in shown
    press(staff, change_set, "restore")
    assert ChangeSet.objects.latest("pk").restored_from_id == change_set.pk


def test_a_loss_is_shown_unticked_and_is_ticked_one_by_one(staff: Client, desk: Desk) -> None:
    sku = desk.skus(1, vendor=FULFILLER, tiers=2)[0]
    tiers = desk.held(sku, client="2")["purchase_prices"]
    gone = str(tiers[0]["qty"])
    change_set = desk.make({sku: {"purchase": {gone: None}}}, kind=ChangeKind.FULFILLER_PRICES, vendor=FULFILLER)
    press(staff, change_set, "check")
    shown = page(staff, change_set, "?rows=losses")
    assert f'value="purchase:{gone}"' in shown
    assert "checked>" not in shown.split('class="losses', 1)[1].split("</form>", 1)[0]
    assert "as fulfiller" in shown
    press(staff, change_set, "approve", reason="because")
    assert change_set.state == ChangeSetState.CHECKED
    press(staff, change_set, "tick", sku=sku, key=f"purchase:{gone}")
    assert change_set.counts["unconfirmed"] == 0
    assert change_set.changes.get().confirmed == [f"purchase:{gone}"]


def test_an_author_is_told_that_somebody_else_approves_a_large_set(client: Client, desk: Desk) -> None:
    author = desk.author
    author.is_staff = True
    author.save()
    author.user_permissions.add(*Permission.objects.filter(codename__in=["view_changeset", "change_changeset"]))
    client.force_login(author)
    change_set = desk.check(desk.make(desk.moved(desk.skus(1), percent=60)))
    shown = page(client, change_set)
    assert "someone else must approve it" in shown
    assert reverse("admin:catalog_changeset_approve", args=[change_set.pk]) not in shown
    press(client, change_set, "approve", reason="I want it")
    assert change_set.state == ChangeSetState.CHECKED


def test_a_guard_is_overridden_only_with_a_reason(staff: Client, desk: Desk) -> None:
    sku = desk.skus(1)[0]
    quantity = str(desk.held(sku)["sales_prices"][0]["qty"])
    change_set = desk.check(desk.make({sku: {"sales": {quantity: "0.01"}}}))
    assert change_set.counts["blocking"] == 1
    assert "Override 1 SKU and approve" in page(staff, change_set)
    press(staff, change_set, "approve")
    assert change_set.state == ChangeSetState.CHECKED
    shown = press(staff, change_set, "approve", reason="Clearance")
    assert change_set.state == ChangeSetState.APPROVED
    assert "Warnings overridden by mara" in shown


def test_what_was_changed_since_it_was_shown_is_not_approved(staff: Client, desk: Desk) -> None:
    first, second = desk.skus(2)
    change_set = desk.check(desk.make(desk.moved([first])))

    def seen() -> str:
        return page(staff, change_set).split('name="revision" value="', 1)[1].split('"', 1)[0]

    before = seen()
    desk.check(add_changes(change_set, rows=desk.moved([second]), actor="author"))
    assert "Review it again before approving it." in press(staff, change_set, "approve", revision=before)
    assert change_set.state == ChangeSetState.CHECKED
    press(staff, change_set, "approve", revision=seen())
    assert change_set.state == ChangeSetState.APPROVED


def test_nobody_without_the_permission_gets_to_the_buttons(client: Client, person: Callable[..., User]) -> None:
    reader = person("reader", "view_changeset")
    reader.is_staff = True
    reader.save()
    client.force_login(reader)
    change_set = draft(1)
    shown = page(client, change_set)
    for name in ("check", "approve", "push", "schedule", "tick", "remove", "discard", "reopen", "restore"):
        url = reverse(f"admin:catalog_changeset_{name}", args=[change_set.pk])
        assert client.post(url).status_code == 403, name
        assert url not in shown, name
    change_set.refresh_from_db()
    assert change_set.state == ChangeSetState.DRAFT


def test_buttons_take_no_get(staff: Client) -> None:
    change_set = draft(1)
    assert staff.get(reverse("admin:catalog_changeset_discard", args=[change_set.pk])).status_code == 405


def test_a_scheduled_set_can_be_taken_back(staff: Client, desk: Desk) -> None:
    change_set = desk.approve(desk.make(desk.moved(desk.skus(1), percent=2)), override_reason="fine")
    press(staff, change_set, "schedule", at="nonsense")
    assert change_set.state == ChangeSetState.APPROVED
    press(staff, change_set, "schedule", at="2036-01-01T08:00")
    assert change_set.state == ChangeSetState.SCHEDULED
    press(staff, change_set, "unschedule")
    assert change_set.state == ChangeSetState.APPROVED
    press(staff, change_set, "reopen")
    assert (change_set.state, change_set.approved_by) == (ChangeSetState.DRAFT, "")


def test_every_row_of_a_large_set_is_on_exactly_one_page(staff: Client) -> None:
    change_set = draft(250)
    seen: list[str] = []
    query = ""
    while True:
        answer = staff.get(reverse("admin:catalog_changeset_change", args=[change_set.pk]) + query)
        rows = answer.context["page"]
        seen += [row.change.sku for _product, group in rows.groups for row in group]
        if rows.next is None:
            break
        query = rows.next.partition("#")[0]
    assert sorted(seen) == sorted(change_set.changes.values_list("sku", flat=True))


def test_a_page_asks_as_often_for_many_rows_as_for_few(staff: Client) -> None:
    few, many = draft(2), draft(300)
    page(staff, few)

    def asked(change_set: ChangeSet) -> int:
        with CaptureQueriesContext(connection) as context:
            page(staff, change_set)
        return len(context)

    assert asked(many) == asked(few)


def test_the_list_finds_sets_by_state_and_by_a_sku_in_them(staff: Client) -> None:
    spring, autumn = draft(1, title="Spring"), draft(3, title="Autumn")
    press(staff, spring, "discard")

    def titles(query: str) -> list[str]:
        answer = staff.get(reverse("admin:catalog_changeset_changelist") + query)
        return [row.title for row in answer.context["rows"]]

    assert titles("") == ["Autumn", "Spring"]
    assert titles("?state=open") == ["Autumn"]
    assert titles("?q=SKU-2") == ["Autumn"]
    assert titles("?state=discarded") == ["Spring"]
    assert titles("?kind=stock") == []
    assert autumn.pk


def test_what_people_and_vendors_write_cannot_act(staff: Client) -> None:
    canary = "<script>alert('canary')</script>"
    change_set = draft(1, title=canary)
    Change.objects.filter(change_set=change_set).update(
        note=canary, guards=[{"code": "x", "text": canary, "blocking": True, "overridable": False}]
    )
    for shown in (page(staff, change_set), staff.get(reverse("admin:catalog_changeset_changelist")).content.decode()):
        assert canary not in shown
