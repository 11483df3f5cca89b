"""Where a request comes from. The one function that knows of proxies: whoever asks for an address asks here."""

from ipaddress import IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

# What proxies write into a request that they pass on.
_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_VIA")
# Whoever has one address of version 6 has a network of them.
_IPV6_NETWORK = 64


def client_address(request: HttpRequest) -> str | None:
    """Return the address of who sent the request; None when it came through a socket without one.

    Each of the TRUSTED_PROXIES has appended the address it was called from to X-Forwarded-For. What stands before these
    was written by the client and counts for nothing.
    """
    addresses = []
    if settings.TRUSTED_PROXIES:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        addresses = [part for part in forwarded if part.strip()][-settings.TRUSTED_PROXIES :]
    return _plain(addresses[0] if addresses else request.META.get("REMOTE_ADDR", ""))


def is_from_this_machine(request: HttpRequest) -> bool:
    """Return whether a program of this machine asks for itself, and no proxy for somebody else."""
    if any(request.META.get(name) for name in _FORWARDED):
        return False
    address = client_address(request)
    return address is None or ip_address(address).is_loopback


def sign_in_address(request: HttpRequest) -> str | None:
    """Return the address by which failed sign-ins are counted: of version 6 the network, which one client has."""
    address = client_address(request)
    if address is None or not isinstance(ip_address(address), IPv6Address):
        return address
    return str(IPv6Network((address, _IPV6_NETWORK), strict=False).network_address)


def _plain(text: str) -> str | None:
    """Return the address without the port that some proxies add; None for what is no address."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return str(getattr(found, "ipv4_mapped", None) or found)
