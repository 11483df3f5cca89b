"""The shapes of what is sent and of what comes back. What may be missing is optional; unknown fields are ignored."""

from typing import Any

import msgspec

# A number with exactly the decimals it is written with.
Number = msgspec.Raw | int | float | str


class SentProduct(msgspec.Struct, omit_defaults=True):
    """A product of an order. `unit_price` is gross; empty fields are left out."""

    id: int | str
    name: str
    category_id: str = ""
    category_name: str = ""
    qty: int | str = 0
    unit_price: Number | None = None
    mpn: str = ""
    ean13: str = ""
    sku: str = ""
    upc: str = ""
    url: str | None = None


class SentOrder(msgspec.Struct, omit_defaults=True):
    """An order. `order_date` is `YYYY-MM-DD HH:MM:SS`; nothing required may be empty."""

    id_order: str
    order_date: str
    firstname: str
    lastname: str
    email: str
    reference: str = ""
    products: tuple[SentProduct, ...] = ()


class ImportResponse(msgspec.Struct):
    """The response to orders. `imported` and `count` are None where it does not say."""

    success: bool
    imported: int | None
    count: int | None
    message: str


class ProblemSchema(msgspec.Struct):
    """A problem as WordPress words it; `status` is None where it names none."""

    code: str
    message: str
    status: int | None


class Ratings(msgspec.Struct):
    """Summary of published reviews; numbers may come as text."""

    total: int | None = None
    average: float | None = None
    distribution: dict[str, int] | list[int] | None = None


class PublicReview(msgspec.Struct):
    """A published review: c = who, r = stars, o = our order id."""

    id: int | str | None = None
    c: str | None = None
    r: float | None = None
    txt: str | None = None
    date: Any = None
    o: int | str | None = None
    reply: str | None = None
    lang: str | None = None


class PublicReviews(msgspec.Struct):
    """What is published of a shop or product, newest first, at most 1,000 reviews. PHP writes an empty object as a
    list, and nothing as null.
    """

    ratings: Ratings | list[Any] | None = None
    reviews: list[PublicReview] | None = None


class Pagination(msgspec.Struct):
    total_results: int | None = None


class PrivateReviews(msgspec.Struct):
    """The private list; only how many there are is of use here."""

    pagination: Pagination | None = None
    reviews: list[Any] = []
