"""The shop's own server between its page and the back office: it has the key, and the page never gets to see it.

It passes on what a shopper may do and nothing else: look at goods, order, and follow the orders placed here. A real
shop would know its shoppers, and would compute the prices of an order itself.
"""

import http.client
import json
import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

from backoffice.sandbox.outgoing import send
from backoffice.sandbox.wire import JSON_TYPE, Request, Response, json_response

_GOODS, _ORDERS, _CHECK = "api/v1/catalog/variants/", "api/v1/orders/", "api/v1/orders/validate/"
_ORDER = re.compile(r"api/v1/orders/([0-9]{1,18})/")
# What of a request is passed on beside its body.
_PASSED = ("Content-Type", "Idempotency-Key")
_SECONDS = 20


@dataclass
class Backend:
    """Where the back office is and with which key, both empty while nobody has said so; the orders placed here."""

    url: str = ""
    key: str = field(default="", repr=False)
    orders: set[int] = field(default_factory=set)

    def pass_on(self, request: Request) -> Response:
        """Return what the back office answers, or why the shop does not ask it."""
        if not self.key:
            return _refuse(503, "The shop opens in a moment.")
        if not self._may(request):
            return _refuse(404, "The shop has no such page.")
        # No page of another origin can send this type without asking first, and is not answered then.
        if request.method == "POST" and request.headers.get("Content-Type") != JSON_TYPE:
            return _refuse(415, "JSON is needed.")
        answer = self._send(request)
        if request.method == "POST" and request.path == _ORDERS and answer.status == 201:
            self.orders.add(json.loads(answer.whole())["id"])
        return answer

    def _may(self, request: Request) -> bool:
        if request.method != "GET":
            return request.method == "POST" and request.path in (_ORDERS, _CHECK)
        order = _ORDER.fullmatch(request.path)
        return request.path == _GOODS or (order is not None and int(order[1]) in self.orders)

    def _send(self, request: Request) -> Response:
        headers = {name: value for name in _PASSED if (value := request.headers.get(name))}
        headers |= {"Authorization": f"Bearer {self.key}", "Accept": JSON_TYPE}
        url = f"{self.url.rstrip('/')}/{request.path}" + (f"?{urlencode(request.query)}" if request.query else "")
        try:
            status, body = send(request.method, url, headers=headers, timeout=_SECONDS, body=request.body or None)
        except (OSError, http.client.HTTPException):
            return _refuse(502, "The shop cannot be reached at the moment. Press again: nothing is ordered twice.")
        return Response(status, body, {"Content-Type": JSON_TYPE})


def _refuse(status: int, detail: str) -> Response:
    """Refuse in the back office's own form, which the page knows."""
    return json_response(status, {"status": status, "detail": detail})
