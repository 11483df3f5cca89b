"""Puts the sandbox together and runs it."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from backoffice.sandbox.apps import find_apps
from backoffice.sandbox.clock import Clock
from backoffice.sandbox.control import ControlApp
from backoffice.sandbox.faults import Faults
from backoffice.sandbox.ledger import Ledger
from backoffice.sandbox.mail.app import MailApp
from backoffice.sandbox.mypromo.app import MypromoApp
from backoffice.sandbox.mypromo.callbacks import Callbacks
from backoffice.sandbox.options import Options
from backoffice.sandbox.server import App, SandboxServer
from backoffice.sandbox.state import StateFile
from backoffice.sandbox.vendor_app import VendorApp
from backoffice.sandbox.wire import dumps


class Sandbox:
    """A running sandbox: `url` (ends with the base path), `control_url`, `clock`, `faults`, `ledger`, `settings`,
    `callbacks` and `mypromo` with everything it holds; `others` are the other vendors by their names, each at its
    `public_url`, and attributes as well (`sandbox.sign_customiser`).
    """

    def __init__(
        self,
        *,
        options: Options,
        port: int = 0,
        base_path: str = "/mypromo/",
        manual_clock: bool = False,
        speed: float = 1.0,
        seed: int = 0,
        state: Path | None = None,
        more: Iterable[type[VendorApp]] = (),
        mail_port: int | None = None,
    ) -> None:
        self.settings = options
        self.clock = Clock(manual=manual_clock, speed=speed)
        self.faults = Faults(seed=seed)
        self.ledger = Ledger()
        self.mypromo = MypromoApp(options=options, clock=self.clock, ledger=self.ledger)
        self.others: dict[str, VendorApp] = {kind.name: kind(clock=self.clock) for kind in (*find_apps(), *more)}
        for name, app in self.others.items():
            setattr(self, name.replace("-", "_"), app)
        self.mail: MailApp = self.others[MailApp.name]  # type: ignore[assignment]
        self._state = StateFile(state, collect=self._collect) if state else None
        if self._state and (saved := self._state.load()):
            self._restore(saved)
        apps: dict[str, App] = {base_path: self.mypromo, "/_sandbox/": ControlApp(self)}
        apps |= {f"/{name}/": app for name, app in self.others.items()}
        self._server = SandboxServer(("127.0.0.1", port), apps=apps, faults=self.faults, clock=self.clock)
        self._thread = threading.Thread(target=self._serve, name="sandbox-server", daemon=True)
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}{base_path}"
        self.mypromo.store.public_url = self.url
        for name, app in self.others.items():
            app.public_url = f"http://127.0.0.1:{self.port}/{name}/"
        self.control_url = f"http://127.0.0.1:{self.port}/_sandbox/"
        # Where mails are caught; None: nowhere.
        self.mail_port = None if mail_port is None else self.mail.listen(mail_port)

    @property
    def callbacks(self) -> Callbacks:
        """Mypromo's callbacks."""
        return self.mypromo.callbacks

    def start(self) -> None:
        """Begin to answer; returns at once."""
        self.clock.start()
        if self._state:
            self._state.start()
        self._thread.start()

    def stop(self) -> None:
        """Stop answering, end every hanging exchange and write the state."""
        self.clock.stop()
        self.callbacks.stop()
        for app in self.others.values():
            app.stop()
        self._server.stop()
        self._thread.join(timeout=5)
        if self._state:
            self._state.stop()

    def advance(self, seconds: float) -> None:
        """Move a manual clock on and wait until mypromo's callbacks were answered: what is read afterwards stays as
        it is, also its history, which names each callback.
        """
        self.clock.advance(seconds)
        if not self.callbacks.wait(60):
            raise TimeoutError("the callbacks were not answered within a minute")

    def _restore(self, saved: dict[str, Any]) -> None:
        self.ledger.restore(saved["ledger"])
        self.mypromo.restore(saved["mypromo"])
        for name, kept in saved.get("others", {}).items():
            self.others[name].ledger.restore(kept["ledger"])
            self.others[name].restore(kept["held"])

    def _serve(self) -> None:
        self._server.serve_forever(poll_interval=0.05)

    def _collect(self) -> bytes:
        with self.mypromo.store.lock:
            saved = {"ledger": self.ledger.as_dict(), "mypromo": self.mypromo.saved()}
        return dumps({**saved, "others": {name: self._held(app) for name, app in self.others.items()}})

    @staticmethod
    def _held(app: VendorApp) -> dict[str, Any]:
        with app.lock:
            return {"ledger": app.ledger.as_dict(), "held": app.saved()}


@contextmanager
def running_sandbox(
    *,
    port: int = 0,
    base_path: str = "/mypromo/",
    manual_clock: bool = False,
    speed: float = 1.0,
    seed: int = 0,
    state: Path | None = None,
    more: Iterable[type[VendorApp]] = (),
    mail_port: int | None = None,
    **options: Any,
) -> Iterator[Sandbox]:
    """Run a sandbox on loopback while the block lasts, with `more` vendors than those that are found beside it; other
    keywords are fields of `Options`. Mails are caught at `mail_port`, 0 for any that is free.
    """
    sandbox = Sandbox(
        options=Options(**options),
        port=port,
        base_path=base_path,
        manual_clock=manual_clock,
        speed=speed,
        seed=seed,
        state=state,
        more=more,
        mail_port=mail_port,
    )
    sandbox.start()
    try:
        yield sandbox
    finally:
        sandbox.stop()
