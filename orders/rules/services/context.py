"""What rules know of an order: read for many orders at once, in a number of queries that does not depend on how many.

Beside what conditions ask there is the order's history: what rules did before, and what a person set by hand.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Min
from django.db.models.functions import Lower
from django.utils import timezone

from catalog.models import Variant
from orders.models import Address, AddressRole, Hold, HoldReason, Order, OrderEvent, OrderLine, OrderState
from orders.rules.models import Notice
from orders.rules.models.rule_run import RuleRun
from orders.rules.services.text import fold

_COLUMNS = (
    "pk", "number", "shop_id", "shop__code", "total", "currency", "tags", "accepts_letters", "accepts_review_request",
    "express_shipping", "express_production", "complaint", "shipping_method", "custom_properties", "placed_at", "state",
    "production", "shipment", "late", "assignee_id", "customer_email",
)  # fmt: skip
_BY_HAND = ("order.tagged", "order.assigned", "order.unassigned")


@dataclass(slots=True)
class RuleLine:
    """One line; `categories` are the paths of its product in the catalogue."""

    position: int
    sku: str
    name: str
    vendor: str
    kind: str
    quantity: int
    categories: list[str]


@dataclass(slots=True)
class Past:
    """What happened already. Keys of `holds` are rules; values say whether the hold is still in force."""

    holds: dict[int, bool] = field(default_factory=dict)
    other_holds: bool = False
    tags_removed: set[str] = field(default_factory=set)
    assigned_by_hand: bool = False
    notices: set[int] = field(default_factory=set)
    # (rule, key of the action) of what was done.
    done: set[tuple[int, str]] = field(default_factory=set)


@dataclass(slots=True)
class RuleContext:
    """One order as rules see it. None means unknown: nothing that is asked of it holds."""

    pk: int
    number: str
    shop_id: int
    shop: str
    total: Decimal
    currency: str
    tags: list[str]
    accepts_letters: bool
    accepts_review_request: bool
    express: bool
    complaint: bool
    shipping_method: str
    custom_properties: dict[str, Any]
    age_hours: Decimal
    state: str
    production: str
    shipment: str
    late: bool
    assignee_id: int | None
    email: str
    country: str | None = None
    region: str | None = None
    first_order: bool | None = None
    lines: list[RuleLine] = field(default_factory=list)
    past: Past = field(default_factory=Past)
    # What actions load for themselves (see `actions.RuleAction.load`): {kind of action: anything}.
    extra: dict[str, Any] = field(default_factory=dict)


def is_person(actor: str) -> bool:
    """Return whether the actor is a user: usernames have no colon, unlike "shop:WEB" and "rule:7"."""
    return bool(actor) and ":" not in actor and actor != "system"


def read_rule_data(order_ids: Collection[int], *, now: datetime | None = None) -> list[RuleContext]:
    """Return the contexts of these orders, by key. `now` is what ages are counted to. Writes nothing."""
    now = now or timezone.now()
    rows = Order.objects.filter(pk__in=order_ids).order_by("pk").values(*_COLUMNS)
    contexts = {row["pk"]: _context(row, now) for row in rows}
    _add_lines(contexts)
    _add_addresses(contexts)
    _add_first_orders(contexts.values())
    _add_holds(contexts)
    _add_edits(contexts)
    _add_runs(contexts)
    return list(contexts.values())


def _context(row: dict[str, Any], now: datetime) -> RuleContext:
    columns = (
        "pk number shop_id total currency accepts_letters accepts_review_request complaint shipping_method state "
        "production shipment late assignee_id custom_properties"
    )
    hours = Decimal((now - row["placed_at"]).total_seconds() / 3600).quantize(Decimal("0.01"))
    return RuleContext(
        **{name: row[name] for name in columns.split()},
        shop=row["shop__code"],
        tags=list(row["tags"]),
        express=row["express_shipping"] or row["express_production"],
        age_hours=hours,
        email=row["customer_email"],
    )


def _add_lines(contexts: dict[int, RuleContext]) -> None:
    lines = OrderLine.objects.filter(order__in=contexts).order_by("order_id", "position")
    rows = list(lines.values_list("order_id", "position", "sku", "name", "vendor", "kind", "quantity"))
    categories = _categories({(vendor, sku) for _order, _place, sku, _name, vendor, *_rest in rows if sku})
    for order_id, position, sku, name, vendor, kind, quantity in rows:
        own = categories.get((vendor, sku), [])
        contexts[order_id].lines.append(RuleLine(position, sku, name, vendor, kind, quantity, own))


def _categories(keys: set[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
    """Return {(vendor, SKU): paths, sorted}."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    variants = Variant.objects.filter(
        vendor__in={vendor for vendor, _sku in keys},
        sku__in={sku for _vendor, sku in keys},
        product__categories__isnull=False,
    )
    rows = variants.order_by("product__categories__path").values_list("vendor", "sku", "product__categories__path")
    for vendor, sku, path in rows:
        found[vendor, sku].append(path)
    return found


