"""Examples of what is sent and answered, made of the document itself: none is forgotten, and all keep to it.

A struct may have one of its own, `EXAMPLE`; what it leaves out is made up as everywhere else.
"""

from typing import Any

TIMES = {"date-time": "2026-11-29T10:30:00Z", "date": "2026-12-03"}
# By the name of a field, where it is of that type.
VALUES: dict[str, Any] = {
    "account_holder": "Beispiel GmbH",
    "amount": "10.50",
    "article_number": "100010",
    "asked_sku": "MP-F1-C0000003",
    "bic_or_swift": "COBADEFFXXX",
    "carrier": "dhl",
    "city": "Berlin",
    "code": "WEB",
    "company": "Beispiel GmbH",
    "country_code": "DE",
    "currency": "EUR",
    "customer": "4711",
    "customer_name": "Jana Beispiel",
    "description": "Printed matter",
    "detail": "The order breaks limits of its vendor or the catalogue.",
    "discount": "0.00",
    "email": "jana@example.com",
    "event": "evt_000000000123",
    "external_id": "9f1c2a7e",
    "firstname": "Jana",
    "iban": "DE02120300000000202051",
    "id": "7f3a9c51",
    "idempotency_key": "0d5b7c1e-7a43-4a0e-9a37-4f0f6f1b2c11",
    "language": "DE",
    "last": "evt_000000000123",
    "last_event": "evt_000000000123",
    "lastname": "Beispiel",
    "lines": "129.00",
    "name": "Business cards",
    "net": "129.00",
    "number": "WEB-104711",
    "origin": "DE",
    "percent": "19",
    "phone": "+49 30 1234567",
    "picture_url": "https://shop.example.com/pictures/1.png",
    "quantity": 100,
    "reference": "4711",
    "rounding": "0.00",
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "shipping": "0.00",
    "shipping_method": "Standard",
    "sku": "MP-F1-C0000003",
    "state_code": "",
    "street": "Hauptstraße 42",
    "text": "The order came in.",
    "time_zone": "Europe/Berlin",
    "title": "The input breaks limits.",
    "total": "153.51",
    "tracking_code": "00340434161094042557",
    "tracking_url": "https://tracking.example.com/00340434161094042557",
    "unit": "EUR",
    "unit_price": "1.29",
    "url": "https://files.example.com/a4.pdf",
    "zip": "10115",
}
# What is null more often than not.
USUALLY_NULL = {
    "backordered_at", "cancelled_at", "ended_at", "export", "invoice_address", "leaves_at", "letter_address",
    "merged_into", "next", "next_cursor",
    "previous_secret_until", "problem", "replaces", "resume_at", "shipper", "split_from", "until",
}  # fmt: skip
_DEEPEST = 8


def add_examples(document: dict[str, Any]) -> None:
    """Give each body of a request and of a good answer an example, where its view has given none."""
    schemas = document["components"]["schemas"]
    for path in document["paths"].values():
        for operation in path.values():
            asked = operation.get("requestBody", {}).get("content", {})
            answered = [
                answer.get("content", {}) for status, answer in operation["responses"].items() if status[0] == "2"
            ]
            for is_request, contents in ((True, [asked]), (False, answered)):
                for content in contents:
                    if (media := content.get("application/json")) and "examples" not in media:
                        media["example"] = build_example(media["schema"], schemas, is_request=is_request)


def build_example(
    schema: dict[str, Any], schemas: dict[str, Any], *, is_request: bool, name: str = "", depth: int = 0
) -> Any:
    """Return a value of the schema; a request has what it needs, and what its struct's own example says."""
    schema = _resolved(schema, schemas, name=name)
    if "properties" in schema:
        return _object(schema, schemas, is_request=is_request, depth=depth)
    if schema.get("type") == "array":
        item = schema.get("items")
        if depth > _DEEPEST or not item:
            return []
        return [build_example(item, schemas, is_request=is_request, name=name.removesuffix("s"), depth=depth + 1)]
    return {} if schema.get("type") == "object" else _scalar(schema, name=name)


def _resolved(schema: dict[str, Any], schemas: dict[str, Any], *, name: str) -> dict[str, Any]:
    """Return the schema without a reference and with one choice: null where that is usual for the field."""
    if "$ref" in schema:
        return _resolved(schemas[schema["$ref"].rsplit("/", 1)[1]], schemas, name=name)
    if options := schema.get("anyOf", schema.get("oneOf")):
        if name in USUALLY_NULL:
            return {"type": "null"}
        return _resolved(next(option for option in options if option.get("type") != "null"), schemas, name=name)
    return schema


def _object(schema: dict[str, Any], schemas: dict[str, Any], *, is_request: bool, depth: int) -> dict[str, Any]:
    own: dict[str, Any] = schema.get("examples", [{}])[0]
    names = schema.get("required", []) if is_request else schema["properties"]
    made = {
        name: build_example(schema["properties"][name], schemas, is_request=is_request, name=name, depth=depth + 1)
        for name in names
        if name not in own
    }
    return {name: (own | made)[name] for name in schema["properties"] if name in own or name in made}


def _scalar(schema: dict[str, Any], *, name: str) -> Any:
    kind = schema.get("type")
    if given := schema.get("examples") or schema.get("enum"):
        return given[0]
    if kind == "string":
        return TIMES.get(schema.get("format", "")) or _text(schema, name=name)
    if kind == "integer":
        known = VALUES.get(name)
        return known if isinstance(known, int) else max(1, schema.get("minimum", 1))
    return {"number": 1.5, "boolean": False}.get(str(kind))


def _text(schema: dict[str, Any], *, name: str) -> str:
    known = VALUES.get(name)
    if isinstance(known, str):
        return known
    return name if schema.get("minLength") else str(schema.get("default") or "")
