"""Why somebody decided something: kept with their name, so it has to say something and fit."""

from backoffice.errors import InvalidInput
from backoffice.text.translatable import gettext as _

REASON_MIN, REASON_MAX = 3, 1000


def checked_reason(reason: str, *, least: int = REASON_MIN) -> str:
    """Return the reason without blanks around it. Raises InvalidInput where it is too short or too long."""
    reason = reason.strip()
    if not least <= len(reason) <= REASON_MAX:
        text = _("Give a reason of %(min)d to %(max)d characters.") % {"min": least, "max": REASON_MAX}
        raise InvalidInput(text, errors={"reason": [text]})
    return reason
