"""Guaranteed Reviews as the server sees it."""

from typing import Any, cast

from backoffice.sandbox.clock import Clock, iso, parse_iso
from backoffice.sandbox.guaranteed_reviews.bodies import Unreadable, read_fields, read_orders
from backoffice.sandbox.guaranteed_reviews.options import GuaranteedReviewsOptions
from backoffice.sandbox.guaranteed_reviews.published import MOST, Published
from backoffice.sandbox.guaranteed_reviews.rules import find_fault
from backoffice.sandbox.vendor_app import VendorApp
from backoffice.sandbox.wire import Request, Response, json_response

DAY = 86_400.0  # seconds
KNOWN = "Some orders were not imported because they had already been sent (see documentation)"
_WORDPRESS = {401: "rest_forbidden", 404: "rest_no_route", 405: "rest_no_route"}


class GuaranteedReviewsApp(VendorApp):
    """One Guaranteed Reviews with everything it holds."""

    name = "guaranteed-reviews"
    options: GuaranteedReviewsOptions
    options_type = GuaranteedReviewsOptions

    def __init__(self, *, clock: Clock) -> None:
        super().__init__(clock=clock)
        self.orders: list[dict[str, Any]] = []
        self.published = Published()
        self._known: set[tuple[str, str, str]] = set()

    @classmethod
    def environment(cls, url: str) -> dict[str, str]:
        """Name the address, and the keys of the demo's shop."""
        options = GuaranteedReviewsOptions()
        return {
            "GUARANTEED_REVIEWS_URL": url,
            "GUARANTEED_REVIEWS_KEYS": f"WEB={options.private_keys[0]}",
            "GUARANTEED_REVIEWS_PUBLIC_KEYS": f"WEB={options.public_keys[0]}",
        }

    def handle(self, request: Request) -> Response:
        """Do what was asked and answer."""
        with self.lock:
            match request.method, request.path.strip("/").split("/"):
                case "POST", ["private", "v3", "orders"]:
                    return self._import(request)
                case "GET", ["private", "v3", "reviews"] if self.options.private_list:
                    return self._list(request)
                case "GET", ["public", "v3", "reviews", *key, scope] if key:
                    return self._publish("/".join(key), scope)
        return self._wordpress(404, "rest_no_route", "No route was found matching the URL and request method.")

    # --- Orders -------------------------------------------------------------------------------------------------------

    def _import(self, request: Request) -> Response:
        fields = read_fields(request, self.options)
        key = fields.get("api_key")
        if key not in self.options.private_keys:
            return self._problem(self.options.bad_key_status, self.options.bad_key_message, sent=0)
        in_form = not (request.headers.get("Content-Type") or "").startswith("application/json")
        try:
            orders = read_orders(fields.get("orders"), in_form=in_form)
        except Unreadable:
            return self._problem(self.options.missing_status, "Missing fields for array: orders", sent=0)
        if 0 < self.options.max_orders < len(orders):
            return self._problem(413, "Too many orders.", sent=len(orders))
        return self._import_all(orders, key=cast("str", key))

    def _import_all(self, orders: list[Any], *, key: str) -> Response:
        faults = [find_fault(order) for order in orders]
        bad = next(filter(None, faults), "")
        if bad and not self.options.missing_skips_only:
            return self._problem(self.options.missing_status, f"Missing fields for array: {bad}", sent=len(orders))
        good = [order for order, fault in zip(orders, faults, strict=True) if not fault]
        imported = sum(self._take(order, key=key) for order in good)
        text = f"Missing fields for array: {bad}" if bad else KNOWN
        if imported == len(orders):
            return self._answer(200, sent=len(orders), imported=imported, text=None)
        if imported:
            shown = text if self.options.partial_message else None
            return self._answer(200, sent=len(orders), imported=imported, text=shown)
        if bad:
            return self._problem(self.options.missing_status, text, sent=len(orders))
        return self._answer(self.options.duplicate_status, sent=len(orders), imported=0, text=KNOWN)

    def _take(self, order: dict[str, Any], *, key: str) -> bool:
        """Keep the order unless it is known, and invite its customer in ten days."""
        site, language, _secret = key.split("/", 2)
        marks = {(site, name, str(order[name])) for name in ("id_order", "reference") if order.get(name) is not None}
        if marks & self._known:
            return False
        self._known |= marks
        at = iso(self.clock.now())
        kept = {"site": site, "language": language, "received_at": at, "invited_at": "", "order": order}
        self.orders.append(kept)
        self.ledger.note("imported", at=at, site=site, language=language, **_named(order))
        self.clock.call_later(self.options.invitation_days * DAY, lambda: self._invite(kept))
        return True

    def _invite(self, kept: dict[str, Any]) -> None:
        with self.lock:
            kept["invited_at"] = iso(self.clock.now())
            about = _named(kept["order"]) | {"email": kept["order"]["email"]}
            about["products"] = [str(product["id"]) for product in kept["order"].get("products", [])]
            self.ledger.note("invitation", at=kept["invited_at"], site=kept["site"], language=kept["language"], **about)

    # --- Reviews ------------------------------------------------------------------------------------------------------

    def _list(self, request: Request) -> Response:
        key = request.query.get("api_key", "")
        if key not in self.options.private_keys:
            return self._problem(self.options.bad_key_status, self.options.bad_key_message, sent=0, always=401)
        kind, limit = request.query.get("review_type", "both"), request.query.get("limit", "10")
        if kind not in ("site", "product", "both") or not limit.isdecimal() or not 1 <= int(limit) <= MOST:
            return self._wordpress(400, "rest_invalid_param", "Invalid parameter(s).")
        product = request.query.get("product_id", "")
        site = key.split("/")[0]
        return json_response(200, self.published.listed(site, kind=kind, limit=int(limit), product=product))

    def _publish(self, key: str, scope: str) -> Response:
        if key not in self.options.public_keys:
            return self._wordpress(401, "rest_forbidden", "Invalid API key")
        if scope != "site" and not scope.isdecimal():
            return self._wordpress(400, "rest_invalid_param", "Invalid parameter(s): scope")
        return json_response(200, self.published.of(key.split("/", maxsplit=1)[0], scope))

    # --- Responses ----------------------------------------------------------------------------------------------------

    def _answer(self, status: int, *, sent: int, imported: int, text: str | None) -> Response:
        numbers = {"success": int(imported > 0), "orders_count": sent, "orders_imported": imported}
        shown = {name: str(number) for name, number in numbers.items()} if self.options.numbers_as_text else numbers
        return json_response(status, {**shown, "message": text})

    def _problem(self, status: int, text: str, *, sent: int, always: int = 0) -> Response:
        """Refuse; `always` is the least status of routes that do not answer with `success`."""
        if self.options.problem_shape == "wordpress" or always:
            status = max(status, always, 400)
            return self._wordpress(status, _WORDPRESS.get(status, "rest_invalid_param"), text)
        return self._answer(status, sent=sent, imported=0, text=text)

    def _wordpress(self, status: int, code: str, text: str) -> Response:
        shown = 200 if self.options.problem_status_in_body and status != 404 else status
        return json_response(shown, {"code": code, "message": text, "data": {"status": status}})

    # --- From outside -------------------------------------------------------------------------------------------------

    def control(self, request: Request) -> Any:
        """Control it from outside. Raise KeyError, ValueError."""
        with self.lock:
            match request.method, request.path:
                case "GET", "orders":
                    return list(self.orders)
                case "POST", "reviews":
                    return self.published.add(at=iso(self.clock.now()), **request.json())
                case "DELETE", "reviews":
                    return self.published.rows.clear()
        return super().control(request)

    def saved(self) -> dict[str, Any]:
        """Return orders and reviews."""
        return {"orders": self.orders, "reviews": self.published.rows}

    def restore(self, saved: dict[str, Any]) -> None:
        """Take over what an earlier run saved; invitations that are still to come keep their day."""
        self.orders, self.published.rows = list(saved.get("orders", [])), list(saved.get("reviews", []))
        for kept in self.orders:
            order = kept["order"]
            names = [name for name in ("id_order", "reference") if order.get(name) is not None]
            self._known |= {(kept["site"], name, str(order[name])) for name in names}
            if not kept["invited_at"]:
                gone = (self.clock.now() - parse_iso(kept["received_at"])).total_seconds()
                delay = max(0.0, self.options.invitation_days * DAY - gone)
                self.clock.call_later(delay, lambda kept=kept: self._invite(kept))  # type: ignore[misc]


def _named(order: dict[str, Any]) -> dict[str, str]:
    return {"id_order": str(order["id_order"]), "reference": str(order.get("reference") or "")}
