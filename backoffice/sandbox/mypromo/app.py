"""mypromo as the server sees it: finds the route, checks who asks and how often, and answers."""

from typing import Any

from backoffice.sandbox.clock import Clock
from backoffice.sandbox.ledger import Ledger
from backoffice.sandbox.mishaps import MAINTENANCE
from backoffice.sandbox.mypromo import pictures
from backoffice.sandbox.mypromo.batches import Batches
from backoffice.sandbox.mypromo.callbacks import Callbacks
from backoffice.sandbox.mypromo.catalog import Catalogue
from backoffice.sandbox.mypromo.catalog_fixed import fixed_products
from backoffice.sandbox.mypromo.catalog_routes import CatalogRoutes
from backoffice.sandbox.mypromo.designs import Designs
from backoffice.sandbox.mypromo.editor import Editor
from backoffice.sandbox.mypromo.files import Files
from backoffice.sandbox.mypromo.holdings import Holdings
from backoffice.sandbox.mypromo.jobs import Jobs
from backoffice.sandbox.mypromo.life import Life
from backoffice.sandbox.mypromo.limits import RateLimit
from backoffice.sandbox.mypromo.order_store import OrderStore
from backoffice.sandbox.mypromo.orders import Orders
from backoffice.sandbox.mypromo.production import Production
from backoffice.sandbox.mypromo.production_examples import ProductionExamples
from backoffice.sandbox.mypromo.production_life import ProductionLife
from backoffice.sandbox.mypromo.production_store import ProductionStore
from backoffice.sandbox.mypromo.reference import Reference
from backoffice.sandbox.mypromo.routing import PUBLIC, Caller, Refusal, Route, Router
from backoffice.sandbox.mypromo.tokens import Tokens
from backoffice.sandbox.options import Options, default_clients
from backoffice.sandbox.wire import JSON_TYPE, BadBody, Request, Response, message

_ACCEPTED = (JSON_TYPE, "*/*", "application/*")


class MypromoApp:
    """One mypromo with everything it holds."""

    name = "mypromo"

    def __init__(self, *, options: Options, clock: Clock, ledger: Ledger) -> None:
        self.options = options
        self.ledger = ledger
        self.store = OrderStore(clock=clock, ledger=ledger)
        self.tokens = Tokens(options=options, clock=clock)
        self.catalogue = Catalogue(options=options, fixed=fixed_products())
        self.designs = Designs(options=options, catalogue=self.catalogue)
        self.callbacks = Callbacks(options=options, store=self.store)
        self.life = Life(options=options, store=self.store, callbacks=self.callbacks, catalogue=self.catalogue)
        self.production = ProductionStore(options=options, store=self.store, catalogue=self.catalogue)
        self.production_life = ProductionLife(
            options=options, store=self.store, production=self.production, callbacks=self.callbacks
        )
        self.life.hand_over = self.production_life.begin
        self.designs.made_by = self.production.has_design
        self.holdings = Holdings(catalogue=self.catalogue, store=self.store)
        self.jobs = Jobs(options=options, store=self.store, holdings=self.holdings, callbacks=self.callbacks)
        self._limit = RateLimit(options=options, clock=clock)
        orders = Orders(
            options=options,
            store=self.store,
            life=self.life,
            callbacks=self.callbacks,
            catalogue=self.catalogue,
            designs=self.designs,
        )
        self.examples = ProductionExamples(
            orders=orders,
            designs=self.designs,
            life=self.life,
            store=self.store,
            production=self.production,
            catalogue=self.catalogue,
        )
        self._router = Router(self._routes(orders))

    def _routes(self, orders: Orders) -> list[Route]:
        options = self.options
        making = Production(options=options, store=self.store, production=self.production, life=self.production_life)
        editor = Editor(catalogue=self.catalogue, designs=self.designs)
        reading = CatalogRoutes(options=options, catalogue=self.catalogue)
        writing = Batches(options=options, catalogue=self.catalogue, jobs=self.jobs)
        subjects = (self.tokens, orders, reading, writing, self.jobs, self.designs, making, editor)
        routes = [route for subject in subjects for route in subject.routes()]
        routes += [Route("GET", "v1/status", PUBLIC, self._status), *Reference(options=options).routes()]
        return [*routes, *pictures.routes(), *Files(self.jobs.report).routes()]

    def handle(self, request: Request) -> Response:
        """Do what was asked and answer."""
        if self.options.maintenance:
            return message(503, MAINTENANCE)
        try:
            route, values = self._router.find(request)
            caller = self.tokens.caller(request, route.role)
            if not self.is_api(request.path):
                return route.answer(request, caller, *values)
            headers, refused = self._limit.take(caller.name)
            if refused is not None:
                return refused
            response = self._checked(request, route, caller, values)
        except Refusal as refusal:
            return refusal.response
        response.headers |= headers
        return response

    @classmethod
    def environment(cls, url: str) -> dict[str, str]:
        """Return the environment variables of merchant and fulfiller."""
        merchant, fulfiller, _both = default_clients()
        return {
            "MYPROMO_URL": url,
            "MYPROMO_SANDBOX": "1",
            "MYPROMO_CLIENT_ID": merchant.client_id,
            "MYPROMO_CLIENT_SECRET": merchant.client_secret,
            "MYPROMO_FULFILLER_CLIENT_ID": fulfiller.client_id,
            "MYPROMO_FULFILLER_CLIENT_SECRET": fulfiller.client_secret,
        }

    def is_api(self, path: str) -> bool:
        """Leave out the pictures and the editor, which a browser loads."""
        return not path.startswith(("media/", "editor/")) and path != "auth"

    def revoke(self, token: str) -> None:
        """Make a bearer token worthless."""
        self.tokens.revoke(token)

    def saved(self) -> dict[str, Any]:
        """Return everything a restart has to know; whoever encodes it holds the store's lock until done."""
        with self.store.lock:
            return {
                "orders": list(self.store.held.values()),
                "counters": self.store.counters(),
                "tokens": dict(self.tokens.held),
                "editor_users": sorted(self.designs.users),
                "designs": list(self.designs.held.values()),
                "changes": self.catalogue.changes,
                "own": self.catalogue.own,
                "jobs": list(self.jobs.held.values()),
                "production_orders": list(self.production.held.values()),
                "removed": sorted(self.catalogue.removed),
            }

    def restore(self, saved: dict[str, Any]) -> None:
        """Take over what an earlier run held and go on with its orders."""
        self.store.restore(saved["orders"], saved["counters"])
        self.tokens.held = saved["tokens"]
        self.designs.restore(users=saved["editor_users"], held=saved["designs"])
        self.catalogue.changes = saved["changes"]
        self.catalogue.own = saved.get("own", {})  # a state file may be older than what it lacks
        self.catalogue.removed = set(saved["removed"])
        self.jobs.resume(saved.get("jobs", []))
        self.production_life.resume(saved.get("production_orders", []))
        self.life.resume()

    def _checked(self, request: Request, route: Route, caller: Caller, values: list[Any]) -> Response:
        accept = request.headers.get("Accept") or "*/*"
        if request.path.startswith("v1/") and not any(kind in accept for kind in _ACCEPTED):
            return message(406, "Not acceptable.")
        if request.body and JSON_TYPE not in (request.headers.get("Content-Type") or ""):
            return message(406, "The content type has to be application/json.")
        try:
            return route.answer(request, caller, *values)
        except BadBody as error:
            return message(400, str(error))

    def _status(self, request: Request, caller: Caller) -> Response:
        return message(200, "OK")
