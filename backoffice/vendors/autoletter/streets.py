"""Street and house number, which AutoLetter wants apart, of a street in one line. Nothing is lost by it.

What cannot be told with certainty stays whole in the street; a letter arrives either way.
"""

import re

# 42, 42a, 3 a, 12-14, 12 - 14, 12/14, 5 1/2, 42 b-d, 7.OG is none: digits, perhaps a letter, perhaps more of that.
_ONE = r"\d{1,5}(?:\s?[a-zA-Z](?![a-zA-Z]))?(?:\s1/2)?"
_NUMBER = rf"{_ONE}(?:\s?[-–/+]\s?(?:{_ONE}|[a-zA-Z](?![a-zA-Z])))*"
_LAST = re.compile(rf"(?P<street>.*?[^\s\d].*?)[,\s]\s*(?P<number>{_NUMBER})")
_FIRST = re.compile(rf"(?P<number>{_NUMBER})[,\s]\s*(?P<street>[^\W\d].*)")
# Mannheim's squares: the letter and number before the comma are the street.
_SQUARE = re.compile(rf"(?P<street>[A-Za-z]\s?\d{{1,2}}),\s*(?P<number>{_NUMBER})")
# A number that belongs to what stands before it: a date, a box, a road without a name, a floor, a flat.
_NAMED_BY_NUMBER = re.compile(
    r"(?:^|[\s,])(?:postfach|pf|p\.?\s?o\.?\s?box|box|postbus|bp|packstation|postfiliale|highway|hwy|route|rt|"
    r"road no\.?|km|platz der|straße des|strasse des|apt\.?|apartment|unit|suite|ste\.?|flat|room|"
    r"floor|stock|etage|og|whg\.?|top|stiege|haus|block|no\.?|nr\.?|#)\s*$",
    re.IGNORECASE,
)


def split_house_number(street: str) -> tuple[str, str]:
    """Return street and house number of one line; ("the whole line", "") where it is not certain which is which.

    The number stands last ("Hauptstraße 42", "Straße des 17. Juni 135", "Am Markt 3 a"), else first ("42 Main
    Street"). Two numbers at both ends, or one that belongs to its words ("Postfach 12", "Apt 4"), are not certain.
    """
    line = " ".join(street.split())
    if square := _SQUARE.fullmatch(line):
        return square["street"], square["number"]
    last, first = _LAST.fullmatch(line), _FIRST.fullmatch(line)
    if last and first:
        return line, ""
    if last and _is_certain(last["street"]):
        return last["street"].rstrip(", "), last["number"]
    if first and not re.search(r"[\d,]", first["street"]):
        return first["street"], first["number"]
    return line, ""


def _is_certain(street: str) -> bool:
    """Return whether no number stands right before the other one ("Hauptstraße 5, 12" may be a house and a flat)."""
    return not _NAMED_BY_NUMBER.search(street) and not re.search(r"\d[\s,a-zA-Z]{0,3}$", street)
