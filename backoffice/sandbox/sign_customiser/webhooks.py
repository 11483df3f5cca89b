"""Subscriptions: who is told of what, each signed with a secret of its own."""

from typing import Any

from backoffice.sandbox.clock import Clock, iso
from backoffice.sandbox.sign_customiser.options import SignCustomiserOptions
from backoffice.sandbox.sign_customiser.telling import FORM, ORDER, PRODUCT
from backoffice.sandbox.wire import Request, Response, json_response, message

TOPICS = (PRODUCT, ORDER, FORM)


class Webhooks:
    """`held` are all of them, as they are shown; guarded by the app's lock."""

    def __init__(self, *, options: SignCustomiserOptions, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self.held: list[dict[str, Any]] = []
        self._made = 0

    def of_topic(self, topic: str) -> list[dict[str, Any]]:
        """Return those that are told of a topic."""
        return [dict(hook) for hook in self.held if hook["topic"] == topic and hook["status"] == "active"]

    def handle(self, request: Request, tail: str) -> Response:
        """Handle the collection (`tail` empty) or one of it."""
        if not tail:
            if request.method == "GET":
                return json_response(200, {"webhooks": [self._shown(hook) for hook in self.held]})
            return self._write(None, request) if request.method == "POST" else message(405, "Method not allowed.")
        hook = next((one for one in self.held if str(one["webhook_id"]) == tail), None)
        if hook is None:
            return message(404, "Not Found.")
        if request.method == "DELETE":
            self.held.remove(hook)
            return Response(204)
        if request.method == "PUT":
            return self._write(hook, request)
        return json_response(200, {"webhook": hook}) if request.method == "GET" else message(405, "Method not allowed.")

    def _write(self, hook: dict[str, Any] | None, request: Request) -> Response:
        asked = request.json()
        errors: dict[str, list[str]] = {}
        if asked.get("topic") not in TOPICS:
            errors["topic"] = [
                "The selected topic is invalid." if asked.get("topic") else "The topic field is required."
            ]
        if not str(asked.get("url") or "").startswith(("http://", "https://")):
            errors["url"] = ["The url field must be a valid URL." if asked.get("url") else "The url field is required."]
        if not isinstance(asked.get("meta"), dict | list | None):
            errors["meta"] = ["The meta field must be an array."]
        if errors:
            return json_response(422, {"message": next(iter(errors.values()))[0], "errors": errors})
        now = iso(self._clock.now())
        if hook is None:
            self._made = max([self._made, *(one["webhook_id"] for one in self.held)]) + 1
            hook = {
                "webhook_id": self._made,
                "status": "active",
                "secret": f"whsec-{self._made:032d}",
                "created_at": now,
            }
            self.held.append(hook)
        hook |= {"topic": asked["topic"], "url": asked["url"], "meta": asked.get("meta"), "updated_at": now}
        return json_response(200, {"webhook": hook})

    def _shown(self, hook: dict[str, Any]) -> dict[str, Any]:
        if self._options.show_secrets:
            return hook
        return {name: value for name, value in hook.items() if name != "secret"}
