"""E-mail addresses that customers and shops gave, some of which are none."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email


def usable_email(text: str) -> str:
    """Return the address, empty when one cannot write there: no vendor is given what it would refuse."""
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return text
