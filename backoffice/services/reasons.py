"""The reasons that people give for what they decide."""

from backoffice.errors import InvalidInput
from backoffice.said import gettext as _

REASON_MIN, REASON_MAX = 3, 1000


def clean_reason(reason: str) -> str:
    """Return it without spaces around it. Raises InvalidInput for one that says nothing, or is too long to be kept."""
    reason = reason.strip()
    if not REASON_MIN <= len(reason) <= REASON_MAX:
        text = _("A reason of %(min)d to %(max)d characters is needed.") % {"min": REASON_MIN, "max": REASON_MAX}
        raise InvalidInput(text, errors={"reason": [text]})
    return reason
