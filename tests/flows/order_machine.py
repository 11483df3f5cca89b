"""An order through all services in any order, with faults on the way: what a test of hypothesis drives and judges."""

from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from backoffice.engine.models import Callback, Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.callbacks import work_due_callbacks
from backoffice.engine.services.sending import deliver, end_expired_leases
from backoffice.errors import DomainError
from backoffice.sandbox import Sandbox
from orders.models import HoldReason, Order, OrderState
from orders.models.order import NEXT
from orders.services.editing.edits import edit_order
from orders.services.holds import active_holds
from orders.services.lifecycle import cancel_order, hold_order, release_hold, release_order
from orders.services.regrouping.input import SplitInput, SplitLine
from orders.services.regrouping.merging import merge_orders
from orders.services.regrouping.splitting import split_order
from orders.services.reports.pulling import OrderPull
from tests.flows.conftest import Postbox, work_off
from tests.orders.editing.desk import changes_of
from tests.orders.rows import make_order

# Seconds: what is late comes well within the time for which the vendor may still be at work, on a busy machine too.
LATE, SETTLE, PATIENCE = 0.35, 1.2, 120
FAULTS = (
    "maintenance", "cut_before", "cut_after", "status_after", "broken_json", "truncated", "html", "empty", "late",
)  # fmt: skip
MORE: dict[str, dict[str, Any]] = {"status_after": {"status": 500}, "late": {"seconds": LATE}}
MOVES = {f"order.{state}": state for state in OrderState.values} | {"order.merged": OrderState.CANCELLED}
MOST_ORDERS = 6


class Dead(BaseException):
    """Ends a worker like SIGKILL: nothing of ours catches it, nothing is recorded."""


