"""What the catalogue says of prices: the currencies that there are some in."""

from backoffice.accounts.services.currencies import register_price_lists
from catalog.models import MarketPrices, Variant


def _priced_currencies() -> set[str]:
    priced = Variant.objects.filter(gone_at=None).order_by()
    in_markets = MarketPrices.objects.order_by().values_list("currency", flat=True).distinct()
    return {*priced.values_list("currency", flat=True).distinct(), *in_markets}


register_price_lists(_priced_currencies)
