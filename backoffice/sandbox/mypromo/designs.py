"""Design users, designs and their previews."""

import itertools
import secrets
import threading
from collections.abc import Callable
from typing import Any

from backoffice.sandbox.mypromo.catalog import Catalogue
from backoffice.sandbox.mypromo.checking import Errors
from backoffice.sandbox.mypromo.pdf import pdf_response
from backoffice.sandbox.mypromo.routing import ANY, FULFILLER, MERCHANT, PUBLIC, Caller, Refusal, Route
from backoffice.sandbox.wire import Request, Response, json_response, message

_SHOWN = ("id", "sku", "intent", "editor_user_hash", "editor_start_url", "editor_start_url_cname", "preview_url")
_RETURNS = ("return_url", "cancel_url")


class Designs:
    """What design users made. `held` is by id: the answer's fields and the account in `client`."""

    def __init__(self, *, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self.made_by: Callable[..., bool] = lambda key, client: False  # tells whether an account makes a design
        self.users: set[str] = set()
        self.held: dict[int, dict[str, Any]] = {}

    def routes(self) -> list[Route]:
        """Return the routes of the editor."""
        return [
            Route("POST", "v1/editor_user", MERCHANT, self.create_user),
            Route("POST", "v1/designs", MERCHANT, self.create),
            Route("GET", "v1/designs/{id}", MERCHANT, self.get),
            Route("GET", "v1/designs/{id}/preview", ANY, self.preview),
            Route("POST", "v1/designs/{id}/submit", MERCHANT, self.submit),
            Route("GET", "editor/{id}/show/{code}", PUBLIC, self.show_editor),
        ]

    def create_user(self, request: Request, caller: Caller) -> Response:
        """Answer `POST v1/editor_user`."""
        user = secrets.token_hex(32)
        with self._lock:
            self.users.add(user)
        return json_response(201, {"editor_user_hash": user})

    def create(self, request: Request, caller: Caller) -> Response:
        """Answer `POST v1/designs`."""
        asked = request.json()
        errors = Errors()
        variant = self._catalogue.find(asked["sku"]) if isinstance(asked.get("sku"), str) else None
        if variant is None:
            errors.selected("sku") if asked.get("sku") else errors.required("sku")
        if asked.get("editor_user_hash") not in self.users:
            errors.selected("editor_user_hash")
        errors.text("return_url", asked.get("return_url"), most=2000, required=True)
        errors.text("cancel_url", asked.get("cancel_url"), most=2000)
        errors.refuse()
        assert variant is not None
        intents = (["customize", "upload"] if variant.id % 3 else ["upload"]) if variant.personalized else []
        intent = asked.get("intent") or (intents[0] if intents else None)
        if intent not in intents:
            return message(400, "The product cannot be designed with this intent.")
        design = self._store(asked, intent=intent, client=caller.name, base_url=request.base_url)
        return json_response(201, _view(design, *_RETURNS))

    def get(self, request: Request, caller: Caller, key: int) -> Response:
        """Answer `GET v1/designs/{id}`, which leaves out the two return addresses."""
        return json_response(200, _view(self.find(key, client=caller.name)))

    def preview(self, request: Request, caller: Caller, key: int) -> Response:
        """Answer with a PDF, the merchant who had it designed and the fulfiller who makes it."""
        is_maker = FULFILLER in caller.scopes and self.made_by(key, client=caller.name)
        design = self.held[key] if is_maker else self.find(key, client=caller.name)
        return pdf_response(f"Design {key}", design["sku"])

    def submit(self, request: Request, caller: Caller, key: int) -> Response:
        """Answer `POST v1/designs/{id}/submit`; doing it twice changes nothing."""
        design = self.find(key, client=caller.name)
        design["status"] = "SUBMITTED"
        return json_response(200, _view(design, *_RETURNS))

    def show_editor(self, request: Request, caller: Caller, key: int, code: str) -> Response:
        """Answer with a page that stands for the editor."""
        if key not in self.held:
            return message(404, "Not found.")
        page = f"<!doctype html><title>Editor</title><h1>Design {key}</h1><p>The sandbox draws nothing.</p>"
        return Response(200, page.encode(), {"Content-Type": "text/html; charset=utf-8"})

    def find(self, key: int, *, client: str) -> dict[str, Any]:
        """Return a design of this account. Raises Refusal with 404."""
        design = self.held.get(key)
        if design is None or design["client"] != client:
            raise Refusal(message(404, "Not found."))
        return design

    def switch_sku(self, key: int, *, sku: str) -> None:
        """Do what a shopper does who picks another colour in the editor. Raises KeyError."""
        if self._catalogue.find(sku) is None:
            raise KeyError(sku)
        self.held[key]["sku"] = sku

    def restore(self, *, users: list[str], held: list[dict[str, Any]]) -> None:
        """Take over what an earlier run held."""
        self.users = set(users)
        self.held = {design["id"]: design for design in held}
        self._ids = itertools.count(max(self.held, default=0) + 1)

    def _store(self, asked: dict[str, Any], *, intent: str, client: str, base_url: str) -> dict[str, Any]:
        with self._lock:
            key = next(self._ids)
            places = {"{DESIGNID}": str(key), "{USERHASH}": asked["editor_user_hash"], "{INTENT}": intent}
            design = {
                "id": key,
                "client": client,
                "sku": asked["sku"],
                "intent": intent,
                "editor_user_hash": asked["editor_user_hash"],
                "editor_start_url": f"{base_url}editor/{key}/show/{secrets.token_hex(4)}",
                "editor_start_url_cname": None,
                "preview_url": f"{base_url}v1/d{key}",
                **{name: _filled(asked.get(name), places) for name in _RETURNS},
                "status": "PENDING",
            }
            self.held[key] = design
        return design


def _filled(url: str | None, places: dict[str, str]) -> str | None:
    for name, value in places.items():
        url = url.replace(name, value) if url else url
    return url


def _view(design: dict[str, Any], *extra: str) -> dict[str, Any]:
    return {name: design[name] for name in (*_SHOWN, *extra, "status")}
