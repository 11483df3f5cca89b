"""`/_sandbox/…`: the same switches over HTTP for other processes.

| route | does |
|---|---|
| GET `ledger` | orders, request counts, busiest minute, events |
| GET, POST, DELETE `faults`, DELETE `faults/{id}` | list, add (body: a rule, or a list of them), clear, remove |
| POST `faults/seed` `{"seed"}` | begin the series of chances again |
| GET `clock`, POST `clock` `{"advance": seconds}` | read, move on |
| GET, PATCH `settings` | read, change options |
| GET `callbacks?after=n`, POST `callbacks/release` | what was sent; send what is held back |
| POST `catalog` `{"sku", …facts}` or `{"remove" / "restore" / "break" / "mend": product id}` | change the catalogue |
| POST `tokens/revoke` | make every token worthless |
| POST `designs/{id}` `{"sku"}` | switch the variant of a design |
| GET `values?sku=…&merchant=1` | prices, rules, stock and texts held for a SKU |
| GET `jobs`, GET `production_orders` | all jobs and production orders, as mypromo keeps them |
| POST `production_orders` `{"count", "kind", "fulfiller", "generic_url"}` | make some (kinds: `production_examples`) |
| POST `production_orders/{id}` `{"cancel": true}` | give one up |
| `<vendor>/…` | another vendor: GET `ledger`, GET and PATCH `settings`, and what its app's `control` knows |
"""

import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from backoffice.sandbox.clock import iso
from backoffice.sandbox.wire import BadBody, Request, Response, json_response, message

if TYPE_CHECKING:
    from backoffice.sandbox.running import Sandbox


class ControlApp:
    """The control routes; faults never hit them and the ledger does not count them."""

    name = "control"
    ledger = None

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox
        self._routes: dict[tuple[str, str], Callable[[Request], Any]] = {
            ("GET", "ledger"): lambda r: sandbox.ledger.as_dict(),
            ("GET", "faults"): lambda r: sandbox.faults.as_list(),
            ("POST", "faults"): self._add_faults,
            ("DELETE", "faults"): lambda r: sandbox.faults.clear(),
            ("POST", "faults/seed"): lambda r: sandbox.faults.reseed(int(r.json()["seed"])),
            ("GET", "clock"): self._clock,
            ("POST", "clock"): self._advance,
            ("GET", "settings"): lambda r: sandbox.settings.as_dict(),
            ("PATCH", "settings"): self._change,
            ("GET", "callbacks"): self._callbacks,
            ("POST", "callbacks/release"): lambda r: sandbox.callbacks.release(),
            ("POST", "catalog"): self._catalog,
            ("GET", "values"): self._values,
            ("GET", "jobs"): lambda r: list(sandbox.mypromo.jobs.held.values()),
            ("GET", "production_orders"): lambda r: list(sandbox.mypromo.production.held.values()),
            ("POST", "production_orders"): self._make_production_orders,
            ("POST", "tokens/revoke"): lambda r: sandbox.mypromo.tokens.revoke_all(),
        }

        self._about_one: dict[tuple[str, str], Callable[[int, Request], Any]] = {
            ("DELETE", "faults"): lambda key, r: sandbox.faults.remove(key),
            ("POST", "designs"): lambda key, r: sandbox.mypromo.designs.switch_sku(key, sku=r.json()["sku"]),
            ("POST", "production_orders"): self._cancel_production_order,
        }

    def handle(self, request: Request) -> Response:
        """Do what was asked and answer: 200 with JSON, 400 for what makes no sense, 404 for what is not there."""
        path = request.path.rstrip("/")
        head, _, tail = path.rpartition("/")
        vendor, _, below = path.partition("/")
        try:
            if vendor in self._sandbox.others:
                return json_response(200, self._sandbox.others[vendor].control(replace(request, path=below)))
            if (route := self._routes.get((request.method, path))) is not None:
                with self._sandbox.mypromo.store.lock if request.method == "GET" else nullcontext():
                    return json_response(200, route(request))
            if tail.isdecimal() and (about := self._about_one.get((request.method, head))) is not None:
                return json_response(200, about(int(tail), request))
        except KeyError as error:
            return message(404, f"unknown: {error}")
        except (BadBody, ValueError, TypeError) as error:
            return message(400, str(error))
        return message(404, "Not found.")

    def is_api(self, path: str) -> bool:
        """Return whether a path is counted and hit by faults."""
        return False

    def revoke(self, token: str) -> None:
        """Hold no tokens."""

    def _add_faults(self, request: Request) -> Any:
        rules = json.loads(request.body)
        added = [self._sandbox.faults.add(**rule).id for rule in (rules if isinstance(rules, list) else [rules])]
        return {"ids": added}

    def _values(self, request: Request) -> Any:
        merchant = request.query.get("merchant", "1")
        return self._sandbox.mypromo.holdings.values(request.query["sku"], merchant=merchant)

    def _make_production_orders(self, request: Request) -> Any:
        asked = request.json()
        return {"ids": self._sandbox.mypromo.examples.make(int(asked.pop("count", 1)), **asked)}

    def _cancel_production_order(self, key: int, request: Request) -> None:
        if request.json() != {"cancel": True}:
            raise ValueError("all that can be asked for is to cancel")
        with self._sandbox.mypromo.store.lock:
            self._sandbox.mypromo.production_life.cancel(self._sandbox.mypromo.production.held[key])

    def _clock(self, request: Request) -> Any:
        clock = self._sandbox.clock
        return {"now": iso(clock.now()), "manual": clock.manual, "speed": clock.speed, "waiting": clock.waiting()}

    def _advance(self, request: Request) -> Any:
        self._sandbox.clock.advance(float(request.json()["advance"]))
        return self._clock(request)

    def _change(self, request: Request) -> Any:
        self._sandbox.settings.change(**request.json())
        return self._sandbox.settings.as_dict()

    def _callbacks(self, request: Request) -> Any:
        after = int(request.query.get("after", "0"))
        callbacks = self._sandbox.callbacks
        return {"sent": list(callbacks.sent)[after:], "dropped": callbacks.dropped}

    def _catalog(self, request: Request) -> Any:
        asked, catalogue = request.json(), self._sandbox.mypromo.catalogue
        if "sku" in asked:
            catalogue.change(asked.pop("sku"), **asked)
            return None
        for verb, change in (
            ("remove", catalogue.removed.add),
            ("restore", catalogue.removed.discard),
            ("break", catalogue.broken.add),
            ("mend", catalogue.broken.discard),
        ):
            if verb in asked:
                change(int(asked[verb]) - 1)
        return None
