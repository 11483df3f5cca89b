"""How the tracking codes of carriers look, with the check digits that are published.

No carrier describes all of its codes in one document, and a code that fits none of its shapes may still be right: a
person is asked, nothing is refused. Of a carrier that is not listed here every code is taken. Sources: the carriers'
pages on tracking and their specifications of labels; S10 of the Universal Postal Union; ISO/IEC 7064; the general
specifications of GS1.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

Check = Callable[[str], bool]


@dataclass(frozen=True)
class CodeShape:
    """One way in which codes look. `is_distinct`: no other carrier's codes look so, so that it names its carrier."""

    pattern: str
    check: Check | None = None
    is_distinct: bool = False

    def fits(self, code: str) -> bool:
        """Return whether the code, in capitals and without spaces, looks so and its check digit is right."""
        return bool(re.fullmatch(self.pattern, code)) and (self.check is None or self.check(code))


def _is_s10(code: str) -> bool:
    """Check the ninth digit of a postal code such as RB123456785GB: modulo 11 with the weights of S10."""
    digits = [int(digit) for digit in code[2:11]]
    rest = 11 - sum(digit * weight for digit, weight in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=False)) % 11
    return digits[8] == {10: 0, 11: 5}.get(rest, rest)


def _is_gs1(code: str) -> bool:
    """Check the last digit as GS1 does: modulo 10, weights 3 and 1 from the right."""
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(code))) % 10 == 0


def _is_identcode(code: str) -> bool:
    """Check the last digit of DHL's code of twelve: modulo 10, weights 4 and 9 from the left."""
    return (
        sum(int(digit) * (9 if place % 2 else 4) for place, digit in enumerate(code[:-1])) % 10 == -int(code[-1]) % 10
    )


def _is_waybill(code: str) -> bool:
    """Check the last digit of an express waybill: the rest of the others by 7."""
    return int(code[:-1]) % 7 == int(code[-1])


def _is_ups(code: str) -> bool:
    """Check the last digit of a 1Z code: modulo 10, letters count as digits, every second one twice."""
    if not code[-1].isdigit():
        return False
    values = [int(sign) if sign.isdigit() else (ord(sign) - 63) % 10 for sign in code[2:]]
    return -(sum(values[:15:2]) + 2 * sum(values[1:15:2])) % 10 == values[15]


def _is_fedex(code: str) -> bool:
    """Check the last digit of FedEx's code of twelve: modulo 11, weights 3, 1 and 7."""
    return sum(int(digit) * weight for digit, weight in zip(code[:11], (3, 1, 7) * 4, strict=False)) % 11 % 10 == int(
        code[-1]
    )


_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _is_dpd(code: str) -> bool:
    """Check the sign behind DPD's fourteen digits: ISO/IEC 7064, modulo 37,36."""
    rest = 36
    for sign in code[:-1]:
        rest = ((rest + _SIGNS.index(sign)) % 36 or 36) * 2 % 37
    return _SIGNS[(37 - rest) % 36] == code[-1]


_POSTAL = CodeShape("[A-Z]{2}[0-9]{9}[A-Z]{2}", _is_s10)
# The shipping unit of GS1 as German carriers print it.
_NVE = CodeShape("0034[0-9]{16}", _is_gs1, is_distinct=True)
_WAYBILL = CodeShape("[0-9]{10}", _is_waybill)