class OrderMachine(RuleBasedStateMachine):
    """`sandbox` and `postbox` are set by the test, which also sees to the database. Nothing is kept of an example."""

    sandbox: Sandbox
    postbox: Postbox
    # What is done with an order of which nothing may be lost; a control replaces it.
    act: Callable[..., Any] = staticmethod(lambda do: do())

    orders = Bundle("orders")

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        # First order of a family -> pieces bought and money paid, as splits, merges and edits leave them.
        self.pieces: dict[int, int] = {}
        self.money: dict[int, Decimal] = {}
        self.family: dict[int, int] = {}
        # Of what was split off: the state in which it came to be, by the one line that says where it came from.
        self.begun: dict[int, OrderState] = {}
        self.moved: set[str] = set()

    def teardown(self) -> None:
        try:
            self._judge()
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    # What people and storefronts do.

    @rule(target=orders, quantity=st.integers(1, 9), lines=st.integers(1, 2))
    def receive(self, quantity: int, lines: int) -> int:
        order = make_order(*[{"quantity": quantity} for _line in range(lines)], customer_email="jana@example.com")
        total = sum((line.unit_price * line.quantity for line in order.lines.all()), Decimal(0))
        # Numbers and references begin anew in each example, and the vendor remembers those of the examples before.
        own = 500000 + order.pk
        Order.objects.filter(pk=order.pk).update(number=f"WEB-{own}", reference=f"SHOP-{own}", total=total)
        self.family[order.pk] = order.pk
        self.pieces[order.pk], self.money[order.pk] = quantity * lines, total
        return int(order.pk)

    @rule(pk=orders)
    def release(self, pk: int) -> None:
        self._try(lambda: release_order(_order(pk), actor="mara"))

    @rule(pk=orders)
    def hold(self, pk: int) -> None:
        self._try(lambda: hold_order(_order(pk), reason=HoldReason.MANUAL, text="wait", actor="mara"))

    @rule(pk=orders)
    def release_what_holds(self, pk: int) -> None:
        for found in active_holds(_order(pk)):
            self._try(lambda found=found: release_hold(found, actor="mara", note=""))

    @rule(pk=orders)
    def cancel(self, pk: int) -> None:
        self._try(lambda: cancel_order(_order(pk), actor="mara", reason="requested"))

    @rule(pk=orders, quantity=st.integers(1, 9))
    def edit(self, pk: int, quantity: int) -> None:
        before, root = _order(pk), self._root(pk)
        line = before.lines.order_by("position").first()
        if line is None:
            return
        wanted = {"lines": {"change": [{"reference": line.reference, "quantity": quantity}]}}
        if self._try(lambda: edit_order(before, changes_of(**wanted), actor="mara", anyway=True)):
            self.pieces[root] += quantity - line.quantity
            self.money[root] += _order(pk).total - before.total

    @rule(target=orders, pk=orders, quantity=st.integers(1, 4))
    def split(self, pk: int, quantity: int) -> int:
        order = _order(pk)
        line = order.lines.order_by("position").first()
        if line is None or Order.objects.count() >= MOST_ORDERS:
            return pk
        moved = SplitInput(lines=[SplitLine(reference=line.reference, quantity=quantity)])
        made = self._try(lambda: split_order(order, moved, actor="mara", anyway=True))
        if made is None:
            return pk
        self.family[made.new.pk] = self._root(pk)
        self.begun[made.new.pk] = OrderState.NEW if _moves(made.new) else OrderState(made.new.state)
        return int(made.new.pk)

    @rule(pk=orders, other=consumes(orders))
    def merge(self, pk: int, other: int) -> None:
        if pk == other or not self._try(lambda: merge_orders(_order(pk), [other], actor="mara")):
            return
        root, lost = self._root(pk), self._root(other)
        if root != lost:  # all of the other family is counted with this one from now on
            self.pieces[root] += self.pieces.pop(lost)
            self.money[root] += self.money.pop(lost)
            self.family = {one: root if of == lost else of for one, of in self.family.items()}

    # What workers and the vendor do.

    @rule()
    def send(self) -> None:
        for pk in _due():
            deliver(pk)

    @rule(after=st.booleans())
    def send_and_be_killed(self, after: bool) -> None:
        for pk in _due()[:1]:
            with suppress(Dead), _dying(after=after):
                deliver(pk)
        Push.objects.filter(lease_until__isnull=False).update(lease_until=timezone.now())
        end_expired_leases()

    @rule(kind=st.sampled_from(FAULTS))
    def fail_a_call(self, kind: str) -> None:
        self.sandbox.faults.add(kind, times=1, **MORE.get(kind, {}))

    @rule(seconds=st.integers(1, 4), lost=st.booleans(), backwards=st.booleans())
    def produce(self, seconds: int, lost: bool, backwards: bool) -> None:
        self.sandbox.advance(seconds)
        self.postbox.settle()
        told, self.postbox.waiting = self.postbox.waiting, []
        if not lost:
            self.postbox.let_in(told[::-1] if backwards else told)

    @rule()
    def pull(self) -> None:
        with suppress(DomainError):
            OrderPull("mypromo").run()

    # What is true after each step.

    @invariant()
    def states_follow_each_other_as_they_may(self) -> None:
        for order in Order.objects.all():
            moves = _moves(order)
            state = self.begun.get(order.pk, OrderState.NEW)
            for after in moves:
                assert after in NEXT[OrderState(state)], (order.number, moves)
                state = after
            assert order.state == state, (order.number, moves)
            self.moved.add(order.state)

    @invariant()
    def nothing_bought_is_lost_and_no_money(self) -> None:
        pieces: Counter[int] = Counter()
        money: defaultdict[int, Decimal] = defaultdict(Decimal)
        for order in Order.objects.filter(merged_into__isnull=True):
            root = self._root(order.pk)
            pieces[root] += sum(order.lines.values_list("quantity", flat=True))
            money[root] += order.total
        assert dict(pieces) == self.pieces
        assert dict(money) == self.money

    @rule()
    def apply_callbacks(self) -> None:
        """Try those again that could not be applied, without the wait between two tries."""
        Callback.objects.filter(next_at__isnull=False).update(next_at=timezone.now())
        work_due_callbacks()

    def _judge(self) -> None:
        """Let all faults end and all work be done; then the vendor makes each order once, as it was agreed."""
        self.sandbox.faults.clear()
        self.apply_callbacks()  # the outcome of no request is asked for while one waits
        work_off(patience=PATIENCE)
        OrderPull("mypromo").run()
        work_off(patience=PATIENCE)
        numbers = dict(Order.objects.values_list("number", "pk"))
        made = defaultdict(list)
        for row in self.sandbox.ledger.physical_orders():
            if (number := row["reference"].split("-g")[0]) in numbers:
                made[number].append(sorted(item["quantity"] for item in row["items"]))
        for order in Order.objects.all():
            self._judge_one(order, made[order.number])

    def _judge_one(self, order: Order, made: list[list[int]]) -> None:
        assert len(made) <= 1, (order.number, made)
        bought = sorted(order.lines.values_list("quantity", flat=True))
        is_looked_at = active_holds(order).exists() or order.alarms.exists() or bool(order.cancel_requested_at)
        if order.state == OrderState.CANCELLED:
            assert not made, order.number
        elif made:
            assert made == [bought] or is_looked_at, (order.number, made, bought)
        elif order.state in (OrderState.RELEASED, OrderState.CLOSED):
            assert is_looked_at, (order.number, order.state)

    def _root(self, pk: int) -> int:
        return self.family[pk]

    def _try(self, do: Callable[[], Any]) -> Any:
        """Do it; a refusal changes nothing."""
        before = _rows()
        try:
            with transaction.atomic():
                return type(self).act(do) or True
        except DomainError:
            assert _rows() == before
            return None


def _order(pk: int) -> Order:
    return Order.objects.get(pk=pk)


def _moves(order: Order) -> list[OrderState]:
    kinds = order.events.order_by("pk").values_list("kind", flat=True)
    return [MOVES[kind] for kind in kinds if kind in MOVES]


def _rows() -> list[Any]:
    names = ("pk", "state", "total", "revision", "updated_at")
    return [*Order.objects.order_by("pk").values_list(*names), *Push.objects.order_by("pk").values_list("pk", "state")]


def _due() -> list[int]:
    waiting = Push.objects.filter(state__in=[PushState.NEW, PushState.UNKNOWN], next_at__lte=timezone.now())
    return list(waiting.order_by("pk").values_list("pk", flat=True))


class _dying:  # noqa: N801 - read as a word: with dying
    """A worker that ends at its first request to the vendor, before it leaves or when it has been answered."""

    def __init__(self, *, after: bool) -> None:
        self.after = after

    def __enter__(self) -> None:
        from backoffice.vendors.session import VendorSession

        self.target, self.kept, after = VendorSession, VendorSession.request, self.after
        kept = self.kept

        def dies(*given: Any, **named: Any) -> Any:
            if after:
                kept(*given, **named)
            raise Dead

        VendorSession.request = dies  # type: ignore[method-assign]

    def __exit__(self, *_error: object) -> None:
        self.target.request = self.kept  # type: ignore[method-assign]
