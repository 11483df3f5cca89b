"""The page of failures: one card a cause, with what can be done about all of it."""

from dataclasses import dataclass
from urllib.parse import urlencode

from backoffice.engine.admin.push_list import kind_label
from backoffice.engine.admin.subject_links import SubjectLink, subject_links
from backoffice.engine.services.failures import FailureGroup, failure_groups


@dataclass(frozen=True)
class FailureCard:
    """A cause, and the filters of the list that holds just these pushes."""

    group: FailureGroup
    kind: str
    subject: SubjectLink | None
    query: str


def failure_cards() -> list[FailureCard]:
    """Return the cards, the most frequent cause first; a fixed number of queries."""
    groups = failure_groups()
    links = subject_links([group.push for group in groups])
    return [
        FailureCard(
            group=group,
            kind=kind_label(group.push.kind),
            subject=links.get((group.push.subject_type, group.push.subject_id)),
            query=urlencode({"cause": group.key}),
        )
        for group in groups
    ]
