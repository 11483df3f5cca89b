"""What is JSON to us and what is not."""

import pytest
from rest_framework.exceptions import ParseError

from backoffice.api.parsers import MAX_DIGITS, MAX_NESTING, parse_json
from tests.api.storefront import Storefront


def nested(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b'{"a": 1} x', "not valid JSON"),
        (b"{'a': 1}", "not valid JSON"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": Infinity}', "Infinity"),
        (b'{"a": -Infinity}', "Infinity"),
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', "twice"),
        (b'{"\\u0061": 1, "a": 2}', "twice"),
        (b'{"a": "\x00"}', "not valid JSON"),
        (b'{"a": "\xff"}', "UTF-8"),
        ("\ufeff\ufeff{}".encode(), "not valid JSON"),
        ("{}".encode("utf-16"), "UTF-8"),
        (b'{"a": ' + b"9" * (MAX_DIGITS + 1) + b"}", "digits"),
        (b"9" * 100_000, "digits"),
        (nested(MAX_NESTING + 1), "deeper"),
        (nested(100_000), "deeper"),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, "deeper"),
    ],
)
def test_hostile_json_is_refused_with_the_reason(body: bytes, complaint: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse_json(body)
    assert complaint in str(caught.value.detail)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": "\\ud83d\\ude00"}', {"a": "😀"}),
        (b'{"a": "\\\\u0000"}', {"a": "\\u0000"}),
        ("\ufeff[1]".encode(), [1]),
        (b"100.0", 100),
        (b"1e2", 100),
        (b"1.5", 1.5),
        (b"9" * MAX_DIGITS, int("9" * MAX_DIGITS)),
        (nested(MAX_NESTING), None),
        (b'{"a": "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}', {"a": "[" * 40}),
    ],
)
def test_odd_but_proper_json_is_read(body: bytes, value: object) -> None:
    parsed = parse_json(body)
    assert value is None or parsed == value


def test_a_body_of_the_limit_is_read_and_one_byte_more_is_too_large(storefront: Storefront, settings) -> None:
    def post(size: int):
        body = b'{"reference": "' + b"x" * (size - 17) + b'"}'
        assert len(body) == size
        return storefront.client.post(
            "/api/v1/orders/", body, content_type="application/json", headers={"Idempotency-Key": "k"}
        )

    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert post(limit).status_code == 400
    answer = post(limit + 1)
    assert answer.status_code == 413
    assert str(limit) in answer.json()["detail"]