def _add_addresses(contexts: dict[int, RuleContext]) -> None:
    rows = Address.objects.filter(order__in=contexts, role=AddressRole.RECIPIENT)
    for order_id, country, region in rows.values_list("order_id", "country_code", "state_code"):
        contexts[order_id].country, contexts[order_id].region = country or None, region


def _add_first_orders(contexts: Iterable[RuleContext]) -> None:
    """Note whether the customer, known by e-mail, has an earlier order in the shop that was not cancelled."""
    known = [one for one in contexts if one.email]
    others = Order.objects.alias(folded=Lower("customer_email")).filter(
        folded__in={one.email.lower() for one in known}, is_test=False
    )
    rows = others.exclude(state=OrderState.CANCELLED).order_by().values_list("shop_id", Lower("customer_email"))
    first = {(shop_id, email): pk for shop_id, email, pk in rows.annotate(first=Min("pk"))}
    for one in known:
        one.first_order = first.get((one.shop_id, one.email.lower()), one.pk) >= one.pk


def _add_holds(contexts: dict[int, RuleContext]) -> None:
    rows = Hold.objects.filter(order__in=contexts).order_by("pk")
    for order_id, reason, placed_by, released_at in rows.values_list("order_id", "reason", "placed_by", "released_at"):
        past = contexts[order_id].past
        if reason == HoldReason.RULE and (rule := _rule_of(placed_by)):
            past.holds[rule] = released_at is None
        elif released_at is None:
            past.other_holds = True


def _add_edits(contexts: dict[int, RuleContext]) -> None:
    """Note what people removed or chose, from the timeline."""
    tags: dict[int, list[str]] = defaultdict(list)
    events = OrderEvent.objects.filter(order__in=contexts, kind__in=_BY_HAND).order_by("pk")
    for order_id, actor, kind, params in events.values_list("order_id", "actor", "kind", "params"):
        past = contexts[order_id].past
        if kind != "order.tagged":
            past.assigned_by_hand = past.assigned_by_hand or is_person(actor)
            continue
        new = [fold(tag) for tag in params.get("tags", [])]
        if is_person(actor):
            past.tags_removed |= set(tags[order_id]) - set(new)
        past.tags_removed -= set(new)
        tags[order_id] = new


def _add_runs(contexts: dict[int, RuleContext]) -> None:
    for order_id, rule_id in Notice.objects.filter(order__in=contexts, rule__isnull=False).values_list(
        "order_id", "rule_id"
    ):
        if order_id and rule_id:
            contexts[order_id].past.notices.add(rule_id)
    runs = RuleRun.objects.filter(order__in=contexts).order_by("pk").values_list("order_id", "rule_id", "actions")
    for order_id, rule_id, actions in runs:
        done = {(rule_id, action["key"]) for action in actions if action["done"]}
        contexts[order_id].past.done |= done


def _rule_of(actor: str) -> int:
    kind, _colon, number = actor.partition(":")
    return int(number) if kind == "rule" and number.isdigit() else 0
