"""Who is signed in to the staff pages."""

from django.contrib.auth.models import User
from django.http import HttpRequest


def signed_in_user(request: HttpRequest) -> User | None:
    """Return who is signed in; None where nobody is, or where a shop's key asks, which REST puts in their place."""
    user: object = getattr(request, "user", None)
    return user if isinstance(user, User) and user.is_authenticated else None
