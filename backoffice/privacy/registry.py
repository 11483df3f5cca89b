"""Who holds personal data: every model says so here, or why it holds none.

An app says it in a module `personal_data`, which is loaded when Django starts. A test goes over all models and all of
their columns that could hold a text: one that is missing here fails it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.functional import Promise

from backoffice.model_fields import SealedJSONField
from backoffice.privacy.person import DataSubject

Text = str | Promise


class About(StrEnum):
    """Whose data it is: only customers' is given out and erased on request here."""

    CUSTOMER = "customer"
    STAFF = "staff"


class Fate(Enum):
    """What becomes of a column when a person is erased."""

    CLEAR = "clear"  # emptied
    SCRUB = "scrub"  # what names the person is taken out, the rest stays; in rows of others too
    FREE = "free"  # emptied where the row is theirs, scrubbed elsewhere
    KEEP = "keep"  # of the person, but needed by law or for the opt-out to hold


CLEAR, SCRUB, FREE, KEEP = Fate.CLEAR, Fate.SCRUB, Fate.FREE, Fate.KEEP


_TEXTS = (models.CharField, models.TextField, models.JSONField, models.BinaryField, ArrayField)


@dataclass(frozen=True, kw_only=True)
class Holder:
    """A model whose rows hold something of a person.

    `find` returns the rows that are the person's; None for rows that are recognised by their text only. What is
    emptied or scrubbed of them is in `fields`. Rows that are `deleted` need none: they go as a whole.
    """

    model: type[models.Model]
    holds: Text
    find: Callable[[DataSubject], models.QuerySet[Any]] | None = None
    fields: Mapping[str, Fate] = field(default_factory=dict)
    deleted: bool = False
    # What happens in place of all that; it gets the person and the rows found, in a transaction.
    erase: Callable[[DataSubject, models.QuerySet[Any]], None] | None = None
    # Paths of files that go with a row, where it is no `StoredFile`; they are deleted with what is found.
    files: Callable[[Any], Iterable[str]] | None = None
    # A row is of several people: nothing that hangs on it is emptied as a whole, nor given to one of them.
    shared: bool = False
    # Of an order that somebody else placed for them: which rows show their address as a whole, and go as their own
    # would. Of the others they are taken out.
    given: Callable[[models.QuerySet[Any]], models.QuerySet[Any]] | None = None
    # Which of the rows found are given to the person; all of them, unless it says otherwise.
    exported: Callable[[DataSubject, models.QuerySet[Any]], models.QuerySet[Any]] | None = None
    about: About = About.CUSTOMER
    # How long it is kept: a kind of retention, or a sentence where something else ends it.
    kept: Text = "orders"
    # The setting that ends it too, in days or months: `%(period)s` in a sentence. None where it is that of its kind,
    # empty where there is none.
    setting: str | None = None
    # Columns that could hold a text and name nobody: column -> why.
    plain: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return self.model._meta.label

    @property
    def scrubbed(self) -> list[str]:
        """Columns out of which a person's words are taken, whoever the row belongs to."""
        return [name for name, fate in self.fields.items() if fate in (SCRUB, FREE)]

    @property
    def texts(self) -> list[str]:
        """Return the columns of texts that end with a person, whether emptied or scrubbed."""
        found = [self.model._meta.get_field(name) for name, fate in self.fields.items() if fate is not KEEP]
        return [one.name for one in found if isinstance(one, _TEXTS) and not isinstance(one, SealedJSONField)]

    @property
    def emptied(self) -> list[str]:
        """Columns that are emptied where a row is theirs."""
        return [name for name, fate in self.fields.items() if fate in (CLEAR, FREE)]


