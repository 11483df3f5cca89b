"""The OpenAPI document: it says what the API does, and the API does what it says."""

import os
import re
from collections.abc import Iterator
from functools import cache

import pytest
import schemathesis
from django.conf import settings
from django.test import Client
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from jsonschema import Draft202012Validator, FormatChecker
from pytest_django.live_server_helper import LiveServer
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from backoffice.api.responses import PROBLEMS
from backoffice.api.schema_parts import name_enums
from tests.api.storefront import Storefront, build_order, make_catalog, make_storefront

# Requests an operation and mode; SCHEMA_EXAMPLES=200 looks longer.
EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES") or 10)
OPERATIONS = (
    "get_me",
    "list_orders",
    "place_order",
    "place_orders",
    "validate_order",
    "get_order_by_reference",
    "get_order_by_number",
    "get_order",
    "edit_order",
    "get_order_timeline",
    "cancel_order",
    "split_order",
    "merge_orders",
    "list_order_complaints",
    "open_complaint",
    "open_design",
    "get_design",
    "get_design_preview",
    "submit_design",
    "upload_file",
    "begin_upload",
    "get_upload",
    "discard_upload",
    "upload_part",
    "complete_upload",
    "list_draft_orders",
    "create_draft_order",
    "get_draft_order",
    "change_draft_order",
    "delete_draft_order",
    "place_draft_order",
    "list_products",
    "list_variants",
    "get_variant",
    "list_categories",
    "get_quote",
    "list_custom_products",
    "get_custom_product",
    "get_custom_product_picture",
    "list_events",
    "get_event",
    "list_webhook_endpoints",
    "add_webhook_endpoint",
    "get_webhook_endpoint",
    "change_webhook_endpoint",
    "remove_webhook_endpoint",
    "rotate_webhook_secret",
    "end_previous_webhook_secret",
    "send_test_event",
    "preview_webhook",
    "replay_events",
    "list_webhook_deliveries",
    "get_webhook_delivery",
    "list_countries",
    "list_states",
    "list_carriers",
)
# Those that say within a good answer what is wrong with an order.
WITHIN = {"place_orders", "validate_order"}
# Those that answer with a file.
FILES = {"get_design_preview", "get_custom_product_picture"}


def document(client: Client) -> dict:
    return client.get("/api/schema/?format=json").json()


def test_the_document_is_valid_and_describes_every_operation(client: Client) -> None:
    described = document(client)
    validate_schema(described)
    operations = {operation["operationId"] for path in described["paths"].values() for operation in path.values()}
    assert operations == set(OPERATIONS)


def test_every_operation_needs_a_key_and_every_refusal_is_a_problem(client: Client) -> None:
    for path in document(client)["paths"].values():
        for operation in path.values():
            assert operation["security"] == [{"key": []}]
            assert operation["responses"].pop("304", None) is None or is_revalidated(operation)
            assert "content" not in operation["responses"].pop("204", {})
            for status, answer in operation["responses"].items():
                good = "application/octet-stream" if operation["operationId"] in FILES else "application/json"
                wanted = good if status.startswith("2") else "application/problem+json"
                assert list(answer["content"]) == [wanted], (operation["operationId"], status)


def test_the_document_names_the_limits(client: Client) -> None:
    parts = document(client)["components"]["schemas"]
    assert parts["NewOrder"]["properties"]["lines"]["maxItems"] == 200
    assert parts["NewOrder"]["additionalProperties"] is False
    assert parts["NewLine"]["properties"]["quantity"]["minimum"] == 1
    assert parts["Axes"]["properties"]["order"] == {"$ref": "#/components/schemas/OrderState"}
    assert parts["OrderState"]["enum"] == ["new", "held", "released", "cancelled", "closed"]
    assert "purchase" not in parts["QuotedPriceList"]["enum"]
    assert set(parts["ProblemCode"]["enum"]) == set(PROBLEMS)


def is_revalidated(operation: dict) -> bool:
    """Return whether the tag is described both ways: asked with, and answered with."""
    asked = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "header"}
    return "If-None-Match" in asked and "ETag" in operation["responses"]["200"]["headers"]


def walk(part: object) -> Iterator[dict]:
    """Yield all objects of the document."""
    if isinstance(part, dict):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from walk(inner)


def test_every_time_is_one_and_every_field_of_an_answer_is_there(client: Client) -> None:
    parts = document(client)["components"]["schemas"]
    times = {
        f"{name}.{field}": schema
        for name, part in parts.items()
        for field, schema in part.get("properties", {}).items()
        if field.endswith("_at") or field == "at"
    }
    assert len(times) > 20
    for name, schema in times.items():
        options = [option for option in schema.get("anyOf", [schema]) if option.get("type") != "null"]
        assert [option.get("format") for option in options] == ["date-time"], name
    for name, part in parts.items():
        if name.endswith(("Response", "Page")):
            assert set(part["required"]) == set(part["properties"]), name
    assert parts["VariantResponse"]["properties"]["media"] == {"$ref": "#/components/schemas/MediaResponse"}


