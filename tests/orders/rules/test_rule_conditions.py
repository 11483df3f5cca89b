"""What conditions mean, trap by trap; and input that is too deep, too large or makes no sense."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from backoffice.errors import InvalidInput
from orders.rules.services.conditions import evaluate, parse_conditions, read_conditions
from orders.rules.services.context import RuleContext, RuleLine
from orders.rules.services.descriptions import describe_comparison
from tests.orders.rules.rows import Tree, asks, counts, group


def line(position: int, **changes: Any) -> RuleLine:
    values: dict[str, Any] = {
        "sku": "MUG-1", "name": "Mug", "vendor": "mypromo", "kind": "files", "quantity": 5, "categories": [],
    }  # fmt: skip
    return RuleLine(position, **values | changes)


def context(*lines: RuleLine, **changes: Any) -> RuleContext:
    values: dict[str, Any] = {
        "pk": 1, "number": "WEB-1", "shop_id": 1, "shop": "WEB", "total": Decimal("189.00"), "currency": "EUR",
        "tags": [], "accepts_letters": False, "accepts_review_request": False, "express": False, "complaint": False,
        "shipping_method": "", "custom_properties": {}, "age_hours": Decimal(30), "state": "new",
        "production": "none", "shipment": "none", "late": False, "assignee_id": None, "email": "",
    }  # fmt: skip
    return RuleContext(**values | changes, lines=list(lines))


def holds(tree: Tree, of: RuleContext) -> bool:
    return bool(evaluate(read_conditions(group("all", tree)), of)["held"])


def test_text_is_compared_without_letter_case_and_with_accents() -> None:
    assert holds(asks("shipping_method", "is_any", "EXPRESS"), context(shipping_method="express"))
    assert holds(asks("shipping_method", "is_any", "CAFÉ"), context(shipping_method="cafe\u0301"))
    assert not holds(asks("shipping_method", "is_any", "cafe"), context(shipping_method="café"))
    assert holds(asks("tags", "has_any", "vip"), context(tags=["VIP"]))
    assert holds(asks("sku", "begins", "mug", lines="any"), context(line(1)))


@pytest.mark.parametrize(
    ("lines", "one_of_two", "both", "neither"),
    [("any", True, True, False), ("all", False, True, False), ("none", False, False, True)],
)
def test_an_order_of_many_lines_says_any_all_or_none(lines: str, one_of_two: bool, both: bool, neither: bool) -> None:
    tree = asks("vendor", "is_any", "sign-customiser", lines=lines)
    sign, mug = line(1, vendor="sign-customiser"), line(2)
    assert holds(tree, context(sign, mug)) is one_of_two
    assert holds(tree, context(sign, sign)) is both
    assert holds(tree, context(mug, mug)) is neither


def test_of_no_lines_nothing_can_be_said_of_all() -> None:
    assert not holds(asks("sku", "is_any", "MUG-1", lines="all"), context())
    assert holds(asks("sku", "is_any", "MUG-1", lines="none"), context())


def test_a_category_holds_what_lies_below_it() -> None:
    signs = context(line(1, categories=["Signs/Neon"]))
    assert holds(asks("category", "is_any", "signs", lines="any"), signs)
    assert not holds(asks("category", "is_any", "Sign", lines="any"), signs)
    assert holds(asks("category", "is_none", "Mugs", lines="all"), signs)


def test_a_total_is_compared_in_its_own_currency_only() -> None:
    tree = counts("total", "at_least", "100", currency="EUR")
    assert holds(tree, context())
    assert not holds(tree, context(currency="USD"))
    assert not holds(counts("total", "less_than", "100", currency="EUR"), context(currency="JPY", total=Decimal(5)))


def test_of_what_is_unknown_neither_a_thing_nor_its_opposite_holds() -> None:
    for tree in (asks("country", "is_any", "US"), asks("country", "is_none", "US")):
        assert not holds(tree, context(country=None))
    for tree in (asks("first_order", "yes"), asks("first_order", "no")):
        assert not holds(tree, context(first_order=None))
    assert holds(asks("shipping_method", "is_none", "DHL"), context(shipping_method=""))


def test_groups_are_and_or_and_not() -> None:
    yes, no = asks("shop", "is_any", "web"), asks("shop", "is_any", "other")
    assert holds(group("any", no, yes), context())
    assert not holds(group("all", no, yes), context())
    assert not holds(group("none", no, yes), context())
    assert holds(group("none", no, group("all", yes, no)), context())


def test_every_comparison_is_judged_and_shows_its_value() -> None:
    tree = group("all", asks("shop", "is_any", "other"), counts("pieces", "at_least", "7"))
    found = evaluate(read_conditions(tree), context(line(1), line(2)))
    assert [(one["seen"], one["held"]) for one in found["of"]] == [("WEB", False), (10, True)]


def test_custom_properties_are_compared_as_text_whatever_they_are() -> None:
    tree = asks("property", "is_any", "7", "true", name="Gift")
    for value in (7, "7", True):
        assert holds(tree, context(custom_properties={"gift": value}))
    assert not holds(tree, context(custom_properties={"gift": {"deep": [1]}}))
    assert not holds(tree, context())


@pytest.mark.parametrize(
    "tree",
    [
        {},
        [],
        None,
        "all",
        group("some"),
        {**group("all"), "more": 1},
        group("all", asks("password", "is_any", "x")),
        group("all", asks("sku", "matches", "(a+)+$", lines="any")),
        group("all", asks("sku", "is_any", "x")),
        group("all", asks("shop", "is_any", "x", lines="any")),
        group("all", asks("shop", "is_any")),
        group("all", asks("shop", "is_any", "x" * 201)),
        group("all", asks("shop", "is_any", "  ")),
        group("all", asks("shop", "is_any", *map(str, range(101)))),
        group("all", asks("state", "is_any", "lost")),
        group("all", counts("total", "at_least", "5")),
        group("all", counts("pieces", "at_least", "5", currency="EUR")),
        group("all", counts("pieces", "at_least", "NaN")),
        group("all", counts("pieces", "at_least", "1e99")),
        group("all", counts("pieces", "at_least", "many")),
        group("all", asks("pieces", "at_least", "5")),
        group("all", asks("express", "yes", "x")),
        group("all", asks("property", "is_any", "x")),
        group("all", *[asks("express", "yes")] * 60),
        group("all", group("any", group("none", group("all", group("any"))))),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(tree: Any) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_conditions(tree)
    assert refusal.value.text
    assert list(refusal.value.errors) == ["conditions"]


def test_what_is_too_deep_or_too_large_is_refused_before_it_is_followed() -> None:
    for text in ('{"type":"group","match":"all","of":[' * 500, "[" * 19_999, "x" * 10_000_000, '{"type": "group"'):
        with pytest.raises(InvalidInput):
            parse_conditions(text)
    deep: Any = group("all")
    for _ in range(400):
        deep = group("all", deep)
    with pytest.raises(InvalidInput):
        read_conditions(deep)
    assert parse_conditions(json.dumps(group("all"))).of == []


@pytest.mark.parametrize(
    ("language", "op", "text"),
    [
        ("en", "has_any", "tags include VIP or large"),
        ("en", "has_all", "tags include all of VIP and large"),
        ("de", "has_all", "Tags enthalten alle diese: VIP und large"),
        ("de", "has_none", "Tags enthalten nicht VIP oder large"),
    ],
)
def test_several_values_are_joined_as_the_comparison_means_them(language: str, op: str, text: str) -> None:
    with translation.override(language):
        assert describe_comparison({"field": "tags", "op": op, "value": ["VIP", "large"]}) == text


def test_a_comparison_of_lines_says_of_which_in_every_language() -> None:
    asked = {"field": "line_quantity", "op": "at_least", "value": 5, "lines": "all"}
    assert describe_comparison(asked) == "for all lines: quantity of the line is at least 5"
    with translation.override("de"):
        assert describe_comparison(asked) == "bei allen Positionen: Menge der Position ist mindestens 5"
