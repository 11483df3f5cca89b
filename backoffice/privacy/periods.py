"""What is kept for a time only: kinds, each with the rows that apps above add to it, as they add holders."""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backoffice.accounts.models import Shop


@dataclass(frozen=True, kw_only=True)
class RetentionKind:
    """Something that can be kept for so many days. `default`: days where nobody has said anything; None keeps it.

    `setting`: what ends it too, in days or months, whatever is said here.
    `least`: what is younger is needed for the work itself. `per_shop`: shops may have periods of their own;
    `beside_shops`: some of it is of no shop.
    """

    kind: str
    icon: str
    label: Promise
    # From when the days count, and what becomes of it.
    help: Promise
    default: int | None = None
    setting: str = ""
    least: int = 1
    per_shop: bool = True
    beside_shops: bool = False


@dataclass(frozen=True, kw_only=True)
class RetentionSource:
    """Rows of a kind. `due` returns those of a shop (None: of all, or of no shop) from before a moment that may go, and
    never one of an open order; `forget` ends those with these keys, in the transaction that the caller has.

    `is_marked`: rows stay and are looked at again only once a month, since nothing in them says that they are done.
    `of_shop`: of rows that know their shop by what they are about only, the condition of those of a shop, or of none;
    `due` returns all then. They are read some at a time, and have to be marked.
    """

    name: str
    due: Callable[[Shop | None, datetime], QuerySet[Any]]
    forget: Callable[[Collection[Any]], None]
    is_marked: bool = False
    of_shop: Callable[[Shop | None], Q] | None = None


KINDS: dict[str, RetentionKind] = {
    one.kind: one
    for one in (
        RetentionKind(
            kind="orders",
            icon="shopping_bag",
            label=_("Orders"),
            help=_("After an order ends, its customer data is erased. Numbers, amounts, dates and the country remain."),
            least=30,
        ),
        RetentionKind(
            kind="addresses",
            icon="home",
            label=_("Addresses"),
            help=_("After an order ends, its addresses are cleared. The country and the VAT ID remain."),
            least=30,
        ),
        RetentionKind(
            kind="files",
            icon="picture_as_pdf",
            label=_("Print files, labels, photos"),
            help=_("After receipt, unless an open order needs them."),
            least=30,
            beside_shops=True,
        ),
        RetentionKind(
            kind="enquiries",
            icon="help",
            label=_("Enquiries"),
            help=_("After they were answered."),
            beside_shops=True,
        ),
        RetentionKind(
            kind="mails",
            icon="mail",
            label=_("E-mails"),
            help=_("After they were sent. Deleted e-mails cannot be sent again."),
            setting="MAIL_DAYS",
            least=7,
            beside_shops=True,
        ),
        RetentionKind(
            kind="imports",
            icon="upload",
            label=_("Imported tables"),
            help=_("After the upload. Orders created from them remain."),
            setting="ORDER_IMPORT_DAYS",
            least=7,
        ),
        RetentionKind(
            kind="exports",
            icon="download",
            label=_("Exports and jobs"),
            help=_("After they were created. JOB_DAYS may shorten the period."),
            setting="JOB_DAYS",
            per_shop=False,
        ),
        RetentionKind(
            kind="attempts",
            icon="north_east",
            label=_("Content of outgoing requests"),
            help=_("After each was sent. The fact that it was sent, when and with what outcome is kept."),
            setting="ATTEMPT_MONTHS",
            least=30,
            beside_shops=True,
        ),
        RetentionKind(
            kind="callbacks",
            icon="south_west",
            label=_("Content of incoming webhooks"),
            help=_("After each was processed. The fact that it arrived is kept."),
            setting="CALLBACK_MONTHS",
            least=30,
            beside_shops=True,
        ),
        RetentionKind(
            kind="searches",
            icon="search",
            label=_("Searches"),
            help=_("Who searched for whom, after the search."),
            setting="AUDIT_DAYS",
            per_shop=False,
        ),
        RetentionKind(
            kind="audit",
            icon="history",
            label=pgettext_lazy("privacy", "Audit trail"),
            help=_("Who changed what, after the change."),
            setting="AUDIT_DAYS",
            least=30,
            per_shop=False,
        ),
        RetentionKind(
            kind="sign_ins",
            icon="login",
            label=_("Sign-in history"),
            help=_("After each sign-in. SIGN_IN_HISTORY_DAYS may shorten the period."),
            setting="SIGN_IN_HISTORY_DAYS",
            per_shop=False,
        ),
    )
}
SOURCES: dict[str, list[RetentionSource]] = defaultdict(list)


def add_source(kind: str, source: RetentionSource) -> None:
    """Add rows to a kind. Raises KeyError for a kind that there is none of."""
    SOURCES[KINDS[kind].kind].append(source)
