"""Secrets that everybody can read here, good for this machine only; and the refusal of them wherever others get in."""

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_address

DEVELOPMENT_SECRET_KEY = "for-development-only-" + "x" * 40
DEVELOPMENT_ENCRYPTION_KEY = "RGV2ZWxvcG1lbnQga2V5OiBub3QgZm9yIHJlYWwgdXM="
PUBLISHED = frozenset({DEVELOPMENT_SECRET_KEY, DEVELOPMENT_ENCRYPTION_KEY})
# What Django's own beginnings of a project carry, and what the vendors' sandbox takes and signs with.
_BEGINNINGS = ("django-insecure-", "for-development-only-", "sandbox-")


def is_published(secret: str) -> bool:
    return secret in PUBLISHED or secret.startswith(_BEGINNINGS)


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches a host, or a server that listens there."""
    host = host.removeprefix("[").removesuffix("]")
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in ("localhost", "") or host.endswith(".localhost") or host.startswith("unix:")


def find_weak_secrets(
    secrets: Mapping[str, tuple[Sequence[str], int]], *, hosts: Iterable[str]
) -> list[tuple[str, str]]:
    """Return name and fault of secrets with which nobody may be let in from outside.

    `secrets` gives the values of each name, and the fewest characters that they may have. Empty on a machine that
    answers to loopback only.
    """
    public = next((host for host in hosts if not is_loopback(host)), None)
    if public is None:
        return []
    found = []
    for name, (values, least) in secrets.items():
        given = [value.strip() for value in values if value.strip()]
        if any(is_published(value) for value in given):
            found.append((name, f"its value is published with the source; {public} needs one of its own."))
        elif any(len(value) < least or (least and len(set(value)) < 5) for value in given):
            found.append((name, f"{public} needs {least} or more random characters."))
    return found
