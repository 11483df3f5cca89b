"""Requests to one vendor: through the shared gate, with its token, recorded, reads repeated, outcomes named."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from backoffice.masking import hide, hide_bytes, mask
from backoffice.vendors.base import Connection, Exchange
from backoffice.vendors.errors import RateLimited, VendorError, VendorUnavailable
from backoffice.vendors.http import MAX_ANSWER, Request, new_session, send
from backoffice.vendors.responses import THROTTLED_FOR, Response, decode, describe_binary, raise_for, readable

T = TypeVar("T")

logger = logging.getLogger("backoffice.calls")

KEPT = 4000  # characters of a body that are kept with an exchange
# For callers that read every response by themselves.
ANY_STATUS = frozenset(range(100, 600))
_REPEATED_STATUSES = frozenset({None, 429, 502, 503, 504})


@dataclass(frozen=True)
class Pace:
    """How reads are repeated: tries in all, first and longest wait, longest `Retry-After` sat out (seconds)."""

    attempts: int = 4
    first: float = 0.5
    longest: float = 8.0
    patience: float = 30.0
    sleep: Callable[[float], None] = field(default=time.sleep)

    def retrying(self) -> Retrying:
        return Retrying(
            stop=stop_after_attempt(self.attempts),
            wait=self._wait,
            retry=retry_if_exception(self._is_worth_repeating),
            sleep=self.sleep,
            reraise=True,
        )

    def _is_worth_repeating(self, error: BaseException) -> bool:
        return (
            isinstance(error, VendorUnavailable)
            and not isinstance(error, RateLimited)
            and (error.status in _REPEATED_STATUSES or error.arrived is not None)
            and (error.retry_after or 0) <= self.patience
        )

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, VendorUnavailable) and error.retry_after:
            return error.retry_after
        return wait_exponential_jitter(multiplier=self.first, max=self.longest, jitter=self.first)(state)


class Authorization(Protocol):
    """Supplies what proves who we are (see `auth.py`)."""

    def token(self) -> str: ...

    def renew(self, *, stale: str) -> str: ...

    def headers(self, url: str, *, token: str) -> dict[str, str]: ...


class VendorSession:
    """Requests to one vendor. `base_url` may carry a path; `documented_503`: its 503 means "not processed"; `role`: its
    403 means that our client lacks that one, and refuses one request, not our credentials.

    Raises VendorError and nothing else. Reads (GET) are repeated at `pace`; a write is sent once.
    """

    def __init__(
        self,
        name: str,
        *,
        base_url: str,
        connection: Connection,
        auth: Authorization | None = None,
        documented_503: bool = False,
        role: str = "",
        pace: Pace | None = None,
    ) -> None:
        self.name = name
        self.base_url = base_url.rstrip("/") + "/"
        self.connection = connection
        self.auth = auth
        self.documented_503 = documented_503
        self.role = role
        self.pace = pace or (Pace() if connection.patience is None else Pace(attempts=1))
        self._line = new_session()

    def fetch(self, shape: type[T], method: str, path: str, **request: Any) -> T:
        """Return the JSON of a `request` as `shape` (for a wrong one see `responses.decode`)."""
        answer = self.request(method, path, **request)
        write = method != "GET" or request.get("has_effect", False)
        return decode(answer, shape, write=write, vendor=self.name)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        max_bytes: int = MAX_ANSWER,
        accept: str = "application/json",
        secret: bool = False,
        has_effect: bool = False,
        is_harmless: bool = False,
        content_type: str = "application/json",
        secrets: tuple[str, ...] = (),
        read_by_caller: frozenset[int] = frozenset(),
    ) -> Response:
        """Send, and answer with a 2xx. `path` is below `base_url`, `body` of `content_type`; `secret` keeps no bodies.

        `has_effect`: a GET that changes something at the vendor, so it is never repeated; `is_harmless`: a POST that
        changes nothing there: a pause does not stop it, and it is not taken for the one in question later. `secrets`
        are values that travel in the body, the path or the query, or parts of them: they are in no record, no error
        and not in the answer, should the vendor repeat them. `read_by_caller`: statuses whose whole answer is given to
        the caller instead of raising what they mean elsewhere; a read is then not repeated because of one.
        """
        request = Request(
            method,
            self._url_of(path),
            dict(params or {}),
            body,
            max_bytes=max_bytes,
            accept=accept,
            has_effect=has_effect,
            is_harmless=is_harmless,
            seconds=self.connection.patience,
            content_type=content_type,
            secrets=secrets,
        )
        attempt = partial(self._attempt, secret=secret, read_by_caller=read_by_caller)
        return attempt(request) if request.write else self.pace.retrying()(attempt, request)

    def _url_of(self, path: str) -> str:
        if "://" in path or path.startswith("/"):
            raise ValueError(f"not a path below {self.base_url}: {path}")
        return self.base_url + path

    def _attempt(self, request: Request, *, secret: bool, read_by_caller: frozenset[int]) -> Response:
        """Send, and once more with a new token after a 401 (which is certain not to have acted)."""
        token = self.auth.token() if self.auth else ""
        answer = self._send(request, token=token, secret=secret)
        if answer.status == 401 and self.auth:
            answer = self._send(request, token=self.auth.renew(stale=token), secret=secret)
        if answer.status not in read_by_caller:
            raise_for(
                answer,
                write=request.write,
                vendor=self.name,
                documented_503=self.documented_503,
                role=self.role,
                is_get=request.method == "GET",
            )
        return answer

    def _send(self, request: Request, *, token: str, secret: bool) -> Response:
        self.connection.limiter.acquire(write=request.changes_vendor)
        headers = self.auth.headers(request.url, token=token) if self.auth else {}
        exchange = _Recorder(request, secret=secret)
        try:
            answer = send(request, session=self._line, headers=headers, vendor=self.name)
        except VendorError as error:
            self._keep(exchange.broken(error))
            self.connection.limiter.failed(write=request.write, text=error.text)
            raise
        answer = replace(answer, body=hide_bytes(answer.body, request.secrets)) if request.secrets else answer
        self._keep(exchange.answered(answer))
        self._report(answer, write=request.write, took=exchange.seconds())
        return answer

    def _keep(self, exchange: Exchange) -> None:
        """Record it, and write a line without its query, which may name customers."""
        facts = {
            "vendor": self.name, "method": exchange.method, "url": exchange.url.partition("?")[0],
            "status": exchange.status, "milliseconds": exchange.duration_ms, "error": exchange.error,
        }  # fmt: skip
        logger.info("%(vendor)s: %(method)s %(url)s %(status)s %(milliseconds)d ms %(error)s", facts, extra=facts)
        self.connection.record(exchange)

    def _report(self, answer: Response, *, write: bool, took: float) -> None:
        limiter = self.connection.limiter
        if answer.status == 429:
            wait = answer.retry_after()
            limiter.throttled(retry_after=THROTTLED_FOR if wait is None else wait, took=took)
        elif answer.status >= 500:
            limiter.failed(write=write, text=f"HTTP {answer.status}")
        else:
            limiter.succeeded(write=write)


class _Recorder:
    """Makes the record of one request: secrets masked, bodies cut to `KEPT` characters."""

    def __init__(self, request: Request, *, secret: bool) -> None:
        self.request = request
        self.secret = secret
        self.started_at = datetime.now(UTC)
        self.started = time.monotonic()

    def seconds(self) -> float:
        """Return how long ago the request left."""
        return time.monotonic() - self.started

    def answered(self, answer: Response) -> Exchange:
        body = self._kept(answer.body, content_type=answer.headers.get("content-type", ""))
        return self._exchange(status=answer.status, answer=body)

    def broken(self, error: VendorError) -> Exchange:
        """Record the error, with status and bytes of an answer that had begun."""
        return self._exchange(error=error.text, status=error.status, answer=self._kept(error.arrived or b""))

    def _exchange(self, **outcome: Any) -> Exchange:
        query = "&".join(f"{name}={value}" for name, value in self.request.params.items())
        url = self.request.url + ("?" + query if query else "")
        return Exchange(
            method=self.request.method,
            url=mask(hide(url, self.request.secrets)),
            started_at=self.started_at,
            duration_ms=int(self.seconds() * 1000),
            request=self._kept(hide_bytes(self.request.body or b"", self.request.secrets)),
            has_effect=self.request.write and not self.request.is_harmless,
            **outcome,
        )

    def _kept(self, body: bytes, *, content_type: str = "") -> str:
        if self.secret and body:
            return "(not kept)"
        return describe_binary(body, content_type=content_type) or readable(body, most=KEPT)
