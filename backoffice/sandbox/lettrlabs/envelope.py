"""The envelope of every answer, and refusals."""

from typing import Any

from backoffice.sandbox.wire import Response, json_response


class Refused(Exception):
    """Answered with a status, words, and for newer routes a reason code."""

    def __init__(self, status: int, text: str, *, reason: str = "") -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.reason = reason


def answered(payload: Any, *, status: int = 200, errors: list[str] | None = None) -> Response:
    """Wrap a payload."""
    return json_response(
        status,
        {
            "payload": payload,
            "errors": errors or [],
            "errorDetails": [{"message": text} for text in errors or []],
            "warnings": [],
            "hasErrors": bool(errors),
            "hasWarnings": False,
        },
        headers={"x-request-id": "sandbox"},
    )


def refused(error: Refused) -> Response:
    """Wrap a refusal."""
    content: dict[str, Any] = {
        "payload": None,
        "errors": [error.text],
        "errorDetails": [],
        "warnings": [],
        "hasErrors": True,
        "hasWarnings": False,
    }
    if error.reason:
        content["reasonCode"] = error.reason
    return json_response(error.status, content, headers={"x-request-id": "sandbox"})
