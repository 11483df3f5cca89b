"""What staff type is kept as what comes by other doors: trimmed, composed, and refused at its field."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.accounts.models import Shop
from backoffice.staff.models import SavedView
from fulfillment.models import Country
from orders.marketing.models import OptOut
from orders.models import HoldReason, Order, OrderState
from orders.rules.models import Rule
from orders.rules.services.conditions import read_conditions
from orders.rules.services.editing import RuleInput, build_rule
from orders.services.lifecycle import hold_order
from tests.admin.desk.conftest import SignIn
from tests.orders.rows import make_order

VALUES = {
    "firstname": " Jana\u200b", "lastname": "Gro\u0308\u00dfer", "street": "Weg 1", "zip": "10115 ", "city": "Berlin",
    "country_code": "deu", "email": "jana@example.com\u00a0", "company": "-",
}  # fmt: skip


def url(order: Order, what: str) -> str:
    return f"{reverse('admin:orders_order_change', args=[order.pk]).removesuffix('change/')}{what}/"


def held(*paths: str) -> Order:
    order = make_order()
    errors = {path: ["doubtful"] for path in paths}
    hold_order(order, reason=HoldReason.BAD_ADDRESS, text="doubtful", errors=errors, actor="system")
    return order


def test_a_corrected_address_is_kept_as_one_that_comes_in(desk: Client) -> None:
    Country.objects.create(iso2="DE", iso3="DEU", name="Germany")
    order = held("recipient.street")
    desk.post(url(order, "address/recipient"), VALUES | {"revision": order.revision})
    address = order.addresses.get()
    kept = (address.firstname, address.lastname, address.zip, address.country_code, address.email, address.company)
    assert kept == ("Jana", "Größer", "10115", "DE", "jana@example.com", "")
    order.refresh_from_db()
    assert order.state == OrderState.RELEASED


@pytest.mark.parametrize(("text", "words"), [("Weg\r\nBcc: 1", "ine breaks"), ("Weg\0", "NUL"), ("Weg\x1b1", "U+001B")])
def test_what_cannot_be_kept_is_refused_at_its_field(desk: Client, text: str, words: str) -> None:
    order = held("recipient.street")
    answer = desk.post(url(order, "address/recipient"), VALUES | {"street": text})
    assert words in answer.context["form"].errors["street"][0]
    assert order.addresses.get().street == "Hauptstraße 42"


def test_a_street_that_is_still_missing_goes_on_holding(desk: Client) -> None:
    order = held("recipient.street")
    desk.post(url(order, "address/recipient"), VALUES | {"street": " - ", "revision": order.revision})
    order.refresh_from_db()
    assert (order.state, order.addresses.get().street, order.addresses.get().lastname) == ("held", "", "Größer")
    desk.post(url(order, "address/recipient"), VALUES | {"revision": order.revision})
    order.refresh_from_db()
    assert order.state == OrderState.RELEASED


def test_tags_are_cleaned_and_refused_in_words(desk: Client) -> None:
    order = make_order()
    desk.post(url(order, "notes"), {"tags": " VIP\u200b, Gro\u0308\u00dfe"})
    order.refresh_from_db()
    assert order.tags == ["VIP", "Größe"]
    answer = desk.post(url(order, "notes"), {"tags": "a\0b"}, follow=True)
    assert "NUL" in answer.content.decode()
    order.refresh_from_db()
    assert order.tags == ["VIP", "Größe"]


def test_a_view_has_a_name_of_one_line(desk: Client) -> None:
    save = reverse("admin:staff_view_save", args=["orders"])
    desk.post(save, {"name": "late\u200b ", "filters": "late=any"})
    assert "ine breaks" in desk.post(save, {"name": "la\nte", "filters": "late=any"}, follow=True).content.decode()
    assert list(SavedView.objects.values_list("name", flat=True)) == ["late"]


def test_an_odd_search_finds_nothing_and_breaks_nothing(desk: Client) -> None:
    make_order()
    for text in ("a\0b", "a\ud83d".encode("utf-8", "surrogatepass")):
        assert desk.get(reverse("admin:orders_order_changelist"), {"q": text}).status_code == 200


@pytest.mark.parametrize("path", ["orders/order/a%00b/change/", "backoffice/shop/%00/change/", "auth/user/%00/change/"])
def test_an_odd_address_of_a_page_names_nothing(admin_client: Client, path: str) -> None:
    assert admin_client.get(f"/admin/{path}").status_code in (302, 404)


def test_an_odd_beginning_of_a_value_finds_nothing(admin_client: Client) -> None:
    for text in ("a\0b", "a\nb"):
        asked = {"field": "sku", "q": text}
        assert admin_client.get(reverse("admin:rules_rule_values"), asked).json()["values"] == []


def test_forms_of_models_are_cleaned_too(sign_in: SignIn) -> None:
    client = sign_in("view_optout", "add_optout", "view_shop", "add_shop")
    client.post(reverse("admin:marketing_optout_add"), {"consent": "accepts_letters", "email": "a@example.com\u200b "})
    assert OptOut.objects.get().email == "a@example.com"
    shop = {"name": "Sho\np", "code": "WEB", "currency": "EUR", "language": "DE", "time_zone": "Europe/Berlin"}
    answer = client.post(reverse("admin:accounts_shop_add"), shop)
    assert "ine breaks" in answer.context["adminform"].form.errors["name"][0]
    assert not Shop.objects.exists()


def condition(field: str, value: list[str]) -> dict[str, object]:
    return {"type": "group", "match": "all", "of": [{"type": "is", "field": field, "op": "is_any", "value": value}]}


def test_rules_compare_with_countries_however_they_were_written() -> None:
    group = read_conditions(condition("country", [" deu", "US", "uk"]))
    assert group.of[0].value == ["DE", "US", "GB"]


@pytest.mark.django_db
def test_what_a_rule_says_is_cleaned_or_refused_where_it_stands() -> None:
    def build(text: str, tag: str = "vip") -> Rule:
        steps = [{"kind": "notify", "params": {"text": text}}, {"kind": "tag", "params": {"tag": tag}}]
        conditions = json.dumps(condition("tags", ["vip"])).replace("is_any", "has_any")
        return build_rule(RuleInput(name="x", event="received", conditions=conditions, actions=json.dumps(steps)))

    from backoffice.errors import InvalidInput

    rule = build(" Call\r\nthem ", " vip\u200b")
    assert [step["params"] for step in rule.actions] == [{"text": "Call\nthem"}, {"tag": "vip"}]
    for text, tag in (("Ca\0ll", "vip"), ("Call", "v\nip")):
        with pytest.raises(InvalidInput):
            build(text, tag)
