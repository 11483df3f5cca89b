"""Design users, designs and their previews."""

import itertools
import secrets
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from backoffice.sandbox.mypromo.catalog import Catalogue
from backoffice.sandbox.mypromo.checking import Errors
from backoffice.sandbox.mypromo.pdf import pdf_response
from backoffice.sandbox.mypromo.routing import ANY, FULFILLER, MERCHANT, Caller, Refusal, Route
from backoffice.sandbox.options import Options
from backoffice.sandbox.wire import Request, Response, json_response, message

_SHOWN = ("id", "sku", "intent", "editor_user_hash", "editor_start_url", "editor_start_url_cname", "preview_url")
_RETURNS = ("return_url", "cancel_url")


class Designs:
    """What design users made. `held` is by id: the answer's fields and the account in `client`."""

    def __init__(self, *, options: Options, catalogue: Catalogue) -> None:
        self._options = options
        self._catalogue = catalogue
        self._sessions: dict[str, int] = {}  # JWT → design
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
        ]

    def create_user(self, request: Request, caller: Caller) -> Response:
        """Handle `POST v1/editor_user`."""
        user = secrets.token_hex(32)
        with self._lock:
            self.users.add(user)
        return json_response(201, {"editor_user_hash": user})

    def create(self, request: Request, caller: Caller) -> Response:
        """Handle `POST v1/designs`."""
        asked = request.json()
        errors = Errors()
        variant = self._catalogue.find(asked["sku"]) if isinstance(asked.get("sku"), str) else None
        if variant is None:
            errors.selected("sku") if asked.get("sku") else errors.required("sku")
        if asked.get("editor_user_hash") not in self.users:
            errors.selected("editor_user_hash")
        _check_way_back(errors, "return_url", asked.get("return_url"), required=True)
        _check_way_back(errors, "cancel_url", asked.get("cancel_url"), required=False)
        errors.refuse()
        assert variant is not None
        intents = (["customize", "upload"] if variant.id % 3 else ["upload"]) if variant.personalized else []
        intent = asked.get("intent") or (intents[0] if intents else None)
        if intent not in intents:
            return message(400, "The product cannot be designed with this intent.")
        design = self._store(asked, intent=intent, client=caller.name, base_url=request.base_url)
        return json_response(201, self._view(design, *_RETURNS))

    def get(self, request: Request, caller: Caller, key: int) -> Response:
        """Handle `GET v1/designs/{id}`, which leaves out the two return addresses."""
        return json_response(200, self._view(self.find(key, client=caller.name)))

    def preview(self, request: Request, caller: Caller, key: int) -> Response:
        """Return a PDF for the merchant who had it designed and the fulfiller who makes it."""
        is_maker = FULFILLER in caller.scopes and self.made_by(key, client=caller.name)
        design = self.held[key] if is_maker else self.find(key, client=caller.name)
        return pdf_response(f"Design {key}", design["sku"])

    def submit(self, request: Request, caller: Caller, key: int) -> Response:
        """Handle `POST v1/designs/{id}/submit`; doing it twice changes nothing."""
        design = self.find(key, client=caller.name)
        design["status"] = "SUBMITTED"
        return json_response(200, self._view(design, *_RETURNS))

    def entered_by(self, jwt: str) -> int | None:
        """Return the design that the newest JWT of its own address opens, or None."""
        return self._sessions.get(jwt)

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

    def _view(self, design: dict[str, Any], *extra: str) -> dict[str, Any]:
        shown = {**design, "editor_start_url_cname": self._cname(design)}
        return {name: shown[name] for name in (*_SHOWN, *extra, "status")}

    def _cname(self, design: dict[str, Any]) -> str | None:
        """Return an address with a new JWT; the design's earlier ones end."""
        if not self._options.editor_cname:
            return None
        with self._lock:
            self._sessions = {jwt: key for jwt, key in self._sessions.items() if key != design["id"]}
            jwt = _jwt()
            self._sessions[jwt] = design["id"]
        return f"{self._options.editor_cname}auth?jwt={jwt}"

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


def _check_way_back(errors: Errors, name: str, value: Any, *, required: bool) -> None:
    errors.text(name, value, most=2000, required=required)
    if isinstance(value, str) and value and urlsplit(value).scheme not in ("http", "https"):
        errors.add(name, f"The {name} format is invalid.")


def _jwt() -> str:
    """Return what looks like a JWT; only its being unguessable matters."""
    return ".".join(secrets.token_urlsafe(size) for size in (27, 90, 32))
