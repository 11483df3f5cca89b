"""Dividing a street that is too long for a vendor."""

SEPARATORS = (",", " ")


def split_street(street: str, *, limit: int) -> tuple[str, str] | None:
    """The street as two texts of at most `limit` characters, for street and care of; None when there is no such place.

    Divided at the last comma, else at the last space, that leaves both short enough: nothing is cut or left out.
    """
    for separator in SEPARATORS:
        place = street.rfind(separator, 0, limit + 1)
        while place > 0:
            first, second = street[:place].strip(), street[place + 1 :].strip()
            if 0 < len(first) <= limit and 0 < len(second) <= limit:
                return first, second
            place = street.rfind(separator, 0, place)
    return None
