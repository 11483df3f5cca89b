"""What buyers said, as a vendor of reviews publishes it."""

from datetime import datetime
from decimal import Decimal

from backoffice.vendors.messages import Message


class PublishedReview(Message, frozen=True):
    """One published review. `stars` is 1 to 5, `text` plain without markup; `language` two letters in upper case."""

    review_id: str
    author: str
    stars: int
    text: str
    written_at: datetime | None = None
    reply: str = ""
    order: str = ""
    language: str = ""


class PublishedRating(Message, frozen=True):
    """All that is published of a shop or of a product. `average` is 0 while there are none.

    `distribution` counts the reviews with 1, 2, 3, 4 and 5 stars, in that order; `reviews` begin with the newest.
    """

    total: int
    average: Decimal
    distribution: tuple[int, int, int, int, int]
    reviews: tuple[PublishedReview, ...] = ()
