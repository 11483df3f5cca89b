"""One person with two e-mail addresses becomes one customer, and two again where that was wrong."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from backoffice.errors import ELIGIBLE, Conflict, Eligibility, ineligible
from backoffice.text.translatable import gettext as _
from orders.customers.models import Customer, CustomerEmail, CustomerMerge, CustomerNote
from orders.customers.services.people import MOST_EMAILS, Person, ensure_customer, find_person, fold_email


def can_merge(person: Person, other: Person) -> Eligibility:
    """Return whether the two may become one."""
    if set(person.emails) & set(other.emails):
        return ineligible(_("These e-mail addresses already belong to the same customer."), code="same_customer")
    if len(person.emails) + len(other.emails) > MOST_EMAILS:
        text = _("A customer can have at most %(most)d e-mail addresses.")
        return ineligible(text % {"most": MOST_EMAILS}, code="too_many_emails")
    return ELIGIBLE


@transaction.atomic
def merge_customers(email: str, other: str, *, actor: str) -> CustomerMerge:
    """Have the customer of `email` take over e-mails and notes of the customer of `other`. No order is changed.

    Preferences are taken over where the first has none. Raise IllegalTransition when they are one already, or would
    have too many e-mails.
    """
    kept, gone = _lock_both(email, other)
    can_merge(find_person(email), find_person(other)).ensure()
    emails = list(gone.emails.values_list("email", flat=True))
    notes = list(gone.notes.values_list("pk", flat=True))
    gone.emails.update(customer=kept)
    gone.notes.update(customer=kept)
    if gone.preferences and not kept.preferences:
        kept.preferences = gone.preferences
        kept.save(update_fields=["preferences", "updated_at"])
    merge = CustomerMerge.objects.create(kept=kept, gone=gone, emails=emails, notes=notes, merged_by=actor)
    kept.events.create(actor=actor, kind="customer.merged", params={"emails": ", ".join(emails)})
    return merge


@transaction.atomic
def undo_merge(merge: CustomerMerge, *, actor: str) -> CustomerMerge:
    """Give back the e-mails and notes that came with the merge, wherever later merges have taken them; what was written
    since stays. Raise Conflict when it is undone already.
    """
    held_by = _lock_holder(merge)
    merge = CustomerMerge.objects.select_for_update().get(pk=merge.pk)
    merge.can_undo().ensure()
    CustomerEmail.objects.filter(customer=held_by, email__in=merge.emails).update(customer=merge.gone_id)
    CustomerNote.objects.filter(customer=held_by, pk__in=merge.notes).update(customer=merge.gone_id)
    merge.undone_by, merge.undone_at = actor, timezone.now()
    merge.save(update_fields=["undone_by", "undone_at"])
    params = {"emails": ", ".join(merge.emails)}
    held_by.events.create(actor=actor, kind="customer.separated", params=params)
    others = ", ".join(held_by.emails.values_list("email", flat=True))
    merge.gone.events.create(actor=actor, kind="customer.separated", params={"emails": others})
    return merge


def merges_of(person: Person) -> list[CustomerMerge]:
    """Return the merges that make up the person now, newest first: those of what it took over as well. One query."""
    if person.customer is None:
        return []
    rows = CustomerMerge.objects.filter(emails__overlap=list(person.emails), undone_at__isnull=True)
    return list(rows[:MOST_EMAILS])


def _lock_both(email: str, other: str) -> tuple[Customer, Customer]:
    """Lock the customers of both e-mails, which are made in one order and locked in one order, whoever comes first."""
    pair = sorted({fold_email(email), fold_email(other)})
    while True:
        keys = _customers_of(pair)
        for missing in [one for one in pair if one not in keys]:
            ensure_customer(missing)
        keys = _customers_of(pair)
        locked = Customer.objects.locked(*keys.values())
        if _customers_of(pair) == keys:
            return locked[keys[fold_email(email)]], locked[keys[fold_email(other)]]


def _customers_of(emails: Iterable[str]) -> dict[str, int]:
    return dict(CustomerEmail.objects.filter(email__in=list(emails)).values_list("email", "customer_id"))


def _lock_holder(merge: CustomerMerge) -> Customer:
    """Lock who holds now what the merge took over, and who is to get it back."""
    while True:
        pk = _holder_of(merge)
        locked = Customer.objects.locked(pk, merge.gone_id)
        if pk not in locked or merge.gone_id not in locked:
            raise Conflict(_("The customers have already been separated."))
        if _holder_of(merge) == pk:
            return locked[pk]


def _holder_of(merge: CustomerMerge) -> int:
    """Return the customer at the end of the chain of merges that are not undone."""
    pk = merge.kept_id
    for _step in range(MOST_EMAILS):
        active = CustomerMerge.objects.filter(gone=pk, undone_at__isnull=True)
        above = active.values_list("kept_id", flat=True).first()
        if above is None:
            break
        pk = above
    return pk
