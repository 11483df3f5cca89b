"""What staff write down about a customer: notes, and what whoever works on an order of theirs has to know."""

from django.db import transaction

from backoffice.errors import Conflict, InvalidInput
from backoffice.text.translatable import gettext as _
from orders.customers.models import Customer, CustomerNote
from orders.customers.models.customer import LONGEST_NOTE, LONGEST_PREFERENCES
from orders.customers.services.people import lock_customer

MOST_NOTES = 200


@transaction.atomic
def add_note(email: str, text: str, *, actor: str) -> CustomerNote:
    """Keep a note about the customer of that e-mail. Raise InvalidInput for an empty or endless one, and where there
    are too many.
    """
    _ensure_length(text, "text", most=LONGEST_NOTE)
    if not text:
        raise InvalidInput(_("The note is empty."), errors={"text": [_("Enter some text.")]})
    customer = lock_customer(email)
    if customer.notes.count() >= MOST_NOTES:
        message = _("A customer can have at most %(most)d notes. Remove an old one first.") % {"most": MOST_NOTES}
        raise InvalidInput(message, errors={"text": [message]})
    note = CustomerNote.objects.create(customer=customer, text=text, written_by=actor)
    customer.events.create(actor=actor, kind="customer.noted")
    return note


@transaction.atomic
def remove_note(note: CustomerNote, *, actor: str) -> None:
    """Remove the note; the history says whose it was. Raise Conflict when it is gone already."""
    customer = Customer.objects.locked(note.customer_id)[note.customer_id]
    deleted, _rows = CustomerNote.objects.filter(pk=note.pk, customer=customer).delete()
    if not deleted:
        raise Conflict(_("The note has already been removed."))
    customer.events.create(actor=actor, kind="customer.note_removed", params={"by": note.written_by})


@transaction.atomic
def change_preferences(email: str, text: str, *, before: str, actor: str) -> Customer:
    """Keep what has to be known on top of each order of the customer; empty for nothing.

    `before` is what the writer saw: raise Conflict when somebody has changed it since, InvalidInput when it is longer
    than it may be.
    """
    _ensure_length(text, "preferences", most=LONGEST_PREFERENCES)
    customer = lock_customer(email)
    if customer.preferences != before:
        raise Conflict(_("The preferences were changed in the meantime. Review them, then save yours again."))
    if customer.preferences != text:
        params = {"before": customer.preferences or "–", "after": text or "–"}
        customer.preferences = text
        customer.save(update_fields=["preferences", "updated_at"])
        customer.events.create(actor=actor, kind="customer.preferences", params=params)
    return customer


def _ensure_length(text: str, field: str, *, most: int) -> None:
    if len(text) > most:
        message = _("At most %(most)d characters.") % {"most": most}
        raise InvalidInput(message, errors={field: [message]})
