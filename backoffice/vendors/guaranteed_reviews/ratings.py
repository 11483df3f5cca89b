"""Published reviews in our words: numbers made sound, texts made plain."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from html import unescape
from typing import Any

import nh3

from backoffice.vendors.guaranteed_reviews.schemas import PublicReview, PublicReviews, Ratings
from backoffice.vendors.rating_messages import PublishedRating, PublishedReview
from backoffice.vendors.reading import read_time

STARS = (1, 2, 3, 4, 5)
LONGEST_TEXT = 4000  # characters that are kept of a review


def read_rating(answer: PublicReviews, *, most: int) -> PublishedRating:
    """Return the rating with the newest `most` reviews; those without stars or id are left out."""
    ratings = answer.ratings if isinstance(answer.ratings, Ratings) else Ratings()
    distribution = _distribution(ratings)
    reviews = [review for row in answer.reviews or [] if (review := _review(row)) is not None]
    newest = sorted(reviews, key=lambda review: review.written_at or _LONG_AGO, reverse=True)
    return PublishedRating(
        total=_count(ratings.total or 0),
        average=_average(ratings.average),
        distribution=distribution,
        reviews=tuple(newest[:most]),
    )


_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def _average(value: float | None) -> Decimal:
    """Return 0 to 5 with two decimals."""
    try:
        average = Decimal(str(value or 0)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    except InvalidOperation:
        return Decimal(0)
    return min(max(average, Decimal(0)), Decimal(5)) if average.is_finite() else Decimal(0)


def _count(number: int) -> int:
    """Return the number within what a column of ours holds."""
    return min(max(number, 0), 2_147_483_647)


def _distribution(ratings: Ratings) -> tuple[int, int, int, int, int]:
    """Return counts by stars; PHP writes an object with the keys 1 to 5, or a list."""
    given = ratings.distribution or {}
    if isinstance(given, list):
        given = {str(star): number for star, number in zip(STARS, given[-5:], strict=False)}
    one, two, three, four, five = (_count(given.get(str(star), 0)) for star in STARS)
    return one, two, three, four, five


def _review(row: PublicReview) -> PublishedReview | None:
    stars = round(row.r or 0)
    if not row.id or not 1 <= stars <= 5:
        return None
    return PublishedReview(
        review_id=str(row.id)[:64],
        author=_plain(row.c, most=100),
        stars=stars,
        text=_plain(row.txt, most=LONGEST_TEXT),
        written_at=_read_time(row.date),
        reply=_plain(row.reply, most=LONGEST_TEXT),
        order="" if row.o is None else str(row.o)[:64],
        language=(row.lang or "")[:2].upper(),
    )


def _plain(text: str | None, *, most: int) -> str:
    """Return text without markup. What comes out may contain `<` all the same: pages escape it like any text."""
    cleaned = unescape(nh3.clean(text or "", tags=set()))
    return cleaned.replace("\x00", "").strip()[:most]


def _read_time(value: Any) -> datetime | None:
    """Parse ISO text, `YYYY-MM-DD[ HH:MM:SS]` or seconds since 1970, as UTC where it names no offset."""
    try:
        if isinstance(value, int | float) or str(value).isdecimal():
            return datetime.fromtimestamp(float(value), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return read_time(str(value).strip())
