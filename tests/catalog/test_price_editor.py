"""The price editor: its grid, its formulas, and the drafts that it makes."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Category, ChangeKind, ChangeSet, ChangeSetState, Variant
from catalog.services.sync.reading import sync_catalog
from tests.catalog.source import Catalog, make_product

pytestmark = pytest.mark.django_db

PRICES = {
    "currency": "EUR",
    "purchase_prices": [{"qty": 50, "price": 2}, {"qty": 100, "price": 1.5}],
    "recommended_retail_prices": [{"qty": 50, "price": 5}, {"qty": 100, "price": 4.5}],
    "sales_prices": [{"qty": 50, "price": 4}, {"qty": 100, "price": 3.3}],
}


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("mara"))
    return client


def brought_in(*numbers: int) -> None:
    sync_catalog(Catalog([make_product(number, prices=PRICES) for number in numbers]))


def grid(staff: Client, query: str = "") -> Any:
    answer = staff.get(reverse("admin:catalog_changeset_prices") + query)
    assert answer.status_code == 200
    return answer.context["grid"]


def post(staff: Client, name: str, body: Any) -> HttpResponse:
    url = reverse(f"admin:catalog_changeset_{name}")
    return staff.post(url, json.dumps(body), content_type="application/json")


def test_the_grid_shows_all_lists_by_quantity_and_only_sales_can_be_typed(staff: Client) -> None:
    brought_in(1)
    [row] = grid(staff).variants
    assert [tier.quantity for tier in row.tiers] == ["50", "100"]
    assert [[cell.current for cell in tier.cells] for tier in row.tiers] == [
        ["2.00", "5.00", "4.00"],
        ["1.50", "4.50", "3.30"],
    ]
    assert [cell.price_list for cell in row.tiers[0].cells if cell.editable] == ["sales"]
    assert [str(tier.margin) for tier in row.tiers] == ["50.0", "54.5"]


def test_as_fulfiller_purchase_and_recommended_can_be_typed(staff: Client) -> None:
    brought_in(1)
    [row] = grid(staff, "?kind=fulfiller_prices").variants
    assert [cell.price_list for cell in row.tiers[0].cells if cell.editable] == ["purchase", "recommended"]


def test_edits_become_a_draft_and_further_ones_join_it(staff: Client) -> None:
    brought_in(1)
    answer = post(
        staff, "prices_save", {"kind": "sales_prices", "title": "May", "rows": {"SKU-1-1": {"sales": {"50": "4.20"}}}}
    )
    change_set = ChangeSet.objects.get()
    assert json.loads(answer.content)["url"] == reverse("admin:catalog_changeset_change", args=[change_set.pk])
    assert (change_set.title, change_set.state, change_set.authors) == ("May", ChangeSetState.DRAFT, ["mara"])
    more = {"kind": "sales_prices", "draft": change_set.pk, "rows": {"SKU-1-1": {"sales": {"100": "3.40"}}}}
    assert post(staff, "prices_save", more).status_code == 200
    assert change_set.changes.get().requested["sales"] == {"50": "4.20", "100": "3.40"}
    [row] = grid(staff, f"?draft={change_set.pk}").variants
    assert [tier.cells[2].requested for tier in row.tiers] == ["4.20", "3.40"]


def test_a_price_that_makes_no_sense_is_refused_with_its_sku_and_nothing_is_stored(staff: Client) -> None:
    brought_in(1)
    rows = {"SKU-1-1": {"sales": {"50": "-1"}}, "SKU-1-2": {"sales": {"50": None}}}
    answer = post(staff, "prices_save", {"kind": "sales_prices", "rows": rows})
    assert answer.status_code == 400
    assert set(json.loads(answer.content)["errors"]) == {"SKU-1-1", "SKU-1-2"}
    assert not ChangeSet.objects.exists()


@pytest.mark.parametrize("body", [[], "x", {"kind": "stock", "rows": {}}, {"kind": "sales_prices", "rows": {"A": 1}}])
def test_what_the_page_would_never_send_is_a_bad_request(staff: Client, body: Any) -> None:
    assert post(staff, "prices_save", body).status_code == 400
    assert not ChangeSet.objects.exists()


@pytest.mark.parametrize(
    ("formula", "after"),
    [
        ({"formula": "plus", "percent": "10"}, ["4.40", "3.63"]),
        ({"formula": "plus", "percent": "10", "ending": "0.95"}, ["4.95", "3.95"]),
        ({"formula": "recommended", "percent": "0"}, ["5.00", "4.50"]),
        ({"formula": "margin", "percent": "60"}, ["5.00", "3.75"]),
        ({"formula": "plus", "percent": "2,5", "ending": "0.99"}, ["4.99", "3.99"]),
    ],
)
def test_a_formula_is_tried_without_storing_anything(staff: Client, formula: dict[str, str], after: list[str]) -> None:
    brought_in(1)
    told = json.loads(post(staff, "prices_formula", formula | {"skus": ["SKU-1-1"]}).content)
    assert [row["after"] for row in told["rows"]] == after
    assert not ChangeSet.objects.exists()


@pytest.mark.parametrize(
    "formula",
    [
        {"formula": "margin", "percent": "100"},
        {"formula": "plus", "percent": "-100"},
        {"formula": "plus", "percent": "NaN"},
        {"formula": "eval", "percent": "1"},
        {"formula": "plus", "percent": "1", "ending": "0.42"},
    ],
)
def test_formulas_without_sense_are_refused_in_words(staff: Client, formula: dict[str, str]) -> None:
    answer = post(staff, "prices_formula", formula | {"skus": []})
    assert answer.status_code == 400
    assert json.loads(answer.content)["text"]


def test_a_formula_over_all_that_is_found_makes_one_draft(staff: Client) -> None:
    brought_in(*range(1, 8))
    body = {"formula": "plus", "percent": "10", "query": "q=SKU-3"}
    assert post(staff, "prices_formula_all", body).status_code == 200
    change_set = ChangeSet.objects.get()
    assert [change.sku for change in change_set.changes.all()] == ["SKU-3-1"]
    assert post(staff, "prices_formula_all", body | {"query": ""}).status_code == 200
    assert ChangeSet.objects.latest("pk").changes.count() == 7
    assert post(staff, "prices_formula_all", {"formula": "plus", "percent": "0"}).status_code == 400


def test_the_grid_is_filtered_by_search_and_category(staff: Client) -> None:
    brought_in(1, 2)
    assert [row.variant.sku for row in grid(staff, "?q=SKU-2").variants] == ["SKU-2-1"]
    path = Variant.objects.get(sku="SKU-2-1").product.categories.first()
    assert path is not None
    assert len(grid(staff, f"?category={path.path[:4]}").variants) == 2
    assert grid(staff, "?category=NoSuch").variants == []
    assert grid(staff, "?orderable=no").variants == []


def test_categories_are_offered_as_a_tree_and_one_holds_what_is_below_it_only(staff: Client) -> None:
    brought_in(1, 2, 3)
    places = ("Office/Pens", "Office/Pens/Gel", "Office/Pens & more")
    for variant, path in zip(Variant.objects.order_by("pk"), places, strict=True):
        variant.product.categories.set([Category.objects.create(vendor="mypromo", path=path)])

    def skus(category: str) -> list[str]:
        return [row.variant.sku for row in grid(staff, f"?category={category}").variants]

    page = staff.get(reverse("admin:catalog_changeset_prices") + "?category=Office/Pens").content.decode()
    assert '<option value="Office/Pens" selected>\u2003Pens</option>' in page
    assert (
        page.index('value="Office"')
        < page.index('value="Office/Pens/Gel"')
        < page.index('value="Office/Pens &amp; more"')
    )
    assert skus("Office/Pens") == ["SKU-1-1", "SKU-2-1"]
    assert skus("Office") == ["SKU-1-1", "SKU-2-1", "SKU-3-1"]
    # An old link that only begins a name still finds what it found.
    assert skus("Office/Pe") == ["SKU-1-1", "SKU-2-1", "SKU-3-1"]


def test_the_grid_asks_as_often_for_many_skus_as_for_few(staff: Client) -> None:
    brought_in(1)
    grid(staff)

    def asked() -> int:
        with CaptureQueriesContext(connection) as context:
            grid(staff, "?size=500")
        return len(context)

    few = asked()
    brought_in(*range(1, 120))
    assert asked() == few
    assert len(grid(staff).variants) == 100
    assert len(grid(staff, "?size=500").variants) == 119


def test_who_may_only_look_sees_prices_and_cannot_draft(client: Client) -> None:
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_changeset"))
    client.force_login(reader)
    brought_in(1)
    shown = client.get(reverse("admin:catalog_changeset_prices")).content.decode()
    assert "SKU-1-1" in shown
    assert "data-save-button" not in shown
    for name in ("prices_save", "prices_formula", "prices_formula_all"):
        assert post(client, name, {}).status_code == 403
    assert not ChangeSet.objects.filter(kind=ChangeKind.SALES_PRICES).exists()
