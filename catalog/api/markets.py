"""In which of its markets a storefront asks."""

from typing import Annotated

from msgspec import Meta

MarketCurrency = Annotated[
    str,
    Meta(
        pattern="^([A-Z]{3})?$",
        description="Prices in the currency of one of the shop's markets; left out: of its own.",
        examples=["USD"],
    ),
]
MarketCountry = Annotated[
    str,
    Meta(
        pattern="^([A-Z]{2})?$",
        description="Where it goes, ISO 3166-1: picks the market that sells there.",
        examples=["US"],
    ),
]
