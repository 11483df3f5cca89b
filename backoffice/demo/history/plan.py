"""What happened in the last month: who ordered what and when, and how far each order has come since."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from backoffice.demo.history.people import Person, draw_people
from backoffice.text.datetimes import start_of_day

DAYS = 30
SEED = 20260101
# Orders of a weekday, Monday first.
BY_WEEKDAY = (19, 17, 16, 15, 12, 8, 6)
# Orders by the hour, from 6 to 22 o'clock.
BY_HOUR = (1, 2, 4, 6, 8, 8, 6, 6, 7, 7, 6, 5, 5, 6, 7, 5, 2)
FIRST_HOUR, SUNDAY = 6, 6
CANCELLED, REFUSED_AT_FIRST, LATE, TWO_PARCELS = 0.03, 0.025, 0.04, 0.15
# One in so many orders is complained of, days after it arrived; every other time the goods are sent once more.
COMPLAINED_EACH, COMPLAINED_BEFORE = 24, timedelta(days=5)
# At least that long ago: what was ordered since is the demo's own.
LAST_BEFORE = timedelta(minutes=40)


@dataclass(frozen=True)
class Good:
    """A variant that the shop sells, with the quantities it is bought in and their prices, net, dearest first."""

    sku: str
    name: str
    vendor: str
    personalized: bool
    prices: tuple[tuple[int, Decimal, Decimal], ...]


@dataclass(frozen=True)
class Purchase:
    """So many pieces of a good, at what the shop asked and what the vendor charges for one."""

    good: Good
    quantity: int
    price: Decimal
    cost: Decimal


@dataclass(frozen=True)
class PastOrder:
    """An order with its moments; those that lie ahead of `now` have not come."""

    number: int
    now: datetime
    person: Person
    purchases: tuple[Purchase, ...]
    received: datetime
    submitted: datetime
    checked: datetime
    begun: datetime
    left: datetime
    arrived: datetime
    is_cancelled: bool = False
    # Its vendor took it only when it was sent again.
    was_refused: bool = False
    was_late: bool = False
    parcels: int = 1
    # The number of the order whose goods it makes good.
    makes_good: int = 0

    def has_come(self, moment: datetime) -> bool:
        return moment <= self.now

    @property
    def ship_by(self) -> datetime:
        """Until when the vendor promised to ship it: never past while it has not left."""
        promised = self.begun + timedelta(days=6)
        return promised if self.has_come(self.left) else max(promised, self.now + timedelta(days=3))

    @property
    def last_moment(self) -> datetime:
        """Return when something happened to it last."""
        if self.is_cancelled:
            return self.checked
        moments = (self.received, self.submitted, self.checked, self.begun, self.left, self.arrived)
        return max(moment for moment in moments if self.has_come(moment))


def plan_orders(goods: Sequence[Good], *, now: datetime) -> list[PastOrder]:
    """Return the orders of the last DAYS days and of today, oldest first; the same ones for the same moment."""
    rng = random.Random(SEED)
    people = draw_people(rng)
    weights = [1 / (place + 3) for place in range(len(goods))]
    moments = sorted(_moments(rng, now=now))
    orders = [_plan(rng, number, moment, people, goods, weights, now) for number, moment in enumerate(moments, start=1)]
    sent_again = [_send_again(past) for past in complained_of(orders)[1::2]]
    return sorted([*orders, *sent_again], key=lambda past: past.received)


def complained_of(orders: Sequence[PastOrder]) -> list[PastOrder]:
    """Return the orders whose customers complained, oldest first; of every other one the goods are sent once more."""
    arrived = [
        past
        for past in sorted(orders, key=lambda past: past.number)
        if not past.is_cancelled and not past.makes_good and past.arrived < past.now - COMPLAINED_BEFORE
    ]
    return arrived[COMPLAINED_EACH // 2 :: COMPLAINED_EACH]


def _send_again(past: PastOrder) -> PastOrder:
    """Return the order, free of charge, that replaces the fewest possible pieces of another one's first line."""
    good = past.purchases[0].good
    quantity, _price, cost = good.prices[0]
    later = past.arrived + timedelta(hours=8) - past.received
    moments = {
        name: getattr(past, name) + later for name in ("received", "submitted", "checked", "begun", "left", "arrived")
    }
    free = Purchase(good, quantity, Decimal(0), cost)
    return replace(
        past, **moments, purchases=(free,), makes_good=past.number, was_refused=False, was_late=False, parcels=1
    )


def _moments(rng: random.Random, *, now: datetime) -> Iterator[datetime]:
    today = timezone.localdate(now)
    for back in range(DAYS, -1, -1):
        day = today - timedelta(days=back)
        for _number in range(max(1, round(BY_WEEKDAY[day.weekday()] * rng.uniform(0.8, 1.2)))):
            moment = _moment_of(rng, day)
            if moment < now - LAST_BEFORE:
                yield moment


def _moment_of(rng: random.Random, day: date) -> datetime:
    hours = range(FIRST_HOUR, FIRST_HOUR + len(BY_HOUR))
    seconds = 3600 * rng.choices(hours, BY_HOUR)[0] + rng.randrange(3600)
    return start_of_day(day) + timedelta(seconds=seconds)


def _plan(
    rng: random.Random,
    number: int,
    received: datetime,
    people: Sequence[Person],
    goods: Sequence[Good],
    weights: Sequence[float],
    now: datetime,
) -> PastOrder:
    chosen = dict.fromkeys(rng.choices(goods, weights, k=rng.choices((1, 2, 3, 4), (48, 30, 15, 7))[0]))
    purchases = tuple(Purchase(good, *_pick(rng, good)) for good in chosen)
    # Two days ago at least: by now somebody has seen to it.
    was_refused = rng.random() < REFUSED_AT_FIRST and received < now - timedelta(days=2)
    was_late = rng.random() < LATE
    submitted = received + timedelta(minutes=rng.uniform(90, 300) if was_refused else rng.uniform(0.3, 4))
    checked = submitted + timedelta(minutes=rng.uniform(10, 90))
    begun = _at_work(checked + timedelta(hours=rng.uniform(2, 20)))
    left = _at_work(begun + timedelta(days=rng.uniform(4.5, 6) if was_late else rng.uniform(0.8, 2.6)))
    arrived = _at_work(left + timedelta(days=rng.uniform(2.5, 4) if was_late else rng.uniform(0.8, 1.9)))
    is_cancelled = rng.random() < CANCELLED and checked < now and not was_refused
    return PastOrder(
        number=number,
        now=now,
        person=rng.choice(people),
        purchases=purchases,
        received=received,
        submitted=submitted,
        checked=checked,
        begun=begun,
        left=left,
        arrived=arrived,
        is_cancelled=is_cancelled,
        was_refused=was_refused,
        # What is late today would be work for a person.
        was_late=was_late and arrived < now,
        parcels=2 if len(purchases) > 1 and rng.random() < TWO_PARCELS else 1,
    )


def _pick(rng: random.Random, good: Good) -> tuple[int, Decimal, Decimal]:
    """Return a quantity with its prices: small ones are bought most."""
    return rng.choices(good.prices, [1 / (place + 1) for place in range(len(good.prices))])[0]


def _at_work(moment: datetime) -> datetime:
    """Return the moment, or the next one between 7 and 18 o'clock on a day that is no Sunday."""
    local = timezone.localtime(moment)
    if not 7 <= local.hour < 18:
        hours = (31 - local.hour) if local.hour >= 18 else (7 - local.hour)
        local += timedelta(hours=hours)
    return local + timedelta(days=1) if local.weekday() == SUNDAY else local
