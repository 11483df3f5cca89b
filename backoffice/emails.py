"""E-mail addresses that customers and shops gave, some of which are none."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email


def is_email(text: str) -> bool:
    """Return whether one could write there."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def usable_email(text: str) -> str:
    """Return the address, empty when it is none: no vendor is given what it would refuse."""
    return text if text and is_email(text) else ""