def test_enums_are_components_of_their_own_and_tags_say_what_they_are_about(client: Client) -> None:
    described = document(client)
    assert not [part for part in walk(described["paths"]) if "enum" in part and len(part["enum"]) > 1]
    assert not [part for part in walk(described) if "x-enum-name" in part]
    used = {tag for path in described["paths"].values() for operation in path.values() for tag in operation["tags"]}
    assert {tag["name"] for tag in described["tags"] if tag["description"]} == used
    assert described["servers"][0]["url"] == settings.PUBLIC_URL


def test_every_answer_says_what_it_is_and_when_to_ask_again(client: Client) -> None:
    for path in document(client)["paths"].values():
        for operation in path.values():
            assert all(answer["description"] for answer in operation["responses"].values())
            assert "Retry-After" in operation["responses"]["429"]["headers"]
            assert "Retry-After" in operation["responses"]["503"]["headers"]
            good = next(answer for status, answer in operation["responses"].items() if status[0] == "2")
            assert {"X-Request-ID", "RateLimit", "RateLimit-Policy"} <= set(good["headers"])
            assert ("201" not in operation["responses"]) or "headers" in operation["responses"]["201"]


def test_every_body_has_an_example_that_keeps_to_its_schema(client: Client) -> None:
    described = document(client)
    checked = 0
    for path in described["paths"].values():
        for operation in path.values():
            answers = [answer for status, answer in operation["responses"].items() if status[0] == "2"]
            for content in [one.get("content", {}) for one in [operation.get("requestBody", {}), *answers]]:
                if media := content.get("application/json"):
                    schema = media["schema"] | {"components": described["components"]}
                    examples = [one["value"] for one in media.get("examples", {}).values()] or [media["example"]]
                    for example in examples:
                        Draft202012Validator(schema).validate(example)
                    checked += 1
    assert checked > len(OPERATIONS)


def test_the_example_of_an_order_is_taken_as_it_is(storefront: Storefront, catalog) -> None:
    operation = document(storefront.client)["paths"]["/api/v1/orders/"]["post"]
    example = operation["requestBody"]["content"]["application/json"]["example"]
    assert storefront.place(example).status_code == 201
    assert {"Location", "Idempotent-Replayed"} <= set(operation["responses"]["201"]["headers"])


def test_only_what_is_named_in_the_address_can_be_missing(client: Client) -> None:
    for address, path in document(client)["paths"].items():
        for operation in path.values():
            assert ("404" in operation["responses"]) == ("{" in address), address
            assert ("415" in operation["responses"]) == ("requestBody" in operation), address


def test_what_an_address_always_needs_is_said(client: Client) -> None:
    part = document(client)["components"]["schemas"]["NewAddress"]
    assert part["required"] == ["zip", "city", "country_code"]
    assert part["properties"]["zip"]["type"] == "string"


def test_kinds_of_events_are_an_enum_that_apps_above_add_to(client: Client) -> None:
    kinds = document(client)["components"]["schemas"]["TimelineKind"]["enum"]
    assert {"order.received", "shipment.sent", "order.by_hand"} <= set(kinds)
    assert not [kind for kind in kinds if kind.startswith(("rule.", "comment.", "mail."))]


def test_examples_of_the_catalogue_are_answers_that_it_could_give(client: Client) -> None:
    described = document(client)
    paths = [path for path in described["paths"] if path.startswith("/api/v1/catalog/") and "custom" not in path]
    for path in paths:
        content = described["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
        assert content["examples"]
        for example in content["examples"].values():
            schema = content["schema"] | {"components": described["components"]}
            Draft202012Validator(schema, format_checker=FormatChecker()).validate(example["value"])


def test_two_enums_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="Two enums are called A"):
        name_enums([{"x-enum-name": "A", "enum": ["x"]}, {"x-enum-name": "A", "enum": ["y"]}], {})


def test_the_page_for_people_works_without_any_other_host(client: Client) -> None:
    page = client.get("/api/docs/").content.decode()
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert any("swagger-ui" in address for address in loaded)
    assert all(address.startswith("/") for address in loaded), loaded


@pytest.fixture
def stocked(transactional_db: None) -> Storefront:
    """Commit a shop with a catalogue and an order: the live server has connections of its own."""
    make_catalog()
    storefront = make_storefront("LIVE")
    assert storefront.place(build_order()).status_code == 201
    return storefront


@cache
def load_document(url: str) -> schemathesis.BaseSchema:
    """Read it once: what is worked out of its parts is the same for every operation."""
    return schemathesis.openapi.from_url(f"{url}/api/schema/?format=json")


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("name", OPERATIONS)
def test_the_api_keeps_to_its_document(
    stocked: Storefront, live_server: LiveServer, name: str, mode: GenerationMode
) -> None:
    """Proper, improper and hostile requests of every operation: no 5xx, and no answer that is not described.

    That a proper request is always taken is not asked: the catalogue, the cursor and the vendor's limits have rules
    that no document can state.
    """
    operation = load_document(live_server.url).find_operation_by_id(name)

    @limits(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def keeps_to_it(case: schemathesis.Case) -> None:
        case.call_and_validate(
            base_url=live_server.url,
            headers={"Authorization": f"Bearer {stocked.key}"},
            excluded_checks=[positive_data_acceptance, *([negative_data_rejection] if name in WITHIN else [])],
        )

    keeps_to_it()


def test_every_problem_has_a_title() -> None:
    assert all(str(title).endswith(".") for title in PROBLEMS.values())
