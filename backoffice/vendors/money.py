"""Money as whole numbers of a currency's smallest unit, by ISO 4217."""

from decimal import ROUND_HALF_UP, Decimal

# Decimal places of currencies that have others than two.
EXPONENTS = (
    dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    )
    | dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3)
    | dict.fromkeys(["CLF", "UYW"], 4)
)


def exponent_of(currency: str) -> int:
    """How many decimal places amounts of the currency have."""
    return EXPONENTS.get(currency.upper(), 2)


def to_minor_units(amount: Decimal, *, currency: str) -> int:
    """19.99 EUR is 1999, 1999 JPY is 1999, 1.999 KWD is 1999; halves are rounded away from zero."""
    return int(amount.scaleb(exponent_of(currency)).quantize(Decimal(1), ROUND_HALF_UP))


def from_minor_units(units: int, *, currency: str) -> Decimal:
    """The amount, with the currency's decimal places."""
    return Decimal(units).scaleb(-exponent_of(currency))
