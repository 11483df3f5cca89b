"""One form for every refusal (RFC 9457), whoever refuses."""

import gzip
import json
from typing import Any
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
    assert answer.json() == {"code": "reference_taken", "title": ("The shop already has an order with this reference.")}
    assert_problem(client.get("/api/problems/nonsense/"), 404, "not_found")


@pytest.mark.parametrize("accepted", ["text/html", "application/xml", "image/png"])
@pytest.mark.parametrize("address", ["/api/schema/", "/api/v1/orders/", "/api/problems/invalid/"])
def test_a_type_that_an_address_does_not_have_is_a_problem(storefront: Storefront, address: str, accepted: str) -> None:
    assert_problem(storefront.client.get(address, headers={"Accept": accepted}), 406, "not_acceptable")


def test_the_document_is_no_error_of_ours_whatever_is_asked_for(client: Client) -> None:
    assert_problem(client.get("/api/schema/?format=xml"), 404, "not_found")
    assert_problem(client.get("/api/docs/", headers={"Accept": "application/json"}), 406, "not_acceptable")
    assert_problem(client.post("/api/schema/"), 405, "method_not_allowed")
    browsers = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    for known in ("application/yaml", "application/json", "*/*", browsers):
        assert client.get("/api/schema/", headers={"Accept": known}).status_code == 200


@pytest.mark.parametrize("query", ["version=%00", "version=%0d%0aX-Other:y", "version=9", "lang=%00", "lang=../../x"])
def test_the_document_is_the_same_whatever_the_address_asks_besides(client: Client, query: str) -> None:
    answer = client.get(f"/api/schema/?format=json&{query}")
    assert (answer.status_code, answer.json()["info"]["version"]) == (200, "1.0.0")


def post_packed(storefront: Storefront, body: bytes, *, encoding: str) -> Any:
    return storefront.client.post(
        "/api/v1/orders/",
        body,
        content_type="application/json",
        headers={"Idempotency-Key": "k", "Content-Encoding": encoding},
    )


def test_a_gzipped_order_is_taken(storefront: Storefront, catalog) -> None:
    body = json.dumps(build_order()).encode()
    answer = post_packed(storefront, gzip.compress(body), encoding="gzip")
    assert answer.status_code == 201
    plain = storefront.client.post(
        "/api/v1/orders/", body, content_type="application/json", headers={"Idempotency-Key": "k"}
    )
    assert plain.headers["Idempotent-Replayed"] == "true"
    assert plain.json()["id"] == answer.json()["id"]


def test_what_unpacks_to_more_than_the_limit_is_too_large(storefront: Storefront, settings) -> None:
    bomb = gzip.compress(b" " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE * 100))
    assert len(bomb) < settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    problem = assert_problem(post_packed(storefront, bomb, encoding="gzip"), 413, "too_large")
    assert str(settings.DATA_UPLOAD_MAX_MEMORY_SIZE) in problem["detail"]


PACKED = gzip.compress(b"{}", mtime=0)


@pytest.mark.parametrize("body", [b"{}", PACKED[:-3], PACKED + b"{}"], ids=["plain", "cut", "more"])
def test_what_is_not_wholly_gzip_is_refused(storefront: Storefront, body: bytes) -> None:
    problem = assert_problem(post_packed(storefront, body, encoding="gzip"), 400, "parse_error")
    assert "gzip" in problem["detail"]


def test_other_compressions_are_refused_and_named(storefront: Storefront) -> None:
    problem = assert_problem(post_packed(storefront, b"x", encoding="br"), 415, "unsupported_media_type")
    assert "br" in problem["detail"]
    for content_type in ("application/pdf", "multipart/form-data; boundary=x"):
        answer = storefront.client.post(
            "/api/v1/files/", b"x", content_type=content_type, headers={"Content-Encoding": "gzip"}
        )
        assert "gzip" in assert_problem(answer, 415, "unsupported_media_type")["detail"]


def test_a_lost_plus_sign_is_named(storefront: Storefront) -> None:
    answer = storefront.client.get("/api/v1/orders/?updated_since=2026-11-20T10:30:00+01:00")
    assert "%2B" in assert_problem(answer, 400, "malformed")["errors"]["updated_since"][0]
    answer = storefront.client.get("/api/v1/orders/?updated_since=2026-11-20T10:30:00%2B01:00")
    assert answer.status_code == 200
