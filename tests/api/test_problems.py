"""One form for every refusal (RFC 9457), whoever refuses."""

from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client

from orders.models import Order
from tests.api.storefront import Storefront, build_order


def assert_problem(answer, status: int, code: str) -> dict:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"].endswith(f"/api/problems/{code}/")
    assert body["title"]
    assert body["detail"]
    return body


def test_unknown_addresses_and_things_are_problems(storefront: Storefront) -> None:
    assert_problem(storefront.get("nothing/"), 404, "not_found")
    assert_problem(storefront.get("orders/99/"), 404, "not_found")
    assert_problem(storefront.get("orders/" + "9" * 5000 + "/"), 404, "not_found")
    assert_problem(storefront.get("catalog/variants/none/"), 404, "not_found")
    assert "slash" in assert_problem(storefront.get("orders"), 404, "not_found")["detail"]


@pytest.mark.parametrize("method", ["delete", "put", "patch", "options", "trace"])
def test_unknown_methods_are_problems_that_name_the_known_ones(storefront: Storefront, method: str) -> None:
    answer = getattr(storefront.client, method)("/api/v1/orders/")
    assert_problem(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "GET, POST, HEAD", "none that is refused"


def test_what_is_not_json_is_refused(storefront: Storefront) -> None:
    form = storefront.client.post("/api/v1/orders/", {"reference": "1"}, headers={"Idempotency-Key": "k"})
    assert_problem(form, 415, "unsupported_media_type")
    assert_problem(storefront.client.get("/api/v1/orders/", headers={"Accept": "image/png"}), 406, "not_acceptable")
    broken = storefront.client.post(
        "/api/v1/orders/", b"{", content_type="application/json", headers={"Idempotency-Key": "k"}
    )
    assert_problem(broken, 400, "parse_error")


def test_every_field_that_is_wrong_is_named_at_once(storefront: Storefront) -> None:
    body = build_order(
        **{"reference": 5, "total": "-1", "lines.0.quantity": "x", "recipient.zip": "1" * 201, "extra": 1}
    )
    del body["placed_at"]
    errors = assert_problem(storefront.place(body), 400, "malformed")["errors"]
    assert set(errors) == {"reference", "total", "lines[0].quantity", "recipient.zip", "extra", "placed_at"}
    assert "200" in errors["recipient.zip"][0]
    assert "201" in errors["recipient.zip"][0]
    assert not Order.objects.exists()


@pytest.mark.parametrize("body", [None, [], 1, [{}]])
def test_a_body_that_is_no_object_is_refused(storefront: Storefront, body: object) -> None:
    assert_problem(storefront.place(body), 400, "malformed")


def test_an_error_of_ours_is_a_problem_without_its_insides(storefront: Storefront) -> None:
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {storefront.key}"})
    with patch("orders.api.views.read_newest", side_effect=RuntimeError("canary")):
        answer = client.get("/api/v1/orders/")
    assert_problem(answer, 500, "server_error")
    assert b"canary" not in answer.content


def test_a_database_that_does_not_answer_is_said_to_be_unavailable(storefront: Storefront) -> None:
    with patch("django.db.models.query.QuerySet._fetch_all", side_effect=OperationalError("gone")):
        answer = storefront.get("orders/")
    assert_problem(answer, 503, "unavailable")
    assert answer["Retry-After"] == "5"


def test_the_type_of_a_problem_leads_to_its_meaning(client: Client) -> None:
    answer = client.get("/api/problems/reference_taken/")
    assert answer.json() == {"code": "reference_taken", "title": "The shop has an order with this reference."}
    assert_problem(client.get("/api/problems/nonsense/"), 404, "not_found")
