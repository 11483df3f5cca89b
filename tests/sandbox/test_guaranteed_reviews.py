"""The replayed Guaranteed Reviews, asked as the document says, with nothing of our own client."""

import json
from typing import Any

import pytest
import requests

from backoffice.sandbox import Sandbox, running_sandbox
from tests.vendors.guaranteed_reviews.told import sample_orders

KEY, FRENCH, PUBLIC = "12/de/sandbox-private-key-12", "13/fr/sandbox-private-key-13", "12/de/sandbox-public-key-12"
DAY = 86_400


class Reviews:
    """Speaks to the sandbox in one of three encodings."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.app = sandbox.guaranteed_reviews
        self.session = requests.Session()
        self.session.trust_env = False

    def send(self, orders: Any, *, key: str = KEY, how: str = "multipart") -> requests.Response:
        url, text = self.app.public_url + "private/v3/orders", json.dumps(orders)
        if how == "multipart":
            files = {"api_key": (None, key), "orders": (None, text)}
            return self.session.post(url, files=files, timeout=10)  # type: ignore[arg-type]
        if how == "urlencoded":
            return self.session.post(url, data={"api_key": key, "orders": text}, timeout=10)
        return self.session.post(url, json={"api_key": key, "source": "ps", "orders": orders}, timeout=10)

    def get(self, path: str, **query: str) -> requests.Response:
        return self.session.get(self.app.public_url + path, params=query, timeout=10)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        url = f"{self.sandbox.control_url}guaranteed-reviews/{path}"
        answer = self.session.request(method, url, json=body, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def reviews(sandbox: Sandbox) -> Reviews:
    return Reviews(sandbox)


def order(number: int = 1, **changes: Any) -> dict[str, Any]:
    return sample_orders()[0] | {"id_order": str(number), "reference": f"R{number}"} | changes


@pytest.mark.parametrize("how", ["multipart", "urlencoded", "json"])
def test_the_documented_request_gets_the_documented_answers(reviews: Reviews, how: str) -> None:
    done = {"success": 1, "orders_count": 1, "orders_imported": 1, "message": None}
    known = {
        "success": 0,
        "orders_count": 1,
        "orders_imported": 0,
        "message": "Some orders were not imported because they had already been sent (see documentation)",
    }
    assert reviews.send(sample_orders(), how=how).json() == done
    assert reviews.send(sample_orders(), how=how).json() == known


def test_an_order_is_known_by_its_id_or_by_its_reference_and_per_site(reviews: Reviews) -> None:
    assert reviews.send([order(1)]).json()["success"] == 1
    assert reviews.send([order(2, reference="R1")]).json()["success"] == 0
    assert reviews.send([order(1, reference="R9")]).json()["success"] == 0
    assert reviews.send([order(3), order(3)]).json()["orders_imported"] == 1
    assert reviews.send([order(1)], key=FRENCH).json()["success"] == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"id_order": ""},
        {"firstname": " "},
        {"lastname": None},
        {"email": ""},
        {"order_date": "2026-11-20T10:00:00"},
        {"order_date": "2026-13-20 10:00:00"},
        {"products": {"id": 1}},
        {"products": [{"id": "SKU100", "name": "x"}]},
        {"products": [{"id": 1, "name": ""}]},
        {"products": [{"id": 1, "name": "x", "qty": 1.5}]},
        {"products": [{"id": 1, "name": "x", "unit_price": "1,50"}]},
        {"products": [{"id": 1, "name": "x", "sku": []}]},
    ],
)
def test_a_wrong_order_refuses_the_whole_batch_with_its_field(reviews: Reviews, changes: dict[str, Any]) -> None:
    answer = reviews.send([order(1), order(2, **changes)]).json()
    assert (answer["success"], answer["orders_count"], answer["orders_imported"]) == (0, 2, 0)
    field = next(iter(changes))
    assert answer["message"].startswith(f"Missing fields for array: {field}")
    assert reviews.control("GET", "orders") == []


def test_types_are_loose_as_in_php(reviews: Reviews) -> None:
    product = {"id": 100, "name": "x", "qty": 1, "unit_price": 25.9}
    assert reviews.send([order(id_order=7, products=[product])]).json()["success"] == 1


def test_orders_have_to_be_json_text_inside_of_a_form(reviews: Reviews) -> None:
    answer = reviews.session.post(
        reviews.app.public_url + "private/v3/orders", data={"api_key": KEY, "orders[0][id_order]": "1"}, timeout=10
    )
    assert answer.json()["message"] == "Missing fields for array: orders"


def test_customers_are_invited_ten_days_after_the_order_was_received(sandbox: Sandbox, reviews: Reviews) -> None:
    reviews.send([order(1)])
    sandbox.clock.advance(10 * DAY - 1)
    assert reviews.app.ledger.of_kind("invitation") == []
    sandbox.clock.advance(1)
    (invitation,) = reviews.app.ledger.of_kind("invitation")
    assert (invitation["site"], invitation["language"], invitation["id_order"]) == ("12", "de", "1")


def test_invitations_outlive_a_restart(tmp_path: Any) -> None:
    state = tmp_path / "state.json"
    with running_sandbox(manual_clock=True, state=state) as first:
        Reviews(first).send([order(1)])
    with running_sandbox(manual_clock=True, state=state) as second:
        assert Reviews(second).send([order(1)]).json()["success"] == 0
        second.clock.advance(10 * DAY)
        assert len(second.guaranteed_reviews.ledger.of_kind("invitation")) == 1


def test_reviews_are_published_by_control_and_read_by_the_public_key(reviews: Reviews) -> None:
    for rating in (5, 4):
        reviews.control("POST", "reviews", {"site": "12", "rating": rating, "text": "Good", "product": "100"})
    reviews.control("POST", "reviews", {"site": "12", "rating": 3})
    product = reviews.get(f"public/v3/reviews/{PUBLIC}/100").json()
    assert product["ratings"] == {"total": 2, "average": 4.5, "distribution": {"1": 0, "2": 0, "3": 0, "4": 1, "5": 1}}
    assert product["reviews"][0]["txt"] == "Good"
    assert reviews.get(f"public/v3/reviews/{PUBLIC}/site").json()["ratings"]["total"] == 1
    assert reviews.get(f"public/v3/reviews/{PUBLIC}/200").json()["ratings"]["total"] == 0
    listed = reviews.get("private/v3/reviews", api_key=KEY, review_type="both", limit="1").json()
    assert listed["pagination"] == {"total_results": 3, "total_pages": 3}
    assert listed["reviews"][0]["product"] == "no"


def test_wrong_keys_are_refused(reviews: Reviews) -> None:
    assert reviews.send([order(1)], key="12/de/wrong").json()["message"] == "Invalid API key"
    assert reviews.get("public/v3/reviews/12/de/wrong/site").json()["data"] == {"status": 401}
    assert reviews.get("private/v3/reviews", api_key=PUBLIC).status_code == 401
    assert reviews.get("private/v4").json()["code"] == "rest_no_route"
    assert "sandbox-private" not in json.dumps(reviews.control("GET", "settings"))


def test_what_the_document_leaves_open_can_be_chosen(reviews: Reviews) -> None:
    reviews.control("PATCH", "settings", {"numbers_as_text": True, "duplicate_status": 409})
    assert reviews.send([order(1)]).json()["success"] == "1"
    assert reviews.send([order(1)]).status_code == 409
    reviews.control("PATCH", "settings", {"problem_shape": "wordpress", "problem_status_in_body": True})
    answer = reviews.send([order(1)], key="wrong")
    assert (answer.status_code, answer.json()["data"]) == (200, {"status": 400})
    reviews.control("PATCH", "settings", {"accept_json": False, "problem_shape": "success"})
    assert reviews.send([order(2)], how="json").json()["message"] == "Invalid API key"
