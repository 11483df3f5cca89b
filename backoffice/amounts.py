"""Amounts of money as people read them."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import pgettext

from backoffice.vendors.money import exponent_of

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}
MINUS = "\N{MINUS SIGN}"


def money(amount: Decimal | None, currency: str) -> str:
    """Return an amount with its currency in the reader's language, with at least its decimals and never rounded.

    The sign of a loss stands before the symbol.
    """
    if amount is None:
        return "–"
    amount = Decimal(amount)
    usual = exponent_of(currency)
    places = max(usual, -int(amount.normalize().as_tuple().exponent)) if amount else usual
    number = number_format(abs(amount), places, use_l10n=True, force_grouping=True)
    # Translators: an amount of money; in German the symbol follows the number.
    pattern = pgettext("money", "%(symbol)s%(number)s")
    symbol = SYMBOLS.get(currency, f"{currency}\N{NO-BREAK SPACE}")
    text: str = pattern % {"symbol": symbol, "number": number}
    return f"{MINUS}{text}" if amount < 0 else text
