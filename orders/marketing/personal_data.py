"""What marketing holds of people."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from backoffice.privacy.person import DataSubject
from backoffice.privacy.registry import (
    CLEAR,
    FREE,
    SCRUB,
    Disclosure,
    Holder,
    disclosures,
    guards,
    identities,
    register,
)
from backoffice.privacy.services.hashing import hash_email
from backoffice.text.translatable import gettext as _t
from orders.marketing.models import (
    CampaignState,
    CardConversion,
    CardRecipient,
    ExportBatch,
    MailCampaign,
    OptOut,
    OrderExport,
)
from orders.marketing.models.campaign import CampaignEvent
from orders.models import Order
from orders.personal_data import of_orders

# The vendor has its recipients, and they may still be taken out.
_UNDER_WAY = (CampaignState.PREPARING, CampaignState.PROOFED, CampaignState.PAYING, CampaignState.PAYMENT_NEEDED)
_CARD = (
    "firstname",
    "lastname",
    "organisation",
    "address1",
    "address2",
    "city",
    "zip5",
    "zip4",
    "email",
    "said",
    "key",
)


def _find_recipients(person: DataSubject) -> QuerySet[Any]:
    theirs = Q(order__in=person.of(Order)) | Q(folded__in=person.emails - {""})
    for first, last in person.names:
        if first and last:
            theirs |= Q(firstname__iexact=first, lastname__iexact=last, address1__in=person.streets)
    return CardRecipient.objects.alias(folded=Lower("email")).filter(theirs)


def _find_conversions(person: DataSubject) -> QuerySet[Any]:
    return CardConversion.objects.filter(Q(order__in=person.of(Order)) | Q(recipient__in=person.of(CardRecipient)))


def _find_campaigns(person: DataSubject) -> QuerySet[Any]:
    return MailCampaign.objects.filter(recipients__in=person.of(CardRecipient)).distinct()


def _find_batches(person: DataSubject) -> QuerySet[Any]:
    return ExportBatch.objects.filter(exports__order__in=person.of(Order)).distinct()


def _erase_campaigns(person: DataSubject, rows: QuerySet[Any]) -> None:
    """Have proofs gone, which show a card with somebody's address; they can be made again."""
    rows.update(proof_path="", proof_size=0, problem="")


def _find_opt_outs(person: DataSubject) -> QuerySet[Any]:
    return OptOut.objects.filter(email__in=person.emails)


def _hash_opt_outs(person: DataSubject, rows: QuerySet[Any]) -> None:
    """Have them hold without being known: the e-mail is kept as a hash."""
    for row in rows:
        hashed = hash_email(row.email)
        if OptOut.objects.filter(email=hashed, consent=row.consent).exists():
            row.delete()
        else:
            OptOut.objects.filter(pk=row.pk).update(email=hashed, reason="")


def _under_way(person: DataSubject) -> Iterable[str]:
    rows = MailCampaign.objects.filter(recipients__in=_find_recipients(person), state__in=_UNDER_WAY)
    for name in rows.distinct().values_list("name", flat=True)[:3]:
        yield _t("Still open: campaign %(name)s, which includes the person.") % {"name": name}


def _told(person: DataSubject) -> Iterable[Disclosure]:
    """Yield who was told of their orders: none of these vendors takes it back over its interface."""
    exports = OrderExport.objects.filter(order__in=person.concerned(Order), times_exported__gt=0)
    for vendor in sorted(set(exports.values_list("vendor", flat=True))):
        numbers = exports.filter(vendor=vendor).values_list("order__number", flat=True)
        how = _t("Its API cannot delete data. Request deletion by e-mail with the prepared text.")
        yield Disclosure(vendor, _t("name, address or e-mail, and what was ordered"), tuple(numbers), how)
    cards = CardRecipient.objects.filter(pk__in=_find_recipients(person)).exclude(vendor_id="")
    for vendor in sorted(set(cards.values_list("campaign__vendor", flat=True))):
        ids = cards.filter(campaign__vendor=vendor).values_list("vendor_id", flat=True)
        how = _t(
            "A paid card cannot be recalled, and reported sales can only be deleted by an upload. Request deletion "
            "by e-mail."
        )
        yield Disclosure(vendor, _t("name and address for a card, and reported sales"), tuple(ids), how)


guards.append(_under_way)
disclosures.append(_told)


def _identify() -> Iterable[tuple[str, str, int]]:
    emails = CardRecipient.objects.exclude(email="").values_list(Lower("email"), flat=True)
    return ((email, "", 0) for email in emails.iterator(chunk_size=5000))


identities.append(_identify)
register(
    Holder(
        model=CardConversion,
        holds=_("purchases after a card"),
        find=_find_conversions,
        deleted=True,
        fields={"problem": FREE},
        plain={"upload_id": "a number"},
    ),
    Holder(
        model=CardRecipient,
        holds=_("names and addresses of card recipients"),
        find=_find_recipients,
        deleted=True,
        fields=dict.fromkeys(_CARD, CLEAR),
        plain={"state_code": "a state", "raw_delivery": "the vendor's word"},
    ),
    Holder(
        model=MailCampaign,
        holds=_("proofs of cards, which show one of the addresses"),
        find=_find_campaigns,
        erase=_erase_campaigns,
        files=lambda row: [row.proof_path] if row.proof_path else [],
        shared=True,
        fields={"problem": SCRUB, "proof_path": CLEAR},
        plain=dict.fromkeys(
            ("name", "template_name", "uncertain_ids", "abandoned_ids", "price_lines", "counts", "drafts_before"),
            "of a campaign",
        ),
    ),
    Holder(
        model=CampaignEvent, holds=_("history of a campaign"), fields={"params": SCRUB},
    ),
    Holder(
        model=OrderExport,
        holds=_("which vendor an order was sent to"),
        find=of_orders(OrderExport),
        fields={"text": FREE},
        plain={"account": "an account of ours"},
    ),
    Holder(
        model=ExportBatch,
        holds=_("which orders were sent to a vendor together"),
        find=_find_batches,
        erase=lambda person, rows: None,
        shared=True,
        plain={"group": "a shop"},
    ),
    Holder(
        model=OptOut,
        holds=_("who has opted out of letters or review requests; kept as a hash, so that it stays in effect"),
        find=_find_opt_outs,
        erase=_hash_opt_outs,
        fields={"email": CLEAR, "reason": CLEAR},
        kept=_("permanently, as a hash once the person is erased"),
    ),
)  # fmt: skip
