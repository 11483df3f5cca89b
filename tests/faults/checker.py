"""The judge: what the vendor holds at the end, against what the shop sold. Our own rows are not believed."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.sandbox import Sandbox
from orders.models import Order, VendorOrder

_GENERATION = re.compile(r"-g\d+$")


@dataclass
class Verdict:
    """What is wrong, by order number; all empty when every promise was kept."""

    duplicates: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    uncalled: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.duplicates or self.lost or self.differing or self.uncalled or self.stuck)


def judge(sandbox: Sandbox, *, sold: dict[str, dict[str, Any]]) -> Verdict:
    """Check the end state; `sold` maps our order numbers to the orders as the shop sent them."""
    verdict = Verdict(stuck=find_stuck())
    held = defaultdict(list)
    for order in sandbox.ledger.physical_orders():
        held[_GENERATION.sub("", order["reference"])].append(order)
    verdict.uncalled = sorted(set(held) - set(sold))
    for number, order in sold.items():
        if not held[number]:
            verdict.lost.append(f"{number}: {explain(number)}")
        elif len(held[number]) > 1:
            verdict.duplicates.append(f"{number}: {[one['id'] for one in held[number]]}")
        elif held_lines(held[number][0]) != sold_lines(order):
            verdict.differing.append(f"{number}: {held[number][0]['items']}")
    return verdict


def sold_lines(order: dict[str, Any]) -> Counter[tuple[str, str, int, tuple[str, ...]]]:
    """Return the lines by position, SKU, quantity and addresses of files, as the shop sent them."""
    return Counter(
        (str(position), line["sku"], line["quantity"], tuple(sorted(file["url"] for file in line.get("files", []))))
        for position, line in enumerate(order["lines"], start=1)
    )


def held_lines(order: dict[str, Any]) -> Counter[tuple[str, str, int, tuple[str, ...]]]:
    """Return the same of an order in the sandbox's ledger."""
    return Counter(
        (item["reference"], item["sku"], item["quantity"], tuple(sorted(item["files"]))) for item in order["items"]
    )


def find_stuck() -> list[str]:
    """Return orders that are not past their submit, and of which nothing tells staff why."""
    return [order.number for order in Order.objects.all() if not (_is_past_submit(order) or _is_explained(order))]


def _is_past_submit(order: Order) -> bool:
    parts = list(order.vendor_orders.all())
    return bool(parts) and all(part.submitted_at for part in parts)


def _is_explained(order: Order) -> bool:
    if order.holds.filter(released_at__isnull=True).exclude(text="").exists():
        return True
    return any(
        push.needs_attention or (push.is_open and push.cause and push.next_at > timezone.now())
        for push in _pushes_of(order)
    )


def _pushes_of(order: Order) -> list[Push]:
    parts = order.vendor_orders.values_list("pk", flat=True)
    about = VendorOrder._meta.label_lower
    return list(Push.objects.filter(subject_type=about, subject_id__in=list(parts)).order_by("pk"))


def explain(number: str) -> str:
    """Return what our rows say of an order, for the message of a failure."""
    order = Order.objects.get(number=number)
    pushes = [f"{push.kind} {push.state} {push.step} {push.cause}" for push in _pushes_of(order)]
    holds = list(order.holds.values_list("text", flat=True))
    return f"{order.state}, pushes {pushes}, holds {holds}"


def is_quiet() -> bool:
    """Return whether nothing is left to do: every push has ended or waits for a person."""
    return not Push.objects.open().filter(needs_attention=False).exists()


def count_states() -> dict[str, int]:
    """Return how many pushes are in which state."""
    return dict(Counter(PushState(state).value for state in Push.objects.values_list("state", flat=True)))


def describe_open() -> list[str]:
    """Return what is still to be done, for the message of a failure."""
    now = timezone.now()
    return [
        f"{push} {push.state} {push.step}, tried {push.attempts}, looked {push.looks}, "
        f"next in {(push.next_at - now).total_seconds():.1f} s: {push.cause}"
        for push in Push.objects.open().order_by("pk")
    ]
