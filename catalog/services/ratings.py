"""Reading what buyers published about shops and their products, and summing it up for pages and storefronts."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.engine.models.push import Lane
from backoffice.engine.services.integrations import get_vendor
from backoffice.privacy.services.hashing import erased_among
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import HasRatings
from backoffice.vendors.errors import VendorError
from backoffice.vendors.rating_messages import PublishedRating
from backoffice.vendors.registry import vendor_type, vendors_with
from catalog.models import Product, Rating, RatingReading, Review
from catalog.services.runs import only_one
from catalog.services.sold import iter_sold

SITE = 0
KEPT_REVIEWS = 20


@dataclass(frozen=True)
class Source:
    """A key that reads the ratings of one shop, in one language or in all; `name` is not the key."""

    vendor: str
    name: str
    shop_code: str
    language: str


@dataclass
class RatingsRun:
    """What one run did. `left` is how many calls it may still make."""

    left: int
    ratings: int = 0
    errors: int = 0


def rating_sources() -> list[Source]:
    """Return all keys of the settings that read ratings."""
    vendors = vendors_with(HasRatings)
    return [Source(vendor, *group) for vendor in vendors for group in vendor_type(vendor, HasRatings).rating_groups()]


def read_ratings(*, shop_code: str = "", most_calls: int | None = None) -> RatingsRun:
    """Read ratings of all shops, or of one: the shop's own first, then those of its sold products in turn.

    At most `most_calls` calls are made (by default as many as the vendors allow for), shared evenly by the keys; the
    next run goes on where this one stopped. What a vendor refuses stands in the key's `RatingReading` and stops no
    other key. Raises SyncRunning.
    """
    sources = [source for source in rating_sources() if shop_code.upper() in ("", source.shop_code)]
    allowed = [vendor_type(vendor, HasRatings).calls_per_run() for vendor in vendors_with(HasRatings)]
    run = RatingsRun(left=sum(allowed) if most_calls is None else most_calls)
    shops = {shop.code.upper(): shop for shop in Shop.objects.all()}
    with only_one("ratings", kind="ratings"):
        for position, source in enumerate(sources):
            shop = shops.get(source.shop_code)
            share = max(1, run.left // (len(sources) - position))
            _read_source(source, shop, run, share=min(share, run.left))
    return run


def _read_source(source: Source, shop: Shop | None, run: RatingsRun, *, share: int) -> None:
    reading, _created = RatingReading.objects.get_or_create(key_name=source.name)
    if shop is None:
        _note(reading, _("There is no shop with the code %(code)s.") % {"code": source.shop_code}, run)
        return
    try:
        _read_shop(source, shop, reading, run, share=share)
    except VendorError as error:
        _note(reading, error.text, run)
    else:
        reading.error, reading.read_at = "", timezone.now()
    reading.save()


def _note(reading: RatingReading, text: str, run: RatingsRun) -> None:
    reading.error = text
    reading.save()
    run.errors += 1


def _read_shop(source: Source, shop: Shop, reading: RatingReading, run: RatingsRun, *, share: int) -> None:
    """Read a shop; `reading` moves on with each product, so that a lost worker loses no more than one."""
    if share < 1:
        return
    vendor = get_vendor(source.vendor, HasRatings, lane=Lane.CATALOG)
    last = run.left - share
    _read_one(vendor, source, shop, run, number=SITE)
    for number in iter_sold(shop, after=reading.after):
        if run.left <= last:
            return
        _read_one(vendor, source, shop, run, number=number)
        reading.after = number
        reading.save()
    reading.after = 0


def _read_one(vendor: HasRatings, source: Source, shop: Shop, run: RatingsRun, *, number: int) -> None:
    run.left -= 1
    found = vendor.read_rating(group=source.name, product_id=number or None, most=KEPT_REVIEWS)
    run.ratings += store_rating(found, shop=shop, language=source.language, number=number)


@transaction.atomic
def store_rating(found: PublishedRating, *, shop: Shop, language: str, number: int) -> bool:
    """Make our row what was found, its reviews replaced; one without reviews goes. Return whether there is one."""
    rows = Rating.objects.filter(shop=shop, language=language, number=number)
    if not found.total:
        rows.delete()
        return False
    data: dict[str, Any] = {
        "product": Product.objects.filter(pk=number).first() if number else None,
        "average": found.average,
        "total": found.total,
        "distribution": list(found.distribution),
        "read_at": timezone.now(),
    }
    rating, _created = Rating.objects.update_or_create(shop=shop, language=language, number=number, defaults=data)
    rating.reviews.all().delete()
    reviews = []
    erased = erased_among({review.order for review in found.reviews})
    for review in found.reviews:
        fields = msgspec.structs.asdict(review)
        if review.order in erased:
            fields |= {"author": "", "text": "", "reply": ""}
        reviews.append(Review(rating=rating, vendor_id=fields.pop("review_id"), **fields))
    Review.objects.bulk_create(reviews, ignore_conflicts=True)
    return True


@dataclass(frozen=True)
class Summary:
    """Ratings of several languages as one: the average of all reviews, to two decimals."""

    average: Decimal
    total: int


def summarize(ratings: Iterable[Rating]) -> Summary | None:
    """Return the average of all; None without a single review."""
    rows = list(ratings)
    total = sum(row.total for row in rows)
    if not total:
        return None
    stars = sum((row.average * row.total for row in rows), Decimal(0))
    return Summary((stars / total).quantize(Decimal("0.01"), ROUND_HALF_UP), total)


def with_ratings(products: QuerySet[Product], *, shop: Shop) -> QuerySet[Product]:
    """Return products with that shop's ratings in `shop_ratings`, in one query more for all of them."""
    ratings = Rating.objects.filter(shop=shop)
    return products.prefetch_related(Prefetch("ratings", queryset=ratings, to_attr="shop_ratings"))
