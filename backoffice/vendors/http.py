"""HTTP itself: one request sent, one answer received; the only module that imports requests.

A request never follows a redirect, never asks the environment for proxies or passwords, and ends before its
deadline. The library's own retries are off: they know nothing of the shared rate limit, and resend a POST
after some TLS errors. Sessions of vendors are in `session.py`, the meaning of answers in `responses.py`.
"""

import contextlib
import http.client
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import requests
import urllib3
from django.conf import settings
from requests.adapters import HTTPAdapter
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter

from backoffice.masking import hide, hide_bytes, mask
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import text_of
from backoffice.vendors.addresses import UnsafeUrl, check_public_url, not_public
from backoffice.vendors.bodies import storable
from backoffice.vendors.errors import VendorError, VendorProtocolError, VendorUnavailable
from backoffice.vendors.registry import vendor_title
from backoffice.vendors.responses import EXCERPT, Response, after_sending, readable, unreadable

MAX_ANSWER = 32 * 1024 * 1024  # bytes, after decompression
_CHUNK = 64 * 1024
_BROKEN = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError)


def longest_call(at_most: float | None = None) -> float:
    """Return after how many seconds a request is cut off, from connecting to the end of the answer."""
    longest = float(settings.VENDOR_CONNECT_TIMEOUT + settings.VENDOR_READ_TIMEOUT)
    return longest if at_most is None else min(longest, at_most)


@dataclass
class _Progress:
    """How far a request got. `sent` turns true before its first byte leaves: until then nobody knows of it."""

    sent: bool = False
    expired: bool = False
    line: socket.socket | None = None

    def expire(self) -> None:
        """Cut the line at the deadline, whatever it waits for: headers that drip in, a body without end."""
        self.expired = True
        if self.line is not None:
            with contextlib.suppress(OSError):  # closed already
                # Not SSLSocket's own shutdown, which would pull the session from under the reading thread.
                socket.socket.shutdown(self.line, socket.SHUT_RDWR)

    def check(self) -> None:
        """Raise TimeoutError if the line was cut: an answer that names no length looks whole even so."""
        if self.expired:
            raise TimeoutError("the deadline passed")


_progress: ContextVar[_Progress] = ContextVar("progress")


class _ReportsProgress(http.client.HTTPConnection):
    """Mixed into urllib3's connections: connects first, then notes that bytes are about to leave."""

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        progress = _progress.get()
        progress.line = self.sock
        progress.check()
        progress.sent = True
        super().send(data)


class _Http(_ReportsProgress, urllib3.connection.HTTPConnection):
    pass


class _Https(_ReportsProgress, urllib3.connection.HTTPSConnection):
    pass


class _HttpPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Https


def new_session(*, public_only: bool = False) -> requests.Session:
    """Return a bare session: nothing from the environment, no retries, TLS verified.

    `public_only` refuses private networks: the address that a name resolves to is checked and then used, so a
    second answer of the name server changes nothing.
    """
    session = requests.Session()
    session.trust_env = False
    session.headers.update({"Accept": "application/json", "User-Agent": "merchant-backoffice"})
    for scheme in ("http", "https"):
        adapter = HTTPAdapter(max_retries=0)
        if public_only:
            allow_loopback = settings.ALLOW_PRIVATE_FILE_HOSTS
            adapter = IPFilterAdapter(is_https_proto=scheme == "https", allow_loopback=allow_loopback)
        adapter.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
        session.mount(f"{scheme}://", adapter)
    return session


@dataclass(frozen=True)
class Request:
    """One request as it goes over the wire; `max_bytes` bounds the answer's decoded body.

    `has_effect` marks a GET that changes something at the vendor: it is sent once and treated like any write.
    `is_harmless` marks a POST that changes nothing, such as one for a token: sent once too, and through a pause.
    `seconds` is the longest it may take where that is less than what the settings allow. `secrets` are values in
    body, address or query that no error may quote.
    """

    method: str
    url: str = field(repr=False)
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    max_bytes: int = MAX_ANSWER
    accept: str = "application/json"
    has_effect: bool = False
    is_harmless: bool = False
    seconds: float | None = None
    content_type: str = "application/json"
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def write(self) -> bool:
        return self.method != "GET" or self.has_effect

    @property
    def changes_vendor(self) -> bool:
        """Whether it is among what a pause keeps from leaving."""
        return self.write and not self.is_harmless


