"""What happens to an order after its checkout: payment, production, mailing, delivery, scans."""

from decimal import Decimal
from typing import Any

from backoffice.sandbox.clock import Clock, iso
from backoffice.sandbox.ledger import Ledger
from backoffice.sandbox.lettrlabs.options import LettrlabsOptions
from backoffice.sandbox.lettrlabs.store import Store

STEPS = ("Ready For Production", "In Production", "In QA", "InShipping", "Mailed")
WAY = ("Mailed", "In Transit", "At Local Facility", "Delivered")


class Life:
    """Moves orders on by the sandbox's clock. Called with the lock held; what comes later takes it again."""

    def __init__(self, *, store: Store, clock: Clock, ledger: Ledger, options: LettrlabsOptions, lock: Any) -> None:
        self._store = store
        self._clock = clock
        self._ledger = ledger
        self._options = options
        self._lock = lock

    def begin_payment(self, order: dict[str, Any], *, total: Decimal, auto_bill: bool) -> None:
        """Let the order wait for its payment, which ends by itself."""
        order["status"] = "Payment Needed"
        order["charge"] = {"total": str(total), "autoBill": auto_bill}
        if self._options.payment != "never":
            self._later(self._options.settle_seconds, order["id"], self._settle)

    def _settle(self, order: dict[str, Any]) -> None:
        charge = order["charge"]
        total = Decimal(charge["total"])
        short = not charge["autoBill"] and self._store.spent + total > Decimal(self._options.prepaid_balance)
        if self._options.payment == "fails" or short:
            order["status"] = "Draft"
            order.pop("charge")
            return
        if not charge["autoBill"]:
            self._store.spent += total
        order["status"], order["paidDate"] = "Paid", iso(self._clock.now())
        at = order["paidDate"]
        self._ledger.note("charge", at=at, card_order=order["id"], total=charge["total"], auto_bill=charge["autoBill"])
        for recipient in order["recipients"]:
            data = {"recipient": recipient["id"], **recipient["personal"], **recipient["address"]}
            self._ledger.note("card", at=at, card_order=order["id"], **data)
        for number, status in enumerate(STEPS, start=1):
            self._later(number * self._options.step_seconds, order["id"], lambda row, s=status: self._step(row, s))

    def _step(self, order: dict[str, Any], status: str) -> None:
        order["status"] = status
        if status != "Mailed":
            return
        order["mailedDate"] = iso(self._clock.now())
        for recipient in order["recipients"]:
            recipient["delivery"] = "Waiting on USPS Info"
        for number, word in enumerate(WAY):
            seconds = (number + 0.5) * self._options.delivery_seconds
            self._later(seconds, order["id"], lambda row, w=word: self._deliver(row, w))

    def _deliver(self, order: dict[str, Any], word: str) -> None:
        for place, recipient in enumerate(order["recipients"], start=1):
            every = self._options.undeliverable_every
            is_lost = word == "Delivered" and every and place % every == 0
            recipient["delivery"] = "Undeliverable" if is_lost else word
            if (
                word == "Delivered"
                and not is_lost
                and self._options.scan_every
                and place % self._options.scan_every == 0
            ):
                recipient["scans"] = recipient.get("scans", 0) + 1 + place % 2
                recipient["lastScan"] = iso(self._clock.now())

    def _later(self, seconds: float, order_id: int, change: Any) -> None:
        def run() -> None:
            with self._lock:
                order = self._store.orders.get(order_id)
                if order is not None:
                    change(order)

        self._clock.call_later(seconds, run)
