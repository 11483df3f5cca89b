"""What each kind of fault does to one exchange. Names and meaning are listed in `faults.KINDS`."""

import contextlib
import re
from collections.abc import Callable
from typing import Protocol

from backoffice.sandbox.faults import FaultRule
from backoffice.sandbox.wire import Response, json_response, message

MAINTENANCE = "We are in maintenance mode. Please try again later."


class Exchange(Protocol):
    """One request under way, as the server sees it."""

    def work(self) -> Response:
        """Do what was asked and return the answer, not yet sent."""

    def send(self, response: Response) -> None:
        """Send an answer."""

    def send_raw(self, response: Response, *, keep: float = 1.0, seconds: float = 0.0) -> None:
        """Send the head and only the share `keep` of the body, spread over `seconds`; close when cut short."""

    def reset(self) -> None:
        """Cut the connection with RST."""

    def close(self) -> None:
        """End the connection without an answer."""

    def wait(self, seconds: float) -> bool:
        """Sleep; False when the sandbox is being stopped meanwhile."""

    def revoke_token(self) -> None:
        """Make the token of this request worthless."""


def strike(exchange: Exchange, rule: FaultRule) -> None:
    """Let the fault happen to the exchange."""
    _MISHAPS[rule.kind](exchange, rule)


def _given(rule: FaultRule) -> Response:
    if rule.body:
        return Response(rule.status, rule.body.encode(), {"Content-Type": "application/json", **rule.headers})
    return json_response(rule.status, {"message": "Server Error"}, headers=rule.headers)


def _status(exchange: Exchange, rule: FaultRule) -> None:
    exchange.send(_given(rule))


def _status_after(exchange: Exchange, rule: FaultRule) -> None:
    exchange.work().whole()
    exchange.send(_given(rule))


def _hang(exchange: Exchange, rule: FaultRule) -> None:
    exchange.wait(rule.seconds)
    exchange.close()


def _hang_after(exchange: Exchange, rule: FaultRule) -> None:
    exchange.work().whole()
    _hang(exchange, rule)


def _late(exchange: Exchange, rule: FaultRule) -> None:
    if not exchange.wait(rule.seconds):
        exchange.close()
        return
    answer = exchange.work()
    with contextlib.suppress(OSError):  # the client has usually gone by now
        exchange.send(answer)
    exchange.close()


def _cut_before(exchange: Exchange, rule: FaultRule) -> None:
    exchange.reset()


def _cut_after(exchange: Exchange, rule: FaultRule) -> None:
    exchange.work().whole()
    exchange.reset()


def _broken_json(exchange: Exchange, rule: FaultRule) -> None:
    answer = exchange.work()
    body = answer.whole()
    exchange.send(Response(answer.status, body[: len(body) // 2] or b'{"', answer.headers))


def _truncated(exchange: Exchange, rule: FaultRule) -> None:
    exchange.send_raw(exchange.work(), keep=0.5)


def _slow_body(exchange: Exchange, rule: FaultRule) -> None:
    exchange.send_raw(exchange.work(), seconds=rule.seconds)


def _html(exchange: Exchange, rule: FaultRule) -> None:
    exchange.work().whole()
    page = b"<!doctype html><html><head><title>Just a moment</title></head><body><h1>Please wait</h1></body></html>"
    exchange.send(Response(rule.status or 200, page, {"Content-Type": "text/html; charset=UTF-8"}))


def _empty(exchange: Exchange, rule: FaultRule) -> None:
    exchange.work().whole()
    exchange.send(Response(rule.status or 200))


def _revoked_token(exchange: Exchange, rule: FaultRule) -> None:
    exchange.revoke_token()
    exchange.send(message(401, "Unauthenticated."))


def _too_many(exchange: Exchange, rule: FaultRule) -> None:
    headers = {} if rule.retry_after is None else {"Retry-After": str(rule.retry_after)}
    exchange.send(message(429, "Too Many Attempts.", headers={**headers, **rule.headers}))


def _redirect(exchange: Exchange, rule: FaultRule) -> None:
    exchange.send(Response(rule.status or 307, b"", {"Location": rule.location}))


def _maintenance(exchange: Exchange, rule: FaultRule) -> None:
    exchange.send(message(503, MAINTENANCE, headers=rule.headers))


def _reworded(exchange: Exchange, rule: FaultRule) -> None:
    answer = exchange.work()
    text = answer.whole().decode()
    for pattern, word in rule.words.items():
        text = re.sub(pattern, word, text)
    exchange.send(Response(answer.status, text.encode(), answer.headers))


def _repeated(exchange: Exchange, rule: FaultRule) -> None:
    if not rule.body:
        rule.body = exchange.work().whole().decode()
    rule.status = 200
    _status(exchange, rule)


_MISHAPS: dict[str, Callable[[Exchange, FaultRule], None]] = {
    "status": _status,
    "status_after": _status_after,
    "hang": _hang,
    "hang_after": _hang_after,
    "late": _late,
    "cut_before": _cut_before,
    "cut_after": _cut_after,
    "broken_json": _broken_json,
    "truncated": _truncated,
    "slow_body": _slow_body,
    "html": _html,
    "empty": _empty,
    "revoked_token": _revoked_token,
    "too_many": _too_many,
    "redirect": _redirect,
    "maintenance": _maintenance,
    "reworded": _reworded,
    "repeated": _repeated,
}
