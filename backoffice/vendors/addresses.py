"""Which addresses from outside may be handed to a vendor, or fetched by ourselves."""

import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from backoffice.text.translatable import gettext as _

_PRIVATE_NAMES = ("localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "test", "invalid")
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.IGNORECASE)
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+", re.IGNORECASE)
_UNWANTED = re.compile(r"[\x00-\x20\x7f\\]")
# Networks that lead back inside by translation, which `ipaddress` does not call private.
_TRANSLATED = tuple(
    ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "100.64.0.0/10")
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class UnsafeUrl(ValueError):
    """The address may not be used; the text says why, for the person who gave it."""


def check_public_url(url: str, *, schemes: tuple[str, ...] = ("https", "sftp"), allow_private: bool = False) -> None:
    """Return if `url` names a public host by one of `schemes`, else raise UnsafeUrl. Looks no name up.

    Any port will do: vendors' own examples use 8080 and 10433. With `ALLOW_PRIVATE_FILE_HOSTS` loopback hosts and
    plain http pass as well, which is for the sandbox only; with `allow_private` any host and plain http do.
    """
    parts = _split(url)
    allowed = (*schemes, "http") if allow_private or settings.ALLOW_PRIVATE_FILE_HOSTS else schemes
    if parts.scheme not in allowed:
        raise UnsafeUrl(_begins_otherwise(schemes))
    if parts.username is not None or parts.password is not None:
        raise UnsafeUrl(_("Names and passwords do not belong in the URL. Enter them as credentials."))
    if allow_private and parts.hostname:
        return
    _check_host((parts.hostname or "").rstrip("."))


def not_public() -> str:
    """Return why a host that we may not go to is refused."""
    return _("The host is not a public one.")


def _begins_otherwise(schemes: Sequence[str]) -> str:
    one, any_of = _("The URL must begin with %(schemes)s."), _("The URL must begin with one of: %(schemes)s.")
    return (one if len(schemes) == 1 else any_of) % {"schemes": ", ".join(f"{scheme}://" for scheme in schemes)}


def _split(url: str) -> SplitResult:
    if _UNWANTED.search(url):
        raise UnsafeUrl(_("The URL contains spaces, control characters or a backslash."))
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it is what checks it
        url.encode("utf-8")
    except ValueError:
        raise UnsafeUrl(_("The URL cannot be read.")) from None
    return parts


def _check_host(host: str) -> None:
    if not host:
        raise UnsafeUrl(_("The URL names no host."))
    try:
        address = read_ip(host)
        name = host if address else host.encode("idna").decode("ascii").lower()
    except ValueError:
        raise UnsafeUrl(_("The host's name cannot be read.")) from None
    if address is not None:
        _check_ip(address)
    elif name == "localhost" and settings.ALLOW_PRIVATE_FILE_HOSTS:
        return
    elif "." not in name or name.rsplit(".", 1)[1] in _PRIVATE_NAMES:
        raise UnsafeUrl(not_public())
    elif not all(_NAME.fullmatch(part) for part in name.split(".")):
        raise UnsafeUrl(_("The host's name cannot be read."))


def _check_ip(address: Address) -> None:
    if settings.ALLOW_PRIVATE_FILE_HOSTS and address.is_loopback:
        return
    inside = any(address in network for network in _TRANSLATED if network.version == address.version)
    if inside or not address.is_global or address.is_multicast or address.is_reserved:
        raise UnsafeUrl(not_public())


def read_ip(host: str) -> Address | None:
    """Return the IP address that `host` spells, None if it is a name. Raises ValueError when it is neither.

    Understands what resolvers understand: decimal, octal and hexadecimal numbers in one to four parts
    ("2130706433", "0x7f.1", "0177.0.0.1"), and IPv6 with an IPv4 address inside.
    """
    if ":" in host:
        return ipaddress.IPv6Address(host.split("%", 1)[0])
    # Full-width digits and the like are digits to a resolver that normalises names.
    parts = host.encode("idna").decode("ascii").lower().split(".")
    if not _NUMBER.fullmatch(parts[-1]):
        return None
    if len(parts) > 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        raise ValueError(host)
    return _from_numbers([_number(part) for part in parts])


def _from_numbers(numbers: list[int]) -> ipaddress.IPv4Address:
    *leading, last = numbers
    if any(number > 255 for number in leading) or last >= 256 ** (4 - len(leading)):
        raise ValueError("not an address")
    return ipaddress.IPv4Address(sum(number << (24 - 8 * place) for place, number in enumerate(leading)) + last)


def _number(text: str) -> int:
    if len(text) > 20:
        raise ValueError("not an address")
    if text.startswith("0x"):
        return int(text[2:] or "0", 16)
    return int(text, 8 if text.startswith("0") else 10)
