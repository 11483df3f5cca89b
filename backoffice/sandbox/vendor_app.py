"""What the smaller replayed vendors build on. mypromo, with its catalogue and jobs, has an app of its own."""

import threading
from typing import Any, ClassVar

from backoffice.sandbox.clock import Clock
from backoffice.sandbox.ledger import Ledger
from backoffice.sandbox.options import OptionSet
from backoffice.sandbox.wire import Request, Response, message


class VendorApp:
    """One vendor with all that it holds. Subclasses say what their routes do, and what outlives a restart.

    `lock` guards what it holds: the server has a thread for each connection. What costs money or paper is noted in
    `ledger`, which is the vendor's own.
    """

    name = ""
    # What can be set of it.
    options_type: ClassVar[type[OptionSet]] = OptionSet

    def __init__(self, *, clock: Clock) -> None:
        self.options = self.options_type()
        self.clock = clock
        self.ledger = Ledger()
        self.lock = threading.RLock()
        # Where it is reached, ending in a slash; set when the server has a port.
        self.public_url = ""

    @classmethod
    def environment(cls, url: str) -> dict[str, str]:
        """Return the environment variables with which the product reaches it at `url`, and is let in."""
        return {}

    def is_api(self, path: str) -> bool:
        """Count every request, and let faults hit it."""
        return True

    def handle(self, request: Request) -> Response:
        """Do what was asked and answer."""
        return message(404, "Not found.")

    def control(self, request: Request) -> Any:
        """Control it from outside: `/_sandbox/<name>/<path>`. Raise KeyError for what is not there, ValueError."""
        match request.method, request.path:
            case "GET", "ledger":
                return self.ledger.as_dict()
            case "GET", "settings":
                return self.options.as_dict()
            case "PATCH", "settings":
                self.options.change(**request.json())
                return self.options.as_dict()
        raise KeyError(request.path)

    def revoke(self, token: str) -> None:
        """Make a token worthless; vendors whose keys do not end have nothing to do."""

    def saved(self) -> dict[str, Any]:
        """Return what outlives a restart beside the ledger, as JSON."""
        return {}

    def restore(self, saved: dict[str, Any]) -> None:
        """Take over what an earlier run saved."""

    def stop(self) -> None:
        """End threads of its own."""