# Columns that mean the same wherever they stand, and name nobody that a request could be about.
_WORDS = "vendor vendor_id reference kind subject_type topic state raw_state raw_kind source_key lane"
_STAFF = """
    actor created_by changed_by decided_by made_by done_by noted_by requested_by asked_by added_by updated_by written_by
    author_name placed_by released_by raised_by settled_by stopped_by opened_by ended_by paid_by merged_by undone_by
    excluded_by checkout_by
"""
_RANDOM = "key public_id dedup_key request_id token step method editor"
COMMON: Mapping[str, str] = {
    **dict.fromkeys(_WORDS.split(), "a name, number or word of the vendor's or ours for a thing"),
    **dict.fromkeys(["sku", "sku_fulfiller", "carrier"], "of a thing"),
    **dict.fromkeys(["currency", "language", "country_code"], "of a country"),
    **dict.fromkeys(_STAFF.split(), "staff, a shop, a vendor or a rule: who did it stays on record"),
    **dict.fromkeys(["path", "sha256", "content_type"], "of a file: made here, of its content"),
    **dict.fromkeys(_RANDOM.split(), "made at random"),
    "source_ip": "the machine of a vendor",
}

_HOLDERS: dict[str, Holder] = {}
_WITHOUT: dict[str, str] = {}
# Called with a person of whom some words are known; add the rows and words that follow from them.
seeds: list[Callable[[DataSubject], None]] = []
# Called with a person once it is certain that they are erased, before anything is: what comes in from now on must not
# bring them back. Called again where an erasure goes on.
marks: list[Callable[[DataSubject], None]] = []
# Called with a person once they are erased: what keeps a record of all that was done forgets the values that are gone
# now. What fails is called again: by an erasure, which is not done before, and by the retention, whose batch is undone.
afterwards: list[Callable[[DataSubject], None]] = []
# Called with a person before they are erased; return why it has to wait, a sentence each.
guards: list[Callable[[DataSubject], Iterable[str]]] = []
# Called with a person; yield which vendors have something of them, and what can be done about it.
disclosures: list[Callable[[DataSubject], Iterable["Disclosure"]]] = []
# Called with what somebody typed: an e-mail, a name, a telephone number, the number of an order; yield who may be
# meant.
searches: list[Callable[[str], Iterable["PossiblePerson"]]] = []


# Yield all by which somebody can be recognised, to compare it with hashes: (word, label of a model, key of its row), or
# (e-mail, "", 0).
identities: list[Callable[[], Iterable[tuple[str, str, int]]]] = []


@dataclass(frozen=True)
class PossiblePerson:
    """Somebody who may be meant: how they are shown, and what the person is begun with."""

    title: str
    detail: str
    emails: tuple[str, ...] = ()
    # (label of a model, key) of rows that are theirs without an e-mail.
    rows: tuple[tuple[str, int], ...] = ()


def register(*holders: Holder) -> None:
    """Note who holds personal data. An app registers what its others stand on first."""
    for holder in holders:
        _HOLDERS[holder.label] = holder


def register_without(reason: str, *labels: str) -> None:
    """Note models that hold nothing of a person, and why."""
    for label in labels:
        _WITHOUT[apps.get_model(label)._meta.label] = reason


def holders() -> Iterator[Holder]:
    """Yield all holders, those of the apps above first: what they know leads to what lies below them."""
    order = [config.label for config in apps.get_app_configs()]
    yield from sorted(_HOLDERS.values(), key=lambda one: -order.index(one.model._meta.app_label))


def shared_labels() -> list[str]:
    """Return what is of several people, in small letters as pushes and entries name it."""
    return [holder.model._meta.label_lower for holder in _HOLDERS.values() if holder.shared]


def holder_of(label: str) -> Holder | None:
    return _HOLDERS.get(label)


def reasons() -> Mapping[str, str]:
    """Return the models that hold nothing of a person, by label, with the reason."""
    return _WITHOUT


@dataclass(frozen=True)
class Disclosure:
    """What one vendor has of a person: what it is called there, and how it is asked to erase it.

    `ask` queues what asks for it by itself, and is called in the transaction that notes it; without it a person asks.
    """

    vendor: str
    holds: str
    references: tuple[str, ...] = ()
    how: str = ""
    ask: Callable[[], None] | None = None
