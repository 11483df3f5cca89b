"""Who stands behind an e-mail address: one customer may have several."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from orders.customers.models import Customer, CustomerEmail

# Whoever has more is a shop or a mistake; each costs a look into an index.
MOST_EMAILS = 20


@dataclass(frozen=True)
class Person:
    """All e-mails of a customer, in lower case, that one first by which somebody asked; `customer` is None as long as
    nothing is written down about them.
    """

    emails: tuple[str, ...]
    customer: Customer | None = None

    @property
    def email(self) -> str:
        return self.emails[0]


def fold_email(email: str) -> str:
    """Return the e-mail as customers are told apart by it."""
    return email.strip().lower()


def find_person(email: str) -> Person:
    """Return who has the e-mail; whether there are orders of theirs is not looked at. One query or two."""
    folded = fold_email(email)
    row = CustomerEmail.objects.select_related("customer").filter(email=folded).first()
    if row is None:
        return Person((folded,))
    others = CustomerEmail.objects.filter(customer=row.customer_id).exclude(pk=row.pk)
    return Person((folded, *others.values_list("email", flat=True)[:MOST_EMAILS]), row.customer)


def lock_customer(email: str) -> Customer:
    """Return the customer of that e-mail, made if need be, locked to the end of the transaction."""
    while True:
        pk = ensure_customer(email)
        locked = Customer.objects.locked(pk)
        # Merged or separated while we waited for the lock: it is somebody else's now.
        if CustomerEmail.objects.filter(email=fold_email(email), customer=pk).exists():
            return locked[pk]


def ensure_customer(email: str) -> int:
    """Return the key of the customer of that e-mail, made if need be. Must run in a transaction."""
    folded = fold_email(email)
    known = CustomerEmail.objects.filter(email=folded).values_list("customer_id", flat=True)
    if (pk := known.first()) is not None:
        return pk
    try:
        with transaction.atomic():
            made = Customer.objects.create()
            CustomerEmail.objects.create(customer=made, email=folded)
    except IntegrityError:  # somebody else was first
        return known.get()
    return made.pk
