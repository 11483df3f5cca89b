"""Mechanisms switched off, and workers that die or freeze at a chosen point. The product has no such switches.

A control runs the same test without a mechanism and expects harm: a test that nothing can fail proves nothing.
"""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

from backoffice.engine.services.delivery import Delivery
from backoffice.engine.services.handlers import PUSH_HANDLERS, ReconcileResult
from orders.services.placing import two_phases
from orders.services.push_kinds import PLACE

Call = Callable[[], Any]


def switch_off(names: str) -> None:
    """Switch off mechanisms by their `names`, separated by commas."""
    for name in filter(None, names.split(",")):
        OFF[name]()


def _skip_look() -> None:
    """Take an unknown outcome for "not done" at once, and read nothing before going on: a plain retry."""
    handler: Any = PUSH_HANDLERS[PLACE]
    handler.reconcile = lambda delivery: ReconcileResult.ABSENT
    placement: Any = two_phases.Placement
    placement._is_submitted_already = lambda self: False
    _skip_settling()


def _skip_settling() -> None:
    """Believe the vendor to be done with a request as soon as we stop listening."""
    settings.PUSH_SETTLE_SECONDS = 0.0


def _skip_lease_check() -> None:
    """Send whatever the time."""
    unchecked: Any = Delivery
    unchecked.renew_lease = lambda delivery: None


def _skip_compare() -> None:
    """Skip comparing what the vendor made of a draft."""
    unchecked: Any = two_phases
    unchecked.differences = lambda wanted, report: []


OFF: dict[str, Callable[[], None]] = {
    "look": _skip_look,
    "settle": _skip_settling,
    "lease": _skip_lease_check,
    "compare": _skip_compare,
}


def plan_mishaps() -> None:
    """Lay the crashes and freezes that the environment names into every delivery."""
    crashes, freezes = (json.loads(os.environ.get(name) or "{}") for name in ("CRASHES", "FREEZES"))
    if not crashes and not freezes:
        return

    def reach(delivery: Delivery, step: str, moment: str) -> None:
        """Note that the worker is at this point of this delivery."""
        reference = two_phases.VendorOrder.objects.get(pk=delivery.push.subject_id).order.number
        for plan, blow in ((crashes, signal.SIGKILL), (freezes, signal.SIGSTOP)):
            if plan.get(reference) == [step, moment] and _is_first(reference, blow):
                os.kill(os.getpid(), blow)

    _wrap_write(reach)
    _wrap_read(reach)


def _is_first(reference: str, blow: signal.Signals) -> bool:
    """Return whether it has not happened to this order yet; notes it, with the process that it happens to."""
    mark = Path(os.environ["MARKS"]) / f"{reference}-{blow.name}"
    try:
        with mark.open("x") as file:
            file.write(str(os.getpid()))
    except FileExistsError:
        return False
    return True


def _wrap_write(reach: Callable[[Delivery, str, str], None]) -> None:
    """Mark the points of a write: before the call, answered but not recorded, recorded."""
    plain: Any = Delivery.write

    def write(delivery: Delivery, step: str, call: Call, record: Callable[[Any], None], **more: Any) -> Any:
        def called() -> Any:
            reach(delivery, step, "before")
            answer = call()
            reach(delivery, step, "answered")
            return answer

        answer = plain(delivery, step, called, record, **more)
        reach(delivery, step, "recorded")
        return answer

    patched: Any = Delivery
    patched.write = write


def _wrap_read(reach: Callable[[Delivery, str, str], None]) -> None:
    """Mark the points of a reading: before it, and with its response. The first of an order compares."""
    plain: Any = Delivery.read

    def read(delivery: Delivery, call: Call) -> Any:
        reach(delivery, "compare", "before")
        answer = plain(delivery, call)
        reach(delivery, "compare", "answered")
        return answer

    patched: Any = Delivery
    patched.read = read
