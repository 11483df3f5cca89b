"""The bodies of callbacks, as the help pages show them: `state` instead of `province`, names of countries in full."""

from datetime import datetime
from typing import Any

from backoffice.sandbox.clock import iso

COUNTRIES = {"US": "United States", "DE": "Germany", "GB": "United Kingdom", "FR": "France", "AT": "Austria"}


def product_body(number: int, *, picture: str, at: datetime, asked: dict[str, Any]) -> dict[str, Any]:
    """Return the body of `product:created`; `asked` replaces single fields."""
    data: dict[str, Any] = {
        "product_id": number,
        "title": f"Custom sign {number}",
        "description": "Neon sign, cool white, 80 x 30 cm",
        "description_html": "<p>Neon sign, <strong>cool white</strong>, 80 x 30 cm</p>",
        "external_id": None,
        "external_data": {"text": f"Sign {number}", "font": "Yellowtail"},
        "price": 10000,
        "compare_price": 15000,
        "customiser_id": 7,
        "logo_upload_id": None,
        "product_image_url": picture,
        "uploads": [{"url": picture, "type": "product_image"}],
        "created_at": iso(at),
        "updated_at": iso(at),
    }
    return {"product": data | asked}


def order_body(order: dict[str, Any]) -> dict[str, Any]:
    """Return the body of `order:created`, for an order as it was sent to us."""
    sent = order["sent"]
    times = {"created_at": order["at"], "updated_at": order["at"]}
    total = sum(product["price"] * product["quantity"] for product in sent["products"])
    return {
        "order": {
            "order_id": order["order_id"],
            "order_number": 1000 + order["order_id"],
            "external_order_number": sent["external_order_number"],
            "external_id": sent["external_id"],
            "order_total": total,
            "app_total": total,
            "currency": sent["currency"],
            "shipping_line": sent["shipping_line"],
            "billing_address": _address(sent["billing_address"]) | times,
            "shipping_address": _address(sent["shipping_address"]) | times,
            "customer": {**sent["customer"], "external_id": None, **times},
            "products": [
                {"product_id": number, "title": "Custom sign", **product}
                for number, product in enumerate(sent["products"], start=1)
            ],
            **times,
        }
    }


def _address(address: dict[str, str]) -> dict[str, Any]:
    kept = {name: value for name, value in address.items() if name not in ("province", "country")}
    return {
        "company": None,
        "phone": None,
        "email": None,
        **kept,
        "state": address["province"],
        "country": COUNTRIES.get(address["country"], address["country"]),
    }


def form_body(number: int, *, at: datetime, asked: dict[str, Any]) -> dict[str, Any]:
    """Return the body of `form:submitted`; `asked` are answers by question, in place of the usual ones."""
    answers = asked or {"Your name": "Jana Größer", "E-mail": "jana@example.com", "Message": "Can it be 2 m wide?"}
    kinds = {"e-mail": "email", "email": "email"}
    return {
        "form_submission": {
            "submission_number": number,
            "type": "custom_form_submission",
            "form": {
                "form_id": 3,
                "customiser_id": 7,
                "label": "Ask us",
                "description": "Anything the designer cannot do",
                "email": "merchant@example.com",
                "subject": "Custom request",
            },
            "responses": [
                {"field_id": place, "value": value, "name": name, "input_type": kinds.get(name.lower(), "text")}
                for place, (name, value) in enumerate(answers.items(), start=1)
            ],
            "created_at": at.isoformat(timespec="seconds"),
        }
    }
