"""A person as they are known here: what they are called, and the rows that are theirs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import models
from django.db.models import Q

# Shorter, and it may be a part of any word.
SHORTEST_WORD = 2
_COMPARED_DIGITS = 9


@dataclass
class DataSubject:
    """Everything by which one person is recognised. `keys` grows while holders are asked, from apps above downwards."""

    emails: set[str] = field(default_factory=set)  # in small letters
    names: set[tuple[str, str]] = field(default_factory=set)  # (first name, last name)
    # Those of the names that others have too: these are looked for in their own rows only.
    namesakes: set[tuple[str, str]] = field(default_factory=set)
    streets: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)  # whatever else names nobody but them, such as an IBAN
    # What may be somebody else's too, such as the name of who got a present: looked for in their own rows only.
    shared: set[str] = field(default_factory=set)
    # Looked for nowhere: search words of them go with the last order that has them.
    towns: set[str] = field(default_factory=set)
    # Numbers of their orders and whatever else vendors and shops call these: it leads to rows, and stays.
    references: set[str] = field(default_factory=set)
    # Label of a model in small letters -> keys of the rows that are theirs.
    keys: dict[str, set[Any]] = field(default_factory=lambda: defaultdict(set))

    # The same for rows that are not theirs and named them: what is kept of these says so too.
    named: dict[str, set[Any]] = field(default_factory=lambda: defaultdict(set))
    # Whoever ordered something for them: what these are called, and the orders in question. Their rows are read for the
    # person's words, and otherwise stay.
    givers: "DataSubject | None" = None

    def of(self, model: type[models.Model]) -> set[Any]:
        """Return the keys of the rows of this model that are known to be theirs."""
        return self.keys[model._meta.label_lower]

    def add(self, model: type[models.Model], keys: Iterable[Any]) -> None:
        """Note rows of this model as theirs."""
        self.of(model).update(keys)

    def concerned(self, model: type[models.Model]) -> set[Any]:
        """Return the keys of the rows of this model that are theirs, or of whoever ordered for them."""
        return self.of(model) | (self.givers.of(model) if self.givers else set())

    def by_rows(self) -> "DataSubject":
        """Return them as known by their rows alone; what is found by these is noted here too."""
        return replace(
            self, emails=set(), names=set(), streets=set(), phones=set(), others=set(), shared=set(), givers=None
        )

    def rows(self) -> list[tuple[str, Any]]:
        """Return all rows that are known to be theirs: (label, key)."""
        return [(label, key) for label, keys in self.keys.items() for key in keys]

    def as_subject(self, type_field: str = "subject_type", id_field: str = "subject_id") -> Q:
        """Return the condition for rows that are about something of theirs, by label and key."""
        found = Q(pk__in=[])
        for label, keys in self.keys.items():
            if numbers := [key for key in keys if isinstance(key, int)]:
                found |= Q(**{type_field: label, f"{id_field}__in": numbers})
        return found

    def as_root(self) -> Q:
        """Return the condition for what is recorded about something of theirs, by label and key as a text."""
        found = Q(pk__in=[])
        for label, keys in self.keys.items():
            if keys and not label.startswith("audit."):
                found |= Q(root_type=label, root_id__in=[*map(str, keys)])
        return found

    def spoken_words(self) -> set[str]:
        """Return all that names them as a whole: what a record of what was done must not say any more."""
        streets = {street for street in self.streets if any(map(str.isdigit, street))}
        return self.certain_words() | self.phones | streets

    def certain_words(self) -> set[str]:
        """Return what names nobody but them, wherever it stands. Telephone numbers are looked for apart."""
        whole = {(first, last) for first, last in self.names - self.namesakes if first and last}
        names = {f"{first} {last}" for first, last in whole}
        turned = {f"{last}{between}{first}" for first, last in whole for between in (" ", ", ")}
        return {word for word in self.emails | names | turned | self.others if word}

    def own_words(self) -> set[str]:
        """Return what names them in a row that is theirs: the parts of a name too."""
        parts = {part for name in self.names for part in name}
        return {word for word in parts | self.streets | self.shared if len(word) >= SHORTEST_WORD}

    def known_words(self) -> set[str]:
        """Return all that they are called, in small letters; telephone numbers as their last digits."""
        names = {" ".join(name) for name in self.names}
        words = self.certain_words() | self.own_words() | names | self.streets | self.shared
        return {word.strip().casefold() for word in words} | set(map(last_digits, self.phones))

    def as_json(self) -> dict[str, Any]:
        """Return what they are recognised by, to go on with it later; what was found of it is found again."""
        return {
            "emails": sorted(self.emails),
            "names": sorted(map(list, self.names)),
            "namesakes": sorted(map(list, self.namesakes)),
            "streets": sorted(self.streets),
            "phones": sorted(self.phones),
            "others": sorted(self.others),
            "shared": sorted(self.shared),
            "towns": sorted(self.towns),
            "references": sorted(self.references),
            "keys": {label: sorted(keys) for label, keys in self.keys.items() if keys},
            "named": {label: sorted(keys) for label, keys in self.named.items() if keys},
            "givers": self.givers.as_json() if self.givers else None,
        }


def last_digits(phone: str) -> str:
    """Return what is the same of a telephone number however it is written."""
    return "".join(filter(str.isdigit, phone))[-_COMPARED_DIGITS:]


def read_person(data: Mapping[str, Any]) -> DataSubject:
    """Return who was kept as `as_json` returns it."""
    person = DataSubject()
    for name in ("names", "namesakes"):
        getattr(person, name).update((first, last) for first, last in data.get(name, ()))
    for name in ("emails", "streets", "phones", "others", "shared", "towns", "references"):
        getattr(person, name).update(data.get(name, ()))
    for label, keys in data.get("keys", {}).items():
        person.keys[label].update(keys)
    for label, keys in data.get("named", {}).items():
        person.named[label].update(keys)
    if givers := data.get("givers"):
        person.givers = read_person(givers)
    return person
