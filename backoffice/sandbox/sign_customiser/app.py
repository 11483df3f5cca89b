"""Sign Customiser as the server sees it: orders, webhooks, pictures; and a shopper who designs signs (`control`).

| control route below `/_sandbox/sign-customiser/` | does |
|---|---|
| POST `design` `{…facts of the product}` | finishes a design: asks the shop for its id and keeps the answer |
| POST `design/{product_id}` | asks once more about that design |
| POST `echo` `{"external_id"}` | tells `order:created` of the newest order of that id now |
| POST `form` `{"question": "answer", …}` | somebody fills in the form |
| GET `sent` | all callbacks with what came back |
| POST `product_ids` `{"ids": [...]}` | takes over ids that were given elsewhere |
"""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from backoffice.sandbox.clock import Clock, iso
from backoffice.sandbox.sign_customiser.options import SignCustomiserOptions
from backoffice.sandbox.sign_customiser.payloads import form_body, order_body, product_body
from backoffice.sandbox.sign_customiser.picture import draw_sign
from backoffice.sandbox.sign_customiser.rules import find_errors
from backoffice.sandbox.sign_customiser.telling import FORM, ORDER, PRODUCT, Telling
from backoffice.sandbox.sign_customiser.webhooks import Webhooks
from backoffice.sandbox.vendor_app import VendorApp
from backoffice.sandbox.wire import BadBody, Request, Response, json_response, message


