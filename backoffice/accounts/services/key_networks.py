"""Networks from which a key may be used, as people write them: addresses and networks, of version 4 and 6."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from backoffice.errors import InvalidInput
from backoffice.text.translatable import gettext as _

MOST_NETWORKS = 50
# Of version 6, those that stand for an address of version 4.
_MAPPED = IPv6Network("::ffff:0:0/96")


def read_networks(text: str) -> list[str]:
    """Return the networks that the lines of the text name, each once, as PostgreSQL writes them. Raises InvalidInput,
    naming the first line that is none.
    """
    found = list(dict.fromkeys(_read(line) for line in text.replace(",", "\n").split()))
    if len(found) > MOST_NETWORKS:
        refusal = _("At most %(count)d networks.") % {"count": MOST_NETWORKS}
        raise InvalidInput(refusal, errors={"networks": [refusal]})
    return found


def _read(line: str) -> str:
    try:
        network = ip_network(line, strict=False)
    except ValueError:
        text = _("%(text)s is not an IP address or a network, such as 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32.")
        refusal = text % {"text": line[:60]}
        raise InvalidInput(refusal, errors={"networks": [refusal]}) from None
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        # Requests are known by their address of version 4.
        first = network.network_address.ipv4_mapped
        network = IPv4Network(f"{first}/{network.prefixlen - _MAPPED.prefixlen}")
    return str(network)


def is_within(address: str | None, networks: Iterable[str]) -> bool:
    """Return whether the address is of one of the networks; what has no address is of none."""
    if address is None:
        return False
    found = ip_address(address)
    return any(found in _network(one) for one in networks)


@lru_cache(maxsize=1024)
def _network(text: str) -> IPv4Network | IPv6Network:
    return ip_network(text)
