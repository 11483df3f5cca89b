"""Enquiries from vendors' forms: kept once, and done when a person says so."""

from django.db import transaction
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.errors import IllegalTransition, InvalidInput
from backoffice.text.translatable import gettext as _
from backoffice.vendors.sign_messages import FormSubmission
from backoffice.webhooks.services.recording import NewEvent, record_events
from catalog.services.custom_products import find_sign_shop
from orders.models import Enquiry


@transaction.atomic
def take_enquiry(form: FormSubmission, *, shop_code: str) -> tuple[Enquiry, bool]:
    """Keep the enquiry, once. Return it and whether it is new."""
    enquiry, is_new = Enquiry.objects.get_or_create(
        vendor=form.vendor,
        vendor_id=form.vendor_id,
        defaults={
            "shop": _shop(shop_code),
            "form": form.label,
            "subject": form.subject,
            "name": form.name,
            "email": form.email,
            "answers": [{"name": answer.name, "value": answer.value} for answer in form.answers],
            "submitted_at": form.created_at,
        },
    )
    if is_new and enquiry.shop_id:
        record_events([event_about_enquiry("enquiry.received", enquiry)])
    return enquiry, is_new


def event_about_enquiry(topic: str, enquiry: Enquiry) -> NewEvent:
    """Return an event about it. It has no address in the API: the shop learns that there is one, staff answer it."""
    return NewEvent(enquiry.shop_id, topic, "enquiry", str(enquiry.pk), "")


def _shop(code: str) -> Shop | None:
    """Return the shop; nobody waits for a response here, so an enquiry of an unknown one is kept without."""
    try:
        return find_sign_shop(code)
    except InvalidInput:
        return None


def finish_enquiry(enquiry: Enquiry, *, actor: str) -> None:
    """Mark it as dealt with. Raise IllegalTransition when somebody was first."""
    updated = Enquiry.objects.filter(pk=enquiry.pk, done_at__isnull=True).update(done_at=timezone.now(), done_by=actor)
    if not updated:
        raise IllegalTransition(_("The enquiry is already done."))


def reopen_enquiry(enquiry: Enquiry) -> None:
    """Mark it as open again. Raise IllegalTransition when it is."""
    updated = Enquiry.objects.filter(pk=enquiry.pk, done_at__isnull=False).update(done_at=None, done_by="")
    if not updated:
        raise IllegalTransition(_("The enquiry is open."))
