"""What the catalogue says of prices: the currencies that there are some in."""

from backoffice.accounts.services.currencies import register_price_lists
from catalog.models import Variant


def _priced_currencies() -> set[str]:
    priced = Variant.objects.filter(gone_at=None).order_by()
    return set(priced.values_list("currency", flat=True).distinct())


register_price_lists(_priced_currencies)
