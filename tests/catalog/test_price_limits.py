"""The page of price limits: what it shows, keeps and refuses, and who may do what on it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.accounts.services.rights.catalogue import permissions_of
from backoffice.accounts.services.visibility import set_shops
from backoffice.audit.models import AuditEntry
from backoffice.audit.services.chain import close_all
from backoffice.errors import Outdated
from catalog.models import CatalogRules, Category, CategoryRule, ChangeSet, Product
from catalog.services.change_sets.rules import LimitBook, Limits, Threshold, rules_for, threshold_of
from catalog.services.price_limits import read_limits, save_limits

pytestmark = pytest.mark.django_db
LIST = "/admin/catalog/catalogrules/"
CLERK = {"limits.see"}
LEAD = {"limits.see", "limits.change"}


@pytest.fixture
def shop() -> Shop:
    return Shop.objects.create(code="WEB", name="Web")


@pytest.fixture
def other() -> Shop:
    return Shop.objects.create(code="B2B", name="Business")


@pytest.fixture
def sign_in() -> Callable[..., Client]:
    """Return the client of somebody whose role has these parts, and who sees these shops only."""

    def made(name: str, parts: set[str], *shops: Shop) -> Client:
        user = User.objects.create_user(name, is_staff=True)
        codenames = {right.partition(".")[2] for right in permissions_of(parts)}
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames, content_type__app_label="catalog"))
        if shops:
            set_shops(user, shops, actor=User.objects.create_superuser(f"boss of {name}"))
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return made


@pytest.fixture
def lead(sign_in: Callable[..., Client]) -> Client:
    return sign_in("lea", LEAD)


def place_product(path: str) -> None:
    now = timezone.now()
    product = Product.objects.create(vendor="mypromo", vendor_id=path, changed_at=now, created_at=now)
    product.categories.add(Category.objects.create(vendor="mypromo", path=path))


def page_of(shop: Shop) -> str:
    return reverse("admin:catalog_catalogrules_shop", args=[shop.code])


def sent(shop: Shop, **fields: Any) -> dict[str, Any]:
    """Return what the page sends as it is, with other values in some of its fields (`__` stands for `-`)."""
    limits = read_limits(shop)
    figures = {f"category-{place}": one for place, one in enumerate(limits.categories.values())}
    values: dict[str, Any] = {
        f"{prefix}-{name}": value
        for prefix, one in {"shop": limits.general, **figures}.items()
        for name, value in (("margin_floor", one.margin_floor), ("largest_move", one.largest_move))
    }
    values |= {"shop-approval_move_percent": limits.approval_move_percent, "shop-approval_skus": limits.approval_skus}
    values |= {"revision": limits.revision, **{name.replace("__", "-"): value for name, value in fields.items()}}
    return {name: "" if value is None else value for name, value in values.items()}


def save(client: Client, shop: Shop, **fields: Any) -> HttpResponse:
    return client.post(page_of(shop), sent(shop, **fields))


def complaints(answer: Any) -> list[str]:
    page = answer.context["limits"]
    forms = [page.shop_form, *(row.form for row in page.rows), page.new]
    return [text for form in forms for texts in form.errors.values() for text in texts]


def test_a_shop_without_limits_shows_the_usual_ones_and_keeps_nothing(lead: Client, shop: Shop) -> None:
    shown = lead.get(page_of(shop)).content.decode()
    assert 'name="shop-approval_skus" value="100"' in shown
    assert "Empty: no limit." in shown
    save(lead, shop)
    assert not CatalogRules.objects.exists()


def test_limits_of_the_shop_and_of_categories_are_kept_and_count(lead: Client, shop: Shop) -> None:
    place_product("Office/Pens")
    save(lead, shop, shop__margin_floor="12.5", shop__largest_move="40", shop__approval_skus="7")
    answer = save(lead, shop, new__path="Office/Pens", new__margin_floor="30")
    assert (answer.status_code, answer["Location"]) == (302, page_of(shop))
    rules = CatalogRules.objects.get()
    assert (rules.shop, rules.margin_floor, rules.largest_move) == (shop, Decimal("12.5"), 40)
    assert (rules.approval_move_percent, rules.approval_skus) == (10, 7)
    book = LimitBook(rules_for(ChangeSet(shop=shop)))
    assert book.limits(["Office/Pens/Metal"]) == Limits(Decimal(30), Decimal(40))
    assert book.limits(["Office"]) == Limits(Decimal("12.5"), Decimal(40))


def test_a_change_set_of_no_shop_keeps_to_the_usual_limits_of_shops_that_set_none(shop: Shop, other: Shop) -> None:
    CatalogRules.objects.create(shop=shop, approval_move_percent=Decimal(60), approval_skus=5000)
    assert threshold_of(rules_for(ChangeSet(shop=shop))) == Threshold(Decimal(60), 5000)
    assert threshold_of(rules_for(ChangeSet())) == Threshold(Decimal(10), 100)
    CatalogRules.objects.create(shop=other, approval_move_percent=Decimal(50), approval_skus=6000)
    assert threshold_of(rules_for(ChangeSet())) == Threshold(Decimal(50), 5000)


def test_an_empty_field_of_a_category_names_what_it_inherits(lead: Client, shop: Shop) -> None:
    rules = CatalogRules.objects.create(shop=shop, margin_floor=Decimal("12.50"))
    CategoryRule.objects.create(rules=rules, category_path="Office", largest_move=3)
    shown = lead.get(page_of(shop)).content.decode()
    assert "Empty: 12.5%, as in the whole shop." in shown
    assert "Empty: no limit, as in the whole shop." in shown
    assert "No product is in this category now." in shown


def test_categories_are_edited_and_removed_and_others_stay_as_they_are(lead: Client, shop: Shop) -> None:
    rules = CatalogRules.objects.create(shop=shop)
    kept, _gone, edited = (
        CategoryRule.objects.create(rules=rules, category_path=path, largest_move=3) for path in "ABC"
    )
    save(lead, shop, **{"category-1-remove": "on", "category-2-largest_move": "", "category-2-margin_floor": "-5"})
    found = dict(rules.categories.order_by("category_path").values_list("pk", "category_path"))
    assert found == {kept.pk: "A", edited.pk: "C"}
    edited.refresh_from_db()
    assert (edited.margin_floor, edited.largest_move) == (-5, None)


@pytest.mark.parametrize(
    ("field", "value", "name"),
    [
        ("shop-margin_floor", "101", "Minimum margin: enter a percentage from -100 to 100"),
        ("shop-margin_floor", "12.345", "Minimum margin: enter a percentage"),
        ("shop-largest_move", "-1", "Maximum change: enter a percentage from 0 to 1,000"),
        ("shop-largest_move", "NaN", "Maximum change: enter"),
        ("shop-approval_move_percent", "a lot", "Change that needs a second approval: enter"),
        ("shop-approval_skus", "1.5", "SKUs that need a second approval: enter a whole number from 0 to 1,000,000"),
        ("category-0-margin_floor", "1e9", "Minimum margin for Office <b>: enter"),
        ("category-0-largest_move", "1001", "Maximum change for Office <b>: enter"),
        ("new-largest_move", "5", "Category: choose the one"),
        ("new-path", "Nowhere", "Category: “Nowhere” is not in the catalogue"),
        ("new-path", "Office <b>", "Category: “Office <b>” is not in the catalogue, or has limits already"),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_its_field(
    lead: Client, shop: Shop, field: str, value: str, name: str
) -> None:
    rules = CatalogRules.objects.create(shop=shop, margin_floor=1)
    CategoryRule.objects.create(rules=rules, category_path="Office <b>", largest_move=3)
    place_product("Office <b>")
    before = read_limits(shop)
    answer = save(lead, shop, **{"shop-margin_floor": "50", field: value})
    [text] = complaints(answer)
    assert text.startswith(name)
    assert "Nothing is saved yet." in answer.content.decode()
    assert "Office <b>" not in answer.content.decode()
    assert read_limits(shop) == before


def test_numbers_are_read_and_shown_as_their_reader_writes_them(lead: Client, shop: Shop) -> None:
    lead.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    save(lead, shop, shop__margin_floor="12,5")
    assert read_limits(shop).general.margin_floor == Decimal("12.5")
    assert 'value="12,5"' in lead.get(page_of(shop)).content.decode()
    [text] = complaints(save(lead, shop, shop__largest_move="1.001"))
    assert text.startswith("Größte Änderung: Geben Sie einen Prozentwert von 0 bis 1.000 ")


def test_two_people_do_not_overwrite_each_other(lead: Client, shop: Shop) -> None:
    stale = sent(shop, shop__largest_move="5")
    save(lead, shop, shop__margin_floor="20")
    before = read_limits(shop)
    answer = lead.post(page_of(shop), stale, follow=True)
    assert "Someone else has changed these limits in the meantime." in answer.content.decode()
    assert read_limits(shop) == before
    with pytest.raises(Outdated):
        save_limits(shop, before, revision=stale["revision"])


def test_who_may_only_read_is_shown_the_limits_and_changes_none(sign_in: Callable[..., Client], shop: Shop) -> None:
    clerk, stranger = sign_in("carl", CLERK), sign_in("stan", {"products.see"})
    shown = clerk.get(page_of(shop)).content.decode()
    assert "<fieldset disabled>" in shown
    assert "Save price limits" not in shown
    assert save(clerk, shop, shop__margin_floor="20").status_code == 403
    assert stranger.get(page_of(shop)).status_code == stranger.get(LIST).status_code == 403
    assert not CatalogRules.objects.exists()


def test_rows_of_other_shops_are_neither_seen_nor_changed(
    sign_in: Callable[..., Client], shop: Shop, other: Shop
) -> None:
    rules = CatalogRules.objects.create(shop=other, margin_floor=5)
    CategoryRule.objects.create(rules=rules, category_path="Zebra", largest_move=3)
    CategoryRule.objects.create(rules=CatalogRules.objects.create(shop=shop), category_path="Own", largest_move=3)
    lead = sign_in("lea", LEAD, shop)
    assert lead.get(LIST)["Location"] == page_of(shop)
    assert lead.get(page_of(other)).status_code == save(lead, other, shop__margin_floor="9").status_code == 404
    assert lead.get(reverse("admin:catalog_catalogrules_change", args=[rules.pk])).status_code == 404
    # Nor by a field of the own page: it has fields for its own categories alone.
    save(lead, shop, **{"category-0-remove": "on", "category-1-remove": "on"})
    assert list(CategoryRule.objects.values_list("category_path", flat=True)) == ["Zebra"]
    rules.refresh_from_db()
    assert rules.margin_floor == 5


def test_the_list_has_the_shops_that_are_seen(
    sign_in: Callable[..., Client], lead: Client, shop: Shop, other: Shop
) -> None:
    Shop.objects.create(code="ZEBRA", name="Zebra")
    CatalogRules.objects.create(shop=shop, margin_floor=Decimal("7.50"))
    shown = sign_in("mia", CLERK, shop, other).get(LIST).content.decode()
    assert page_of(shop) in shown
    assert page_of(other) in shown
    assert "7.50%" in shown
    assert "Zebra" not in shown
    assert "Zebra" in lead.get(LIST).content.decode()


def test_who_changed_what_is_recorded(lead: Client, shop: Shop) -> None:
    place_product("Office")
    save(lead, shop, shop__margin_floor="20", new__path="Office", new__largest_move="5")
    save(lead, shop, shop__margin_floor="25")
    close_all()
    found = AuditEntry.objects.filter(object_type__in=["catalog.catalogrules", "catalog.categoryrule"], actor="lea")
    assert sorted(found.values_list("object_type", "action")) == [
        ("catalog.catalogrules", "create"),
        ("catalog.catalogrules", "update"),
        ("catalog.categoryrule", "create"),
    ]
    assert found.get(action="update").values == {"margin_floor": [20.0, 25.0]}


def test_the_page_asks_as_often_for_many_categories_as_for_few(lead: Client, shop: Shop) -> None:
    rules = CatalogRules.objects.create(shop=shop)
    counts = []
    for more in (1, 40):
        for number in range(more):
            place_product(f"Office/{more}-{number}")
            CategoryRule.objects.create(rules=rules, category_path=f"Office/{more}-{number}")
        lead.get(page_of(shop))
        with CaptureQueriesContext(connection) as queries:
            assert lead.get(page_of(shop)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_menu_and_the_palette_lead_to_it(sign_in: Callable[..., Client], lead: Client, shop: Shop) -> None:
    assert f'href="{LIST}"' in lead.get("/admin/").content.decode()
    found = lead.get("/admin/search/", {"s": "price limits", "extended": "1"}).context["results"]
    assert LIST in {row.link for row in found}
    assert "/handbook/prices/#limits" in lead.get(page_of(shop)).content.decode()
    assert f'href="{LIST}"' not in sign_in("stan", {"products.see"}).get("/admin/").content.decode()
