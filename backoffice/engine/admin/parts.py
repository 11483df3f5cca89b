"""What other apps add to the page of integrations: each registers its parts, and the page knows only the place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest


@dataclass(frozen=True)
class IntegrationPart:
    """A template and what it shows, as `part.shown`."""

    template: str
    shown: Any


# Returns what the part shows to the reader; nothing (anything false) leaves it out.
ReadIntegrationPart = Callable[[HttpRequest], Any]
_PARTS: list[tuple[str, ReadIntegrationPart]] = []


def register_integration_part(template: str, *, read: ReadIntegrationPart) -> None:
    """Show it below the cards of the vendors, after those that are there already."""
    _PARTS.append((template, read))


# Returns the same of the cards of all vendors and accounts.
ReadAccountPart = Callable[[HttpRequest, Sequence[Any]], Any]
_ACCOUNT_PARTS: list[tuple[str, ReadAccountPart]] = []


def register_account_part(template: str, *, read: ReadAccountPart) -> None:
    """Show what it reads of the cards right behind those of the vendors, where accounts have theirs."""
    _ACCOUNT_PARTS.append((template, read))


def account_parts(request: HttpRequest, cards: Sequence[Any]) -> list[IntegrationPart]:
    """Return what the page shows of accounts, given the cards of all."""
    return [IntegrationPart(template, shown) for template, read in _ACCOUNT_PARTS if (shown := read(request, cards))]


def integration_parts(request: HttpRequest) -> list[IntegrationPart]:
    """Return what the page shows below the cards of the vendors."""
    return [IntegrationPart(template, shown) for template, read in _PARTS if (shown := read(request))]
