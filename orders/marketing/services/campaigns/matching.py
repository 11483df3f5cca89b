"""Matching recipients with cards at the vendor: it may spell addresses its own way, and names no reference of ours."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from backoffice.vendors.card_messages import CardAddress, RemoteCard
from orders.marketing.models import CardRecipient
from orders.marketing.services.campaigns.addresses import person_key, plain

Way = Callable[[CardAddress], str]


def _name(address: CardAddress) -> str:
    return plain(f"{address.firstname} {address.lastname}") or plain(address.organisation)


def _name_and_zip(address: CardAddress) -> str:
    return f"{_name(address)}|{address.zip5[:5]}" if _name(address) and address.zip5 else ""


def _street_and_zip(address: CardAddress) -> str:
    place = plain(f"{address.address1} {address.address2}")
    return f"{place}|{address.zip5[:5]}|{_name(address).split(' ')[-1]}" if place and address.zip5 else ""


# From the surest to the vaguest; each is tried on what the ones before left over.
WAYS: tuple[Way, ...] = (person_key, _street_and_zip, _name_and_zip)


@dataclass
class Matching:
    """`pairs`: cards by their recipient's key. `duplicates`: cards that repeat one of them. `strange`: the rest."""

    pairs: dict[int, RemoteCard] = field(default_factory=dict)
    duplicates: list[RemoteCard] = field(default_factory=list)
    strange: list[RemoteCard] = field(default_factory=list)


def match_cards(recipients: Iterable[CardRecipient], cards: Iterable[RemoteCard]) -> Matching:
    """Pair each recipient with at most one card. Nobody is in a campaign twice, so a repeat is a duplicate."""
    found = Matching()
    recipients = list(recipients)
    addresses = {row.pk: row.address() for row in recipients}
    by_id = {row.vendor_id: row for row in recipients if row.vendor_id}
    rest = []
    for card in cards:
        row = by_id.get(card.vendor_id)
        if row is not None and row.pk not in found.pairs:
            found.pairs[row.pk] = card
        else:
            rest.append(card)
    for way in WAYS:
        rest = _pair(way, recipients, addresses, rest, found)
    paired_keys = {person_key(card.address) for card in found.pairs.values()}
    for card in rest:
        is_repeat = person_key(card.address) in paired_keys and person_key(card.address)
        (found.duplicates if is_repeat else found.strange).append(card)
    return found


def _pair(
    way: Way,
    recipients: Iterable[CardRecipient],
    addresses: dict[int, CardAddress],
    cards: list[RemoteCard],
    found: Matching,
) -> list[RemoteCard]:
    """Pair by one way; return the cards that are left."""
    free: dict[str, list[CardRecipient]] = defaultdict(list)
    for row in recipients:
        if row.pk not in found.pairs and (key := way(addresses[row.pk])):
            free[key].append(row)
    rest = []
    for card in cards:
        candidates = free.get(way(card.address))
        if candidates:
            found.pairs[candidates.pop(0).pk] = card
        else:
            rest.append(card)
    return rest
