"""What clients were promised is kept: the document compared with that of the last release."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.api.schema_changes import find_breaks

Document = dict[str, Any]
# Written by `manage.py spectacular --format openapi-json`; a new file with each release that adds something.
RELEASED = Path(__file__).parents[1] / "samples" / "api" / "schema-1.0.0.json"


@pytest.fixture(scope="module")
def released() -> Document:
    document: Document = json.loads(RELEASED.read_text())
    return document


def test_nothing_that_was_promised_is_taken_back(client: Client, released: Document) -> None:
    assert released["info"]["version"].split(".")[0] == settings.SPECTACULAR_SETTINGS["VERSION"].split(".")[0]
    assert find_breaks(released, client.get("/api/schema/?format=json").json()) == []


def parts(document: Document) -> dict[str, Any]:
    schemas: dict[str, Any] = document["components"]["schemas"]
    return schemas


def orders(document: Document, method: str) -> Any:
    return document["paths"]["/api/v1/orders/"][method]


BREAKS: list[tuple[Callable[[Document], object], str]] = [
    (lambda new: new["paths"].pop("/api/v1/me/"), "GET /api/v1/me/ is gone"),
    (lambda new: orders(new, "get").update(operationId="orders_list"), "list_orders is called orders_list"),
    (lambda new: parts(new)["OrderResponse"]["properties"].pop("number"), "OrderResponse.number is gone"),
    (lambda new: parts(new)["OrderResponse"]["required"].remove("number"), "OrderResponse.number may be left out now"),
    (lambda new: parts(new)["NewOrder"]["required"].append("totals"), "NewOrder.totals is required now"),
    (lambda new: parts(new)["NewOrder"]["properties"].pop("documents"), "NewOrder.documents is gone"),
    (lambda new: parts(new)["NewOrder"]["properties"]["lines"].update(maxItems=10), "maxItems 10, not 200"),
    (
        lambda new: parts(new)["OrderState"]["enum"].remove("held"),
        "state[] OrderState takes no held",
    ),
    (
        lambda new: parts(new)["OrderResponse"]["properties"]["id"].update(type="string"),
        "OrderResponse.id may be string",
    ),
    (lambda new: parts(new)["EventResponse"]["properties"]["at"].pop("format"), "has the format None, not date-time"),
    (lambda new: orders(new, "post")["responses"]["201"]["headers"].pop("Location"), "the header Location is gone"),
    (lambda new: orders(new, "get")["parameters"].pop(), "is gone"),
]


@pytest.mark.parametrize(("change", "named"), BREAKS, ids=[named for _change, named in BREAKS])
def test_the_control_whatever_would_break_is_named(
    released: Document, change: Callable[[Document], object], named: str
) -> None:
    changed = copy.deepcopy(released)
    change(changed)
    found = find_breaks(released, changed)
    assert any(named in text for text in found), found


def test_what_is_added_breaks_nothing(released: Document) -> None:
    changed = copy.deepcopy(released)
    changed["paths"]["/api/v1/new/"] = changed["paths"]["/api/v1/me/"]
    parts(changed)["OrderResponse"]["properties"]["more"] = {"type": "string"}
    parts(changed)["OrderResponse"]["required"].append("more")
    parts(changed)["NewOrder"]["properties"]["more"] = {"type": "string"}
    parts(changed)["ProblemCode"]["enum"].append("more")
    parts(changed)["NewOrder"]["properties"]["lines"].update(maxItems=500)
    assert find_breaks(released, changed) == []
