"""What can be mailed: a registry. Apps above add their kinds; the rows and the sending are the same for all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from django.utils.functional import Promise

from backoffice.mail.models import Mail


class Audience(StrEnum):
    CUSTOMER = "customer"
    STAFF = "staff"
    # About somebody's own account: not for anybody to switch off.
    ACCOUNT = "account"


@dataclass(frozen=True)
class Variable:
    """What a template may name: its label and an example for the preview. Links alone become links in the HTML."""

    label: Promise
    example: Promise | str
    is_link: bool = False


class MailKind:
    """One kind of mail. `still_wanted` and `context` are asked right before it is sent, and read what is true then."""

    name: ClassVar[str]
    audience: ClassVar[Audience]
    title: ClassVar[Promise]
    # When it is sent, for who switches it on.
    hint: ClassVar[Promise]
    variables: ClassVar[Mapping[str, Variable]]
    # The product's own words, until staff write others.
    subject_line: ClassVar[Promise]
    body: ClassVar[Promise]

    # Variables that let somebody in: the mail has them, what is kept of it does not.
    secrets: ClassVar[tuple[str, ...]] = ()

    def recipient(self, mail: Mail) -> str:
        """Return where it goes: a customer's address may have been corrected since it was queued."""
        return mail.recipient

    def still_wanted(self, mail: Mail) -> str:
        """Return why it is not to be sent any more; empty when it is."""
        return ""

    def context(self, mail: Mail) -> Mapping[str, Any]:
        """Return a text for each variable."""
        raise NotImplementedError

    def follow(self, mail: Mail) -> None:
        """Do what follows from its end (sent, not sent, refused, unknown), in the same transaction."""


MAIL_KINDS: dict[str, MailKind] = {}

K = TypeVar("K", bound=type[MailKind])


def mail_kind(name: str) -> Callable[[K], K]:
    """Register the class as what that kind of mail is."""

    def register(kind: K) -> K:
        kind.name = name
        MAIL_KINDS[name] = kind()
        return kind

    return register


def kinds_for(audience: Audience) -> list[MailKind]:
    """Return the kinds of mail to them, in the order in which they were registered."""
    return [kind for kind in MAIL_KINDS.values() if kind.audience == audience]


def kind_title(name: str) -> str:
    """Return what a kind is called; one that nobody registers stands for itself."""
    return str(MAIL_KINDS[name].title) if name in MAIL_KINDS else name
