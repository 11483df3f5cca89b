"""What people and workers do with change sets, as tests say it."""

import time
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.models.push import Lane, PushState
from backoffice.engine.services.integrations import get_vendor
from backoffice.engine.services.sending import deliver, end_expired_leases
from backoffice.sandbox import Sandbox
from backoffice.vendors.abilities import ListsPrices
from catalog.models import ChangeKind, ChangeSet, ChangeSetState, ChangeSource
from catalog.services.change_sets.approval import approve_change_set
from catalog.services.change_sets.checking import check_change_set
from catalog.services.change_sets.editing import make_change_set
from catalog.services.change_sets.values import Value
from catalog.services.pushing.jobs import poll_due_jobs
from catalog.services.pushing.starting import push_change_set

MERCHANT, FULFILLER = "mypromo", "mypromo-fulfiller"
PATIENCE_SECONDS = 60


class Desk:
    """An author, a boss who approves, and the workers."""

    def __init__(self, sandbox: Sandbox, *, author: User, boss: User) -> None:
        self.sandbox, self.author, self.boss = sandbox, author, boss

    def make(
        self, rows: dict[str, Value], *, kind: str = ChangeKind.SALES_PRICES, vendor: str = MERCHANT, **changes: Any
    ) -> ChangeSet:
        """Make a draft by the author."""
        given: dict[str, Any] = {"title": "Spring", "source": ChangeSource.EDITOR, "actor": "author"} | changes
        return make_change_set(kind, vendor=vendor, rows=rows, **given)

    def check(self, change_set: ChangeSet) -> ChangeSet:
        return check_change_set(change_set, actor="author")

    def approve(self, change_set: ChangeSet, *, override_reason: str = "") -> ChangeSet:
        """Check the set as the author and approve it as the boss."""
        return approve_change_set(self.check(change_set), user=self.boss, override_reason=override_reason)

    def push(self, change_set: ChangeSet, *, override_reason: str = "seen and wanted") -> ChangeSet:
        """Check, approve and push the set, and deliver it to the end."""
        push_change_set(self.approve(change_set, override_reason=override_reason), user=self.boss)
        return self.work_off(change_set)

    def work_off(self, change_set: ChangeSet) -> ChangeSet:
        """Do what workers and beat do until the set is no longer being pushed."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            self.work_once()
            change_set.refresh_from_db()
            if change_set.state != ChangeSetState.PUSHING:
                return change_set
        pushes = list(Push.objects.open().values("kind", "state", "step", "cause"))
        raise AssertionError(f"Still being sent: {pushes}, {list(change_set.jobs.values('state', 'queue_id'))}")

    def work_once(self) -> None:
        """Deliver what is due, let the vendor's time go on, ask for its jobs."""
        end_expired_leases()
        due = Push.objects.filter(state__in=[PushState.NEW, PushState.UNKNOWN], next_at__lte=timezone.now())
        for push_id in list(due.order_by("pk").values_list("pk", flat=True)):
            deliver(push_id)
        self.sandbox.advance(5)
        poll_due_jobs()

    def sales(self, skus: Iterable[str] = ()) -> dict[str, dict[str, str]]:
        """Return what the sandbox holds of our sales prices, exactly as it would be sent."""
        return {sku: self.held(sku)["sales_prices"] for sku in skus}

    def held(self, sku: str, *, client: str = "1") -> dict[str, Any]:
        values: dict[str, Any] = self.sandbox.mypromo.holdings.values(sku, merchant=client)
        return values

    def skus(self, count: int, *, vendor: str = MERCHANT, tiers: int = 1) -> list[str]:
        """Return SKUs that the vendor lists with at least so many tiers."""
        found = []
        for prices in get_vendor(vendor, ListsPrices, lane=Lane.READS).iter_prices():
            if sum(tier.price_list == "purchase" for tier in prices.tiers) >= tiers:
                found.append(prices.sku)
            if len(found) == count:
                break
        return found

    def moved(self, skus: Iterable[str], *, percent: int = 5) -> dict[str, Value]:
        """Return rows for these SKUs: every sales price so many percent dearer."""
        return {sku: {"sales": _moved(self.held(sku)["sales_prices"], percent=percent)} for sku in skus}


def _moved(tiers: list[dict[str, Any]], *, percent: int) -> dict[str, str]:
    factor = Decimal(100 + percent) / 100
    return {str(tier["qty"]): str(round(Decimal(str(tier["price"])) * factor, 4)) for tier in tiers}
