"""What is written down of customers."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from backoffice.privacy.person import DataSubject
from backoffice.privacy.registry import CLEAR, FREE, Holder, identities, register, seeds
from orders.customers.models import Customer, CustomerEmail, CustomerMerge
from orders.customers.models.customer import CustomerNote
from orders.customers.models.merge import CustomerEvent


def _add_emails(person: DataSubject) -> None:
    """Add the other e-mails of the same customer."""
    own = CustomerEmail.objects.filter(email__in=person.emails).values("customer")
    person.emails.update(CustomerEmail.objects.filter(customer__in=own).values_list("email", flat=True))


def _find(person: DataSubject) -> QuerySet[Any]:
    gone = CustomerMerge.objects.filter(emails__overlap=sorted(person.emails) or [""]).values("gone")
    return Customer.objects.filter(Q(emails__email__in=person.emails) | Q(pk__in=gone)).distinct()


def _of(model: Any) -> Any:
    return lambda person: model.objects.filter(customer__in=person.of(Customer))


def _find_merges(person: DataSubject) -> QuerySet[Any]:
    theirs = person.of(Customer)
    return CustomerMerge.objects.filter(Q(kept__in=theirs) | Q(gone__in=theirs))


seeds.insert(0, _add_emails)


def _identify() -> Iterable[tuple[str, str, int]]:
    emails = CustomerEmail.objects.exclude(email="").values_list(Lower("email"), flat=True)
    return ((email, "", 0) for email in emails.iterator(chunk_size=5000))


identities.append(_identify)
register(
    Holder(
        model=Customer,
        holds=_("preferences of a customer"),
        find=_find,
        deleted=True,
        fields={"preferences": FREE},
        kept=_("as long as the customer has an order"),
    ),
    Holder(
        model=CustomerEmail,
        holds=_("the customer's e-mail addresses"),
        find=_of(CustomerEmail),
        deleted=True,
        fields={"email": CLEAR},
    ),
    Holder(
        model=CustomerNote,
        holds=_("notes about the customer"),
        find=_of(CustomerNote),
        deleted=True,
        fields={"text": FREE},
    ),
    Holder(
        model=CustomerEvent, holds=_("history of the customer"), find=_of(CustomerEvent), deleted=True,
        fields={"params": FREE},
    ),
    Holder(
        model=CustomerMerge,
        holds=_("which e-mail addresses belong to one person"),
        find=_find_merges,
        deleted=True,
        fields={"emails": CLEAR},
        plain={"notes": "keys of notes"},
    ),
)  # fmt: skip
