"""Currencies and their smallest units, by ISO 4217."""

from decimal import ROUND_HALF_UP, Decimal

# Those that people pay with; no funds, metals and codes for tests.
_CODES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP
CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR
IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU
MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG
SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST
XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(_CODES.split())
# Decimal places of currencies that have others than two.
_WITHOUT = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE, _FOUR = "BHD IQD JOD KWD LYD OMR TND", "CLF UYW"
EXPONENTS = dict.fromkeys(_WITHOUT.split(), 0) | dict.fromkeys(_THREE.split(), 3) | dict.fromkeys(_FOUR.split(), 4)


def exponent_of(currency: str) -> int:
    """Return how many decimal places amounts of the currency have."""
    return EXPONENTS.get(currency.upper(), 2)


def round_money(amount: Decimal, *, currency: str) -> Decimal:
    """Return the amount with the currency's decimal places; halves are rounded away from zero."""
    return amount.quantize(Decimal(1).scaleb(-exponent_of(currency)), ROUND_HALF_UP)


def spell_total(amount: Decimal, *, currency: str) -> str:
    """Return 189.00 for EUR, 1999 for JPY, 12.345 for KWD; more decimals only where the amount has more."""
    rounded = round_money(amount, currency=currency)
    return f"{rounded if rounded == amount else amount.normalize():f}"


def to_minor_units(amount: Decimal, *, currency: str) -> int:
    """Return 1999 for 19.99 EUR, 1999 JPY and 1.999 KWD; halves are rounded away from zero."""
    return int(amount.scaleb(exponent_of(currency)).quantize(Decimal(1), ROUND_HALF_UP))


def from_minor_units(units: int, *, currency: str) -> Decimal:
    """Return the amount, with the currency's decimal places."""
    return Decimal(units).scaleb(-exponent_of(currency))
