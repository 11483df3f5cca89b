"""Whom staff mean, and why."""

from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from backoffice.privacy.models.request import LONGEST_REASON
from backoffice.privacy.services.requests import Meant
from backoffice.staff.text_fields import ParagraphField
from backoffice.text.cleaning import BadText, clean_code

MOST_NAMED, LONGEST_EMAIL = 50, 255
# Rows that lead to a person: an order without e-mail, and an address in an order of somebody else.
_LABELS = ("orders.order", "orders.address")
# How an address names a row without an e-mail: "orders.order:17".
_APART = ":"


class ErasureForm(forms.Form):
    """Why somebody is erased."""

    reason = ParagraphField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 2}),
        help_text=_(
            "For example: requested by e-mail on 3 November. Anything that names the person is removed from it."
        ),
    )


def read_meant(request: HttpRequest) -> Meant | None:
    """Return whom the address or the form names; None where it names nobody that could be."""
    given = request.POST if request.method == "POST" else request.GET
    emails, rows = _emails(given), _rows(given)
    return Meant("", emails, rows) if emails or rows else None


def address_of(emails: Any, rows: Any) -> str:
    """Return what an address names somebody by."""
    query = QueryDict(mutable=True)
    query.setlist("email", list(emails))
    query.setlist("row", [f"{label}{_APART}{key}" for label, key in rows])
    return query.urlencode()


def _emails(given: QueryDict) -> list[str]:
    found = []
    for email in given.getlist("email")[:MOST_NAMED]:
        try:
            text = clean_code(email).lower()
        except BadText:
            continue
        if "@" in text and len(text) <= LONGEST_EMAIL:
            found.append(text)
    return found


def _rows(given: QueryDict) -> list[tuple[str, int]]:
    pairs = [row.partition(_APART) for row in given.getlist("row")[:MOST_NAMED]]
    return [(label, int(key)) for label, _apart, key in pairs if _is_known(label, key)]


def _is_known(label: str, key: str) -> bool:
    return label in _LABELS and key.isascii() and key.isdecimal() and len(key) < 19
