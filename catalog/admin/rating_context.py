"""Ratings as pages show them: stars, shares of each number of stars, newest texts."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.formats import number_format

from backoffice.accounts.models import Shop
from backoffice.text.translatable import gettext as _
from backoffice.visibility import visible
from catalog.models import Product, Rating, RatingReading, Review
from catalog.services.ratings import Source, rating_sources

REVIEWS_SHOWN = 5


@dataclass(frozen=True)
class Stars:
    """Five stars, of which `percent` are filled; `label` says it for those who cannot see them."""

    percent: int
    shown: str
    label: str


@dataclass(frozen=True)
class RatingContext:
    """One rating with its newest reviews."""

    rating: Rating
    stars: Stars
    # (stars, how many reviews, percent of all of them)
    bars: list[tuple[int, int, int]]
    reviews: list[tuple[Review, Stars]]


def stars_label(average: Any) -> Stars:
    """Return the stars for an average or a whole number, 0 to 5."""
    shown = number_format(average, 0 if isinstance(average, int) else 1)
    return Stars(round(float(average) * 20), shown, _("%(average)s of 5 stars") % {"average": shown})


def rating_context(rating: Rating, *, with_reviews: bool = True) -> RatingContext:
    """Return the rating with its reviews, which should be prefetched."""
    most = sum(rating.distribution) or 1
    bars = [
        (stars, count, round(100 * count / most))
        for stars, count in reversed(list(enumerate(rating.distribution, start=1)))
    ]
    reviews = list(rating.reviews.all())[:REVIEWS_SHOWN] if with_reviews else []
    return RatingContext(rating, stars_label(rating.average), bars, [(row, stars_label(row.stars)) for row in reviews])


def product_ratings(product: Product) -> list[RatingContext]:
    """Return one product's ratings, shop by shop; two queries."""
    return [rating_context(rating) for rating in _with_reviews(visible(Rating.objects.filter(product=product)))]


def shop_rating_context() -> list[dict[str, Any]]:
    """Return each shop that is rated or has a key for it; four queries."""
    sources: dict[str, list[Source]] = {}
    for source in rating_sources():
        sources.setdefault(source.shop_code, []).append(source)
    readings = RatingReading.objects.in_bulk([source.name for group in sources.values() for source in group])
    ratings: dict[int, list[RatingContext]] = {}
    for rating in _with_reviews(visible(Rating.objects.filter(number=0))):
        ratings.setdefault(rating.shop_id, []).append(rating_context(rating))
    return [
        {
            "shop": shop,
            "ratings": ratings.get(shop.pk, []),
            # How the reading of each of its keys stands, with the vendor that is read.
            "readings": [
                (source.vendor, readings.get(source.name) or RatingReading(key_name=source.name))
                for source in sources.get(shop.code.upper(), [])
            ],
        }
        for shop in visible(Shop.objects.order_by("name", "pk"))
        if shop.pk in ratings or shop.code.upper() in sources
    ]


def _with_reviews(ratings: QuerySet[Rating]) -> QuerySet[Rating]:
    reviews = Prefetch("reviews", queryset=Review.objects.all())
    return ratings.select_related("shop").order_by("shop__name", "language").prefetch_related(reviews)
