"""Who is meant, and what is held of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from backoffice.privacy.person import DataSubject
from backoffice.privacy.registry import About, Holder, PossiblePerson, holders, searches, seeds
from backoffice.text.translatable import gettext as _

MOST_CANDIDATES = 20


@dataclass(frozen=True)
class Held:
    """The rows of one holder that are a person's."""

    holder: Holder
    count: int


def find_candidates(text: str) -> list[PossiblePerson]:
    """Return who may be meant by an e-mail, a name, a telephone number or the number of an order."""
    text = text.strip()
    found = (candidate for search in searches for candidate in search(text)) if text else iter(())
    known = list(islice(found, MOST_CANDIDATES))
    email = text.lower()
    if "@" in email and not any(email in candidate.emails for candidate in known):
        # Somebody may have asked, or been written down, and never ordered.
        known.append(PossiblePerson(email, _("No order contains this e-mail address."), (email,)))
    return known


def begin_person(*, emails: Sequence[str], rows: Sequence[tuple[str, int]] = ()) -> DataSubject:
    """Return the person of these e-mails and rows, with all that follows from them."""
    person = DataSubject(emails={email.strip().lower() for email in emails if email.strip()})
    for label, key in rows:
        person.add(apps.get_model(label), [key])
    for seed in seeds:
        seed(person)
    return person


def customers_holders() -> Iterator[Holder]:
    """Yield who holds something of customers, those of the apps above first."""
    return (holder for holder in holders() if holder.about is About.CUSTOMER)


def collect(person: DataSubject) -> dict[str, QuerySet[Any]]:
    """Return the rows that are the person's by label of their model, and note their keys in the person."""
    found: dict[str, QuerySet[Any]] = {}
    for holder in customers_holders():
        if holder.find is None:
            continue
        keys = set(holder.find(person).values_list("pk", flat=True)) | person.of(holder.model)
        person.add(holder.model, keys)
        found[holder.label] = holder.model._base_manager.filter(pk__in=keys)
    return found


def preview(person: DataSubject) -> list[Held]:
    """Return what is held of the person, as far as it is linked to them; what only their text names comes with it."""
    rows = collect(person)
    counted = [Held(one, len(person.of(one.model))) for one in customers_holders() if one.label in rows]
    return [one for one in counted if one.count]