class SignCustomiserApp(VendorApp):
    """One Sign Customiser with everything it holds."""

    name = "sign-customiser"
    options: SignCustomiserOptions
    options_type = SignCustomiserOptions

    def __init__(self, *, clock: Clock) -> None:
        super().__init__(clock=clock)
        self.telling = Telling(options=self.options, clock=clock)
        self.webhooks = Webhooks(options=self.options, clock=clock)
        self.designs: dict[int, dict[str, Any]] = {}
        self.product_ids: set[str] = set()
        self.orders: list[dict[str, Any]] = []
        self.forms = 0

    @classmethod
    def environment(cls, url: str) -> dict[str, str]:
        """Name address, token and the secret that signs what a shopper designed."""
        options = SignCustomiserOptions()
        return {
            "SIGN_CUSTOMISER_URL": url,
            "SIGN_CUSTOMISER_TOKEN": options.token,
            "SIGN_CUSTOMISER_INTEGRATION_SECRET": options.integration_secret,
        }

    def is_api(self, path: str) -> bool:
        """Count only the API: pictures are for browsers."""
        return not path.startswith("pictures/")

    def handle(self, request: Request) -> Response:
        """Do what was asked and answer."""
        path = request.path.rstrip("/").removeprefix("api/")
        if path.startswith("pictures/"):
            return self._picture(path)
        if (request.headers.get("Authorization") or "") != f"Bearer {self.options.token}":
            return message(401, "Unauthenticated.")
        try:
            if path == "v2/orders":
                return self._create_order(request) if request.method == "POST" else _no_method(request)
            if path == "v2/webhooks" or path.startswith("v2/webhooks/"):
                with self.lock:
                    return self.webhooks.handle(request, path.removeprefix("v2/webhooks").strip("/"))
        except BadBody as error:
            return message(400, str(error))
        return message(404, "Not Found.")

    def _create_order(self, request: Request) -> Response:
        sent = request.json()
        known = self.product_ids if self.options.known_products_only else None
        with self.lock:
            errors = find_errors(sent, integration_id=self.options.integration_id, known=known)
            taken = {order["sent"]["external_id"] for order in self.orders} if self.options.unique_orders else set()
            if sent.get("external_id") in taken:
                errors.setdefault("external_id", []).append("The external id has already been taken.")
            if errors:
                return json_response(422, {"message": next(iter(errors.values()))[0], "errors": errors})
            order = {"order_id": len(self.orders) + 1, "sent": sent, "at": iso(self.clock.now())}
            self.orders.append(order)
            self._note(order)
        if self.options.echo == "auto":
            self.clock.call_later(self.options.echo_seconds, partial(self._echo, order))
        return json_response(200, {"order": self._answer(order)})

    def _note(self, order: dict[str, Any]) -> None:
        """Record an order: each call that gets here will be made and charged."""
        sent, key = order["sent"], order["order_id"]
        about = {"reference": sent["external_id"], "reference2": sent["external_order_number"]}
        self.ledger.record("created", key, at=order["at"], client=str(sent["integration_id"]), **about)
        for product in sent["products"]:
            self.ledger.record("item", key, at=order["at"], item=dict(product))
        self.ledger.record("submitted", key, at=order["at"])

    def _answer(self, order: dict[str, Any]) -> dict[str, Any]:
        sent = order["sent"]
        products = [{name: one[name] for name in ("external_id", "quantity", "price")} for one in sent["products"]]
        if not self.options.echo_product_ids:
            products = [{**one, "external_id": "product-987654321"} for one in products]
        repeated = {name: sent[name] for name in ("external_id", "external_order_number", "currency", "shipping_line")}
        return {"order_id": order["order_id"], **repeated, "products": products}

    def _echo(self, order: dict[str, Any]) -> None:
        self.tell_order(order)

    def tell_order(self, order: dict[str, Any]) -> list[dict[str, Any]]:
        """Notify every webhook of the topic of a new order."""
        return self._tell_all(ORDER, order_body(order))

    def _tell_all(self, topic: str, payload: dict[str, Any]) -> list[dict[str, Any]]:
        with self.lock:
            hooks = self.webhooks.of_topic(topic)
        return [self.telling.tell(topic, payload, url=hook["url"], secret=hook["secret"]) for hook in hooks]

    def design(self, **asked: Any) -> dict[str, Any]:
        """Have a shopper finish a design, whose id the shop is asked for. Return the design with the response."""
        with self.lock:
            number = len(self.designs) + 1
            picture = f"{self.public_url}pictures/{number}.png"
            body = product_body(number, picture=picture, at=self.clock.now(), asked=asked)
            self.designs[number] = {"product_id": body["product"]["product_id"], "body": body, "external_id": None}
        return self.ask(number)

    def ask(self, number: int) -> dict[str, Any]:
        """Ask the shop about a design, again if need be; its response is what may be ordered."""
        design = self.designs[number]
        secret = self.options.integration_secret
        outcome = self.telling.tell(PRODUCT, design["body"], url=self.options.product_url, secret=secret)
        answer = outcome["answer"]
        if outcome["status"] == 200 and isinstance(answer, dict) and isinstance(answer.get("external_id"), str):
            with self.lock:
                design["external_id"] = answer["external_id"]
                self.product_ids.add(answer["external_id"])
        return {"number": number, "external_id": design["external_id"], "told": outcome}

    def submit_form(self, **answers: Any) -> list[dict[str, Any]]:
        """Fill in the form as somebody would."""
        with self.lock:
            self.forms += 1
            body = form_body(self.forms, at=self.clock.now(), asked=answers)
        return self._tell_all(FORM, body)

    def _picture(self, path: str) -> Response:
        number = path.removeprefix("pictures/").removesuffix(".png")
        if not number.isdecimal() or int(number) not in self.designs:
            return message(404, "Not Found.")
        return Response(200, draw_sign(int(number)), {"Content-Type": "image/png"})

    def control(self, request: Request) -> Any:
        """Control it from outside (see above)."""
        head, _, tail = request.path.partition("/")
        doors: dict[tuple[str, str], Callable[[], Any]] = {
            ("POST", "design"): lambda: self.ask(int(tail)) if tail else self.design(**request.json()),
            ("POST", "echo"): lambda: self.tell_order(self._newest(request.json()["external_id"])),
            ("POST", "form"): lambda: self.submit_form(**request.json()),
            ("GET", "sent"): lambda: self.telling.sent,
            ("POST", "product_ids"): lambda: self.product_ids.update(request.json()["ids"]),
        }
        door = doors.get((request.method, head))
        return door() if door is not None else super().control(request)

    def _newest(self, external_id: str) -> dict[str, Any]:
        found = [order for order in self.orders if order["sent"]["external_id"] == external_id]
        if not found:
            raise KeyError(external_id)
        return found[-1]

    def saved(self) -> dict[str, Any]:
        """Return what outlives a restart."""
        return {
            "designs": {str(number): design for number, design in self.designs.items()},
            "product_ids": sorted(self.product_ids),
            "orders": self.orders,
            "forms": self.forms,
            "webhooks": self.webhooks.held,
        }

    def restore(self, saved: dict[str, Any]) -> None:
        """Take over what an earlier run saved."""
        kept = json.loads(json.dumps(saved))
        self.designs = {int(number): design for number, design in kept["designs"].items()}
        self.product_ids = set(kept["product_ids"])
        self.orders, self.forms = kept["orders"], kept["forms"]
        self.webhooks.held = kept["webhooks"]


def _no_method(request: Request) -> Response:
    return message(405, f"The {request.method} method is not supported for this route.")
