"""Addresses of ours as others see them."""

from django.conf import settings


def public_url(path: str) -> str:
    """Return the absolute address of a path that begins with "/": below PUBLIC_URL, whatever host and port the request
    named. A proxy may pass on another host, or the right one without its port.
    """
    return f"{settings.PUBLIC_URL}{path}"