def send(request: Request, *, session: requests.Session, headers: Mapping[str, str], vendor: str) -> Response:
    """Send once and receive the whole answer, whatever its status.

    What goes wrong below HTTP becomes a VendorError: VendorUnavailable while not a byte had left, later for a
    write VendorAmbiguous, with what had arrived of its answer. Of a refusal the status says enough: it is answered
    with as much of its body as came. A write goes over a connection of its own and not over `session`, because a kept
    connection may turn out to be dead only after the request has left.
    """
    broken: Exception | None = None
    came = _Arrived()
    with _watched(longest_call(request.seconds)) as progress:
        try:
            with new_session() if request.write else contextlib.nullcontext(session) as line:
                came.receive(_open(request, line, headers), max_bytes=request.max_bytes)
            progress.check()
        except _BROKEN as error:
            broken = error
    if broken is not None and not came.is_refusal:
        # The library's errors quote the address, so none with a secret in it is kept as the cause.
        raise _failure(broken, progress, request, came=came, vendor=vendor) from (None if request.secrets else broken)
    if came.is_too_large:
        text = f"{vendor_title(vendor)} answered more than {request.max_bytes:,} bytes."
        raise _with_arrived(unreadable(text, write=request.write), came, request)
    return came.answer


@contextlib.contextmanager
def _watched(seconds: float) -> Iterator[_Progress]:
    """Cut off what happens inside after so many seconds."""
    progress = _Progress()
    _progress.set(progress)
    deadline = threading.Timer(seconds, progress.expire)
    deadline.daemon = True
    deadline.start()
    try:
        yield progress
    finally:
        deadline.cancel()


def _open(request: Request, session: requests.Session, headers: Mapping[str, str]) -> requests.Response:
    own = {"Content-Type": request.content_type, "Accept": request.accept}
    own |= {"Connection": "close"} if request.write else {}
    return session.request(
        request.method,
        request.url,
        params=request.params,
        data=request.body,
        headers={**own, **headers},
        timeout=_timeouts(request.seconds),
        allow_redirects=False,
        stream=True,
    )


def _timeouts(at_most: float | None) -> tuple[float, float]:
    """Return the seconds to connect, and between two pieces of the answer."""
    connect, read = float(settings.VENDOR_CONNECT_TIMEOUT), float(settings.VENDOR_READ_TIMEOUT)
    return (connect, read) if at_most is None else (min(connect, at_most), min(read, at_most))


@dataclass
class _Arrived:
    """What has come of an answer so far; `status` is None until its head is there."""

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    is_too_large: bool = False

    def receive(self, response: requests.Response, *, max_bytes: int) -> None:
        """Read to the end, or to where it is larger than allowed. Raises what the libraries raise."""
        with response:
            self.status = response.status_code
            self.headers = {name.lower(): value for name, value in response.headers.items()}
            # As it comes: asked for more than is there, the library would keep to itself what came before a break.
            while piece := response.raw.read1(_CHUNK, decode_content=True):
                self.body += piece
                if len(self.body) > max_bytes:
                    self.is_too_large = True
                    return

    @property
    def is_refusal(self) -> bool:
        """Whether its status says that it gives nothing, however much of the body came."""
        return self.status is not None and self.status >= 300

    @property
    def answer(self) -> Response:
        return Response(self.status or 0, self.headers, storable(bytes(self.body)))


def _failure(error: Exception, progress: _Progress, request: Request, *, came: _Arrived, vendor: str) -> VendorError:
    cause, write, title = hide(mask(str(error)), request.secrets), request.write, vendor_title(vendor)
    if not progress.sent:
        return VendorUnavailable(f"{title} cannot be reached: {cause}")
    if progress.expired or isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        text = f"{title} did not answer in time."
    else:
        text = f"{title} broke off: {cause}"
    return _with_arrived(after_sending(text, write=write), came, request)


