"""After a restore: every vendor is compared with what the database knows, before anything is sent again.

All of it may be repeated: what was found once is found again and changes nothing, so a run that a vendor stopped is run
once more. With `dry_run` the same is done and rolled back, order by order.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from backoffice.engine.models import Epoch, Push
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.models.push import Lane, PushState
from backoffice.engine.services import epoch as epochs
from backoffice.engine.services.handlers import handler_of
from backoffice.engine.services.integrations import get_vendor
from backoffice.engine.services.sending import mark_unknown
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import GivesProductionOrders, ReportsOrders, Vendor
from backoffice.vendors.errors import VendorError
from backoffice.vendors.messages import OrderReport, RemoteOrderState
from backoffice.vendors.registry import as_able, has_ability, is_for_tests, live_accounts, vendor_title, vendor_type
from fulfillment.services.production_pulling import ProductionPull
from orders.models import Order, StrayOrder, StrayState, VendorOrder
from orders.services.hooks import on_reconcile
from orders.services.intake.new_rows import FIRST_NUMBER
from orders.services.placing.linking import bind, hold_changed, is_free, link_strays, replay_orphans
from orders.services.placing.planning import start_over
from orders.services.reports.applying import apply_order_report
from orders.services.reports.matching import find_vendor_order
from orders.services.reports.strays import goods_that_differ, note_stray, read_reference

logger = logging.getLogger(__name__)

ACTOR = "reconcile"
# For the vendor's clock, and what came just before the backup.
MARGIN = timedelta(hours=1)

_JUMP = "SELECT setval('orders_order_id_seq', %(highest)s) FROM orders_order_id_seq WHERE last_value < %(highest)s"


@dataclass
class Reconciliation:
    """What a run found: counts for each vendor, what people have to check, and why it could not be finished."""

    since: datetime
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    checks: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    doubtful: int = 0
    strays: int = 0
    is_open: bool = False


def reconcile(*, since: datetime | None, dry_run: bool, progress: Callable[[str], None]) -> Reconciliation:
    """Compare with every vendor that can be asked; what is found becomes ours or is shown to people. Then requests
    leave again, unless a vendor did not answer or an order could not be compared: run it once more.
    """
    epoch = epochs.check_epoch()
    result = Reconciliation(since or (epoch.saved_at or datetime.now(UTC) - timedelta(days=1)) - MARGIN)
    if not dry_run:
        result.doubtful = doubt_pushes(epoch)
    for vendor in live_accounts(Vendor, configured=True):
        comparison = _Comparison(vendor, result, dry_run=dry_run, progress=progress)
        try:
            comparison.run()
        except VendorError as error:
            result.stopped.append(f"{vendor_title(vendor)}: {error.text}")
        if note := vendor_type(vendor, Vendor).after_restore:
            result.checks.append(f"{vendor_title(vendor)}: {note}")
    result.strays = StrayOrder.objects.filter(state=StrayState.OPEN).count()
    if not dry_run and not result.stopped:
        for vendor in live_accounts(Vendor, configured=True):
            replay_orphans(vendor)
        epochs.open_epoch()
        result.is_open = True
    return result


def doubt_pushes(epoch: Epoch) -> int:
    """Doubt what waited at the backup, as it may have been sent since: it is searched for before it is sent, or a
    person is asked. Return how many there were.
    """
    if not epoch.is_locked:
        return 0
    waiting = Push.objects.filter(state__in=[PushState.NEW, PushState.IN_FLIGHT], created_at__lt=epoch.found_at)
    return sum(_doubt(pk) for pk in list(waiting.order_by("pk").values_list("pk", flat=True)))


def _doubt(push_id: int) -> bool:
    with transaction.atomic():
        push = Push.objects.get(pk=push_id)
        handler = handler_of(push)
        handler.lock(push)
        push = Push.objects.select_for_update().get(pk=push_id)
        step = push.step or handler.doubtful_step(push)
        if push.state not in (PushState.NEW, PushState.IN_FLIGHT) or not step:
            return False
        push.step = step
        mark_unknown(push, cause=_("It may have been sent after the backup."), settle_from_lease=False)
    return True


class _Comparison:
    """One vendor's turn."""

    def __init__(self, vendor: str, result: Reconciliation, *, dry_run: bool, progress: Callable[[str], None]) -> None:
        self.name, self.result, self.dry_run, self.progress = vendor, result, dry_run, progress
        self.counts = result.counts.setdefault(vendor, Counter())
        self.highest = 0

    def run(self) -> None:
        vendor = get_vendor(self.name, Vendor, lane=Lane.ORDERS)  # nothing else goes meanwhile
        if has_ability(self.name, ReportsOrders):
            reports = as_able(vendor, ReportsOrders).list_orders(updated_from=self.result.since.date(), whole=True)
            self._compare_orders(reports)
        if has_ability(self.name, GivesProductionOrders):
            self._pull_production()
        for compare in on_reconcile:
            self.counts.update(compare(vendor, step=self._step))

    def _compare_orders(self, reports: Iterator[OrderReport]) -> None:
        cancelled = []
        for report in reports:
            self.counts["read"] += 1
            # One that was given up for another is no reason to hold anything: what is made comes first.
            if report.state == RemoteOrderState.CANCELLED:
                cancelled.append(report)
            else:
                self._compare(report)
        for report in cancelled:
            self._compare(report)
        if not self.dry_run:
            self._jump()
        self._link_strays()

    def _compare(self, report: OrderReport) -> None:
        ours = read_reference(report.reference)
        if ours is not None:
            self.highest = max(self.highest, _id_of(ours.number, code=ours.code))
        try:
            with self._step():
                what = self._compare_known(report) or self._keep_unknown(report)
        except Exception as error:  # a fault of ours, or a lock that was held, keeps no other from being compared
            logger.exception("%s of %s could not be compared.", report.reference, self.name)
            text = f"{vendor_title(self.name)}: {report.reference} could not be compared: {error}"
            self.result.stopped.append(text.partition("\n")[0])
            return
        self.counts[what] += 1
        if what != "known":
            self.progress(f"{self.name}: {report.reference} ({report.vendor_id}, {report.raw_state}): {what}")

    def _compare_known(self, report: OrderReport) -> str:
        """Return what became of one that is bound by its id or our reference; empty when it is of no order of ours."""
        found = find_vendor_order(report)
        if found is None:
            return ""
        if report.vendor_id == found.vendor_id or report.vendor_id in found.abandoned_ids:
            state = apply_order_report(report, source="poll").state
            return "further there" if state == CallbackState.APPLIED else "known"
        order = Order.objects.locked(found.order_id)
        found = VendorOrder.objects.select_related("order").get(pk=found.pk)
        if not is_free(found) or report.state == RemoteOrderState.DRAFT:
            state = apply_order_report(report, source="poll").state
            return "a second one" if state == CallbackState.APPLIED else "known"
        differing = goods_that_differ(found, report)
        # The shop's reference is sent with each order: it tells one sale from another that was given the same number.
        if report.reference2 == order.reference or (not report.reference2 and not differing):
            bind(found, report, actor=ACTOR)
            if differing:
                hold_changed(order, report, differing, actor=ACTOR)
            return "sent since the backup"
        note_stray(report, beside=found)
        # Ours was not sent yet, and takes another reference.
        start_over(found)
        return "another customer's under one reference"

    def _keep_unknown(self, report: OrderReport) -> str:
        known = StrayOrder.objects.filter(vendor=self.name, vendor_id=report.vendor_id).first()
        stray = note_stray(report)
        if stray is None:
            return "draft, nothing is made of it" if read_reference(report.reference) else "not ours"
        return "only the vendor knows it" if known is None or known.state == StrayState.OPEN else "known"

    def _link_strays(self) -> None:
        """Link orders that a shop sent again meanwhile, or that had not been divided among vendors at the backup."""
        for stray in StrayOrder.objects.filter(vendor=self.name, state=StrayState.OPEN):
            orders = Order.objects.filter(shop=stray.shop_id, is_test=is_for_tests(self.name))
            order = orders.filter(reference=stray.shop_reference).order_by("-pk").first()
            if order is None and not stray.shop_reference:
                order = orders.filter(number=stray.number).first()
            if order is None:
                continue
            with self._step():
                linked = link_strays(Order.objects.locked(order.pk), actor=ACTOR)
            if linked:
                self.counts["linked"] += linked
                self.progress(f"{self.name}: {stray.reference} is order {order.number} of {order.shop.name}")

    def _jump(self) -> None:
        """Let ids go on behind all numbers that the vendor knows."""
        with connection.cursor() as cursor:
            cursor.execute(_JUMP, {"highest": self.highest})

    def _pull_production(self) -> None:
        if self.dry_run:
            self.progress(f"{self.name}: production orders changed since then would be read")
            return
        pulled = ProductionPull(self.name, progress=self.progress).run(since=self.result.since.date())
        self.progress(str(pulled))
        if pulled.stopped:
            self.result.stopped.append(f"{vendor_title(self.name)}: {pulled.stopped}")

    @contextmanager
    def _step(self) -> Iterator[None]:
        with transaction.atomic():
            yield
            transaction.set_rollback(self.dry_run)


def _id_of(number: str, *, code: str) -> int:
    digits = number.removeprefix(f"{code}-").split("-")[0]
    return int(digits) - FIRST_NUMBER
