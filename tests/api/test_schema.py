"""The OpenAPI document: it says what the API does, and the API does what it says."""

import re

import pytest
import schemathesis
from django.test import Client
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, given, settings
from pytest_django.live_server_helper import LiveServer
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from backoffice.api.responses import PROBLEMS
from tests.api.storefront import Storefront, build_order, make_catalog, make_storefront

OPERATIONS = (
    "list_orders",
    "place_order",
    "get_order",
    "edit_order",
    "get_order_timeline",
    "cancel_order",
    "list_order_complaints",
    "open_design",
    "get_design",
    "get_design_preview",
    "submit_design",
    "upload_file",
    "list_products",
    "get_variant",
    "get_quote",
    "list_custom_products",
    "get_custom_product",
    "get_custom_product_picture",
)
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
            for status, answer in operation["responses"].items():
                good = "application/octet-stream" if operation["operationId"] in FILES else "application/json"
                wanted = good if status.startswith("2") else "application/problem+json"
                assert list(answer["content"]) == [wanted], (operation["operationId"], status)


def test_the_document_names_the_limits(client: Client) -> None:
    parts = document(client)["components"]["schemas"]
    assert parts["NewOrder"]["properties"]["lines"]["maxItems"] == 200
    assert parts["NewOrder"]["additionalProperties"] is False
    assert parts["NewLine"]["properties"]["quantity"]["minimum"] == 1
    assert parts["Axes"]["properties"]["order"]["enum"] == ["new", "held", "released", "cancelled", "closed"]


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


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("name", OPERATIONS)
def test_the_api_keeps_to_its_document(
    stocked: Storefront, live_server: LiveServer, name: str, mode: GenerationMode
) -> None:
    """Proper, improper and hostile requests of every operation: no 5xx, and no answer that is not described.

    That a proper request is always taken is not asked: the catalogue, the cursor and the vendor's limits have rules
    that no document can state.
    """
    api = schemathesis.openapi.from_url(f"{live_server.url}/api/schema/?format=json")
    operation = api.find_operation_by_id(name)

    @settings(max_examples=20, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def keeps_to_it(case: schemathesis.Case) -> None:
        case.call_and_validate(
            base_url=live_server.url,
            headers={"Authorization": f"Bearer {stocked.key}"},
            excluded_checks=[positive_data_acceptance],
        )

    keeps_to_it()


def test_every_problem_has_a_title() -> None:
    assert all(str(title).endswith(".") for title in PROBLEMS.values())