def _with_arrived(error: VendorError, came: _Arrived, request: Request) -> VendorError:
    """Return the error, with status and bytes of an answer that never came to its end."""
    if came.status is not None:
        body = hide_bytes(bytes(came.body), request.secrets) if request.secrets else bytes(came.body)
        error.status, error.excerpt, error.arrived = came.status, readable(body, most=EXCERPT), body
    return error


def fetch_untrusted(url: str, *, max_bytes: int, headers: Mapping[str, str] | None = None) -> Response:
    """Fetch an address that came from outside: no redirects, never from a private network, none of our credentials.

    `headers` are the credentials that came with the address; as nothing is followed, no other host gets them.
    Raises UnsafeUrl, VendorUnavailable when it cannot be fetched now, VendorProtocolError when it answers anything
    but a 200 or more than `max_bytes`.
    """
    check_public_url(url, schemes=("https",))
    request = Request("GET", url, max_bytes=max_bytes, accept="*/*")
    came = _Arrived()
    with _watched(longest_call()) as progress, new_session(public_only=True) as session:
        try:
            came.receive(_open(request, session, headers or {}), max_bytes=max_bytes)
            progress.check()
        except _BROKEN as error:
            raise VendorUnavailable(f"{mask(url)} cannot be fetched: {mask(str(error))}") from error
    if came.is_too_large:
        raise VendorProtocolError(f"{mask(url)} answers more than {max_bytes:,} bytes.")
    if came.status != 200:
        raise VendorProtocolError(f"{mask(url)} answers HTTP {came.status}.", status=came.status)
    return came.answer


@dataclass(frozen=True)
class Posted:
    """What came of a post to an address from outside: a status and the beginning of the answer, or why there is none.

    A status counts as soon as it is there, however the rest of the answer ends.
    """

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    error: str = ""


class Poster:
    """Posts to addresses that came from outside: no redirects, none of our credentials, and never on a private network
    unless those are allowed. Keeps its connections for the next post; for one thread.
    """

    def __init__(self, *, allow_private: bool = False) -> None:
        self._allow_private = allow_private
        self._session = new_session(public_only=not allow_private)

    def close(self) -> None:
        """End its connections."""
        self._session.close()

    def post(self, url: str, *, body: bytes, headers: Mapping[str, str], seconds: float, max_bytes: int) -> Posted:
        """Post JSON once, cut off after so many seconds in all, and read no more than `max_bytes` of the answer.
        Never raises for what the other side, the network or the address does.
        """
        return self.send(Request("POST", url, body=body, max_bytes=max_bytes, accept="*/*", seconds=seconds), headers)

    def send(self, request: Request, headers: Mapping[str, str]) -> Posted:
        """Do the same with any request."""
        seconds, max_bytes = request.seconds or longest_call(), request.max_bytes
        try:
            check_public_url(request.url, schemes=("https",), allow_private=self._allow_private)
        except UnsafeUrl as error:
            return Posted(error=text_of(error))
        came, broken = _Arrived(), ""
        with _watched(seconds) as progress:
            try:
                opened = _open(request, self._session, {"Connection": "keep-alive", **headers})
                came.receive(opened, max_bytes=max_bytes)
            except InvalidIPAddress:
                broken = not_public()
            except _BROKEN as error:
                broken = mask(_innermost(error))
        if came.status is not None:
            return Posted(came.status, came.headers, bytes(came.body[:max_bytes]))
        if progress.expired:
            broken = _("No answer within %(seconds)s seconds.") % {"seconds": f"{seconds:g}"}
        return Posted(error=broken)


# How the libraries begin what they say of a connection.
_CONNECTION = re.compile(r"^_?\w+\(host=.*?, port=\d+\): ")


def _innermost(error: BaseException) -> str:
    """Return what was really wrong: the libraries wrap it three deep, each with the representation of the next."""
    inner = getattr(error, "reason", None) or next((one for one in error.args if isinstance(one, BaseException)), None)
    if isinstance(inner, BaseException):
        return _innermost(inner)
    text = str(error.args[-1] if isinstance(error, OSError) and len(error.args) > 1 else error)
    return _CONNECTION.sub("", text)
