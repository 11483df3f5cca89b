"""What vendors have of somebody who is erased: asked for by itself where they have a way, else by a person."""

from django.db import transaction
from django.utils import timezone

from backoffice.errors import Conflict
from backoffice.privacy.models import PrivacyRequest, VendorErasure
from backoffice.privacy.person import DataSubject
from backoffice.privacy.registry import Disclosure, disclosures
from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import vendor_title


def vendors_of(person: DataSubject) -> list[Disclosure]:
    """Return what each vendor has of the person."""
    return [one for source in disclosures for one in source(person)]


def note_vendors(row: PrivacyRequest, person: DataSubject) -> None:
    """Note what each vendor has, and queue what asks it where it can be asked. Once, however often it is called."""
    known = set(row.vendor_erasures.values_list("vendor", flat=True))
    for one in vendors_of(person):
        if one.vendor in known:
            continue
        about = {"title": row.title or "", "emails": sorted(person.emails), "references": list(one.references)}
        if one.ask is not None:
            one.ask()
        row.vendor_erasures.create(
            vendor=one.vendor, holds=one.holds, how=one.how, about=about, is_asked=one.ask is not None
        )


def letter_of(row: VendorErasure) -> str:
    """Return the text that asks the vendor, to be copied."""
    about = row.about or {}
    text = _(
        "Please erase all personal data of this customer under Article 17 GDPR and confirm the erasure.\nName: "
        "%(title)s\nE-mail: %(emails)s\nOur references: %(references)s"
    )
    return text % {
        "title": about.get("title", ""),
        "emails": ", ".join(about.get("emails", ())),
        "references": ", ".join(about.get("references", ())),
    }


@transaction.atomic
def note_done(pk: int, *, actor: str) -> VendorErasure:
    """Note that the vendor confirmed it; what names the person goes from here too. Raise Conflict the second time."""
    row = VendorErasure.objects.select_for_update().get(pk=pk)
    if row.done_at is not None:
        raise Conflict(_("%(vendor)s is already marked as done.") % {"vendor": vendor_title(row.vendor)})
    row.done_at, row.done_by, row.about = timezone.now(), actor, None
    row.save()
    return row
