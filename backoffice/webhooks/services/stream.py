"""Reading the stream: what a shop can be told of, from a place in it on."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.db import OperationalError
from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce

from backoffice.text.datetimes import EARLIEST
from backoffice.webhooks.models import ShopEvent
from backoffice.webhooks.services.recording import TEST
from backoffice.webhooks.services.sequencing import sequence_events

# What is committed late lies that far behind its time.
LONGEST_TRANSACTION = timedelta(seconds=120)
# What a key of either mode sees its own of.
_HAVE_A_MODE = ("order", "design")


def read_stream(
    shop_id: int, *, after: int, most: int, since: datetime | None = None, tests: bool = False
) -> list[ShopEvent]:
    """Return the events behind that place, oldest first: the shop's own and those of all shops; of orders and designs
    either the `tests` or all others.

    Complete up to the last of them: nothing will ever appear before it. What is committed and not yet in the stream is
    brought there first, so reading does not depend on workers.
    """
    with suppress(OperationalError):  # somebody else is at it for long: what is there is complete all the same
        sequence_events()
    if since is not None:
        after = max(after, place_before(since))
    # Each from its own end of the index; an "or" would read one of the two to its end. By one statement: what enters
    # the stream between two would be missing from the first, and stand before the last of the second.
    own = _behind(after, Q(shop=shop_id) & _of_mode(tests=tests), since, most)
    of_all = _behind(after, Q(shop__isnull=True), since, most)
    return list(own.union(of_all, all=True).order_by("id")[:most])


def events_for(shop_id: int, *, tests: bool | None = None) -> QuerySet[ShopEvent]:
    """Return the events that the shop may read; of orders and designs both modes, as endpoints get them, or only the
    `tests`, or all others.
    """
    own = Q(shop=shop_id)
    if tests is not None:
        own &= _of_mode(tests=tests)
    return ShopEvent.objects.filter(own | Q(shop__isnull=True))


def _of_mode(*, tests: bool) -> Q:
    is_test = Q(details__has_key=TEST)
    return is_test | ~Q(object_type__in=_HAVE_A_MODE) if tests else ~is_test


def newest_version(object_type: str) -> Coalesce:
    """Return, for queries of things of that type, the newest of their events in the stream, 0 before the first.

    Read by the query that reads the thing: then the thing is at least as new as that event.
    """
    events = ShopEvent.objects.filter(object_type=object_type, object_id=Cast(OuterRef("pk"), CharField()))
    return Coalesce(Subquery(events.order_by("-version").values("version")[:1]), 0)


def place_before(since: datetime) -> int:
    """Return a place behind which is all that happened since then, what was committed late too."""
    return last_before(max(since, EARLIEST + LONGEST_TRANSACTION) - LONGEST_TRANSACTION)


def last_before(at: datetime) -> int:
    """Return a place behind which is all that happened since then.

    The stream has no index by time: it is in the order of time, save for what was committed late, and is halved until
    the place is found.
    """
    newest = ShopEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    low, high = 0, newest
    while low < high:
        middle = (low + high) // 2
        row = ShopEvent.objects.filter(pk__gt=middle).order_by("pk").values_list("pk", "created_at").first()
        if row is not None and row[1] < at:
            low = row[0]
        else:
            high = middle
    return low


def _behind(after: int, whose: Q, since: datetime | None, most: int) -> QuerySet[ShopEvent]:
    events = ShopEvent.objects.filter(whose, pk__gt=after)
    if since is not None:
        events = events.filter(created_at__gte=since)
    return events.order_by("pk")[:most]