# By carrier: its key at the vendor, or the key up to the first hyphen.
_SHAPES: dict[str, tuple[CodeShape, ...]] = {
    "bpost": (CodeShape("3[0-9]{23}"), _POSTAL),
    "chronopost": (CodeShape("[A-Z]{2}[0-9]{9}[A-Z]{2}"), CodeShape("[0-9A-Z]{13}"), CodeShape("[0-9A-Z]{15}")),
    "colissimo": (CodeShape("[0-9][0-9A-Z][0-9]{11}"), _POSTAL),
    "dhl": (
        _NVE,
        _WAYBILL,
        CodeShape("[0-9]{12}", _is_identcode),
        CodeShape("(00)?[0-9]{18}", _is_gs1),
        CodeShape("J[A-Z]{1,3}[0-9]{9,20}", is_distinct=True),
        CodeShape("GM[0-9]{16,22}", is_distinct=True),
        _POSTAL,
    ),
    "dhl-express": (_WAYBILL, CodeShape("J[A-Z]{1,3}[0-9]{9,20}")),
    # Letters and goods by letter: a code of 20 signs as printed in the stamp, or DHL's.
    "dp": (_NVE, CodeShape("[0-9A-F]{18,20}"), CodeShape("[0-9]{12}"), _POSTAL),
    "dpd": (CodeShape("[0-9]{10}"), CodeShape("[0-9]{14}"), CodeShape("[0-9]{14}[0-9A-Z]", _is_dpd, is_distinct=True)),
    "evri": (CodeShape("[0-9]{16}"), CodeShape("[A-Z][0-9A-Z]{15}")),
    "fedex": (
        CodeShape("[0-9]{12}", _is_fedex),
        CodeShape("[0-9]{14,15}"),
        CodeShape("[0-9]{20}"),
        CodeShape("[0-9]{22}"),
    ),
    "gls": (CodeShape("[0-9A-Z]{8}"), CodeShape("[0-9]{11,12}"), CodeShape("[0-9]{14}"), CodeShape("[0-9]{20}")),
    "hermes": (
        CodeShape("[0-9]{14}"),
        CodeShape("[0-9]{16}"),
        CodeShape("[0-9]{20}"),
        CodeShape("H[0-9]{19}", is_distinct=True),
        CodeShape("[A-Z][0-9A-Z]{15}"),
    ),
    "post-at": (CodeShape("[0-9]{16}"), CodeShape("[0-9]{22}"), _POSTAL),
    "postnl": (CodeShape("3S[0-9A-Z]{9,15}", is_distinct=True), _POSTAL),
    "royal": (CodeShape("[0-9]{16}"), CodeShape("[0-9A-F]{21}"), _POSTAL),
    "swiss": (CodeShape(r"9[89]\.?[0-9]{2}\.?[0-9]{6}\.?[0-9]{8}"), _POSTAL),
    "tnt": (CodeShape("[0-9]{8,9}"), CodeShape("[A-Z]{2}[0-9]{9}[A-Z]{2}")),
    "uk": (CodeShape("[0-9]{14}"),),
    "ups": (
        CodeShape("1Z[0-9A-Z]{16}", _is_ups, is_distinct=True),
        CodeShape("[0-9]{9}"),
        CodeShape("[0-9]{12}"),
        CodeShape("[0-9]{26}"),
        CodeShape("[THJKV][0-9]{10}"),
    ),
    "usps": (
        CodeShape("[0-9]{10}"),
        CodeShape("[0-9]{20}", _is_gs1),
        CodeShape("9[0-9]{21}", _is_gs1, is_distinct=True),
        CodeShape("[0-9]{26}"),
        CodeShape("420[0-9]{23,31}"),
        _POSTAL,
    ),
    "yodel": (CodeShape("J[JD]{1,2}[0-9]{16}"),),
}
# Other names that a vendor's list may have for them.
_ALIASES = {
    "austrian": "post-at", "deutsche": "dp", "dhlexpress": "dhl-express", "laposte": "colissimo", "oepost": "post-at",
    "osterreichische": "post-at", "parcelforce": "royal", "schweizerische": "swiss", "swisspost": "swiss",
}  # fmt: skip

# Bar codes of labels that hold more than the tracking code, by carrier: the first group is the code.
_WITHIN = {
    # The receiver's postcode, the number, service and country.
    "dpd": re.compile(r"%[0-9A-Z]{7}([0-9]{14})[0-9]{6}"),
    "fedex": re.compile(r"[0-9]{22}([0-9]{12})"),
    "usps": re.compile(r"420(?:[0-9]{5}|[0-9]{9})(9[0-9]{21})"),
}


def read_label_code(code: str, *, carrier: str) -> str:
    """Return the tracking code that the bar code of a label of that carrier holds, given without spaces; else the
    code as it is.
    """
    within = _WITHIN.get(_family(carrier))
    found = within.fullmatch(code) if within else None
    return found[1] if found and is_usual_code(found[1], carrier=carrier) else code


def is_usual_code(code: str, *, carrier: str) -> bool:
    """Return whether codes of that carrier look so, given without spaces; true for carriers that are not known."""
    shapes = _SHAPES.get(_family(carrier))
    return shapes is None or any(shape.fits(code.upper()) for shape in shapes)


def name_carrier(code: str) -> str:
    """Return the carrier whose code it must be, by its looks alone; empty where several or none are possible."""
    found = [
        carrier
        for carrier, shapes in _SHAPES.items()
        if any(shape.is_distinct and shape.fits(code.upper()) for shape in shapes)
    ]
    found = [carrier for carrier in found if carrier != "dp"]  # goods by letter have DHL's codes
    return found[0] if len(found) == 1 else ""


def is_same_carrier(key: str, other: str) -> bool:
    """Return whether both keys are of one carrier: "fedex-uk" has the codes of "fedex"."""
    return _family(key) == _family(other)


def _family(carrier: str) -> str:
    key = carrier.strip().lower().replace("_", "-").replace(" ", "-")
    first = key.partition("-")[0]
    return next((name for name in (key, first) if name in _SHAPES), _ALIASES.get(first, first))
