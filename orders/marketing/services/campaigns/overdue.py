"""Campaigns in the hands of the background that nothing moves any more, since their push was put aside."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from backoffice.engine.models import Push
from backoffice.text.translatable import gettext as _
from orders.marketing.models import CampaignState, MailCampaign
from orders.marketing.services.campaigns.handling import stick

STALLED = timedelta(minutes=15)
AT_ONCE = 100


def move_stalled_campaigns() -> int:
    """Mark them as stuck, with the reason. Return how many there were."""
    rows = MailCampaign.objects.filter(
        ~Exists(_open_pushes()),
        state__in=[CampaignState.PREPARING, CampaignState.PAYING],
        updated_at__lte=Now() - STALLED,
    )
    return sum(_move_stalled(pk) for pk in rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def _move_stalled(pk: int) -> bool:
    campaign = MailCampaign.objects.locked(pk)
    if Push.objects.about(campaign).open().exists():
        return False
    if campaign.state == CampaignState.PREPARING:
        stick(campaign, _("Preparation has stalled; nothing was paid. Try again."))
    elif campaign.state == CampaignState.PAYING:
        stick(campaign, _("It is not known whether the campaign was checked out. Check this at the vendor first."))
        MailCampaign.objects.filter(pk=pk).exclude(vendor_id="").update(poll_at=Now())
    else:
        return False
    return True


def _open_pushes() -> QuerySet[Push]:
    about = Push.objects.open().filter(subject_type=MailCampaign._meta.label_lower)
    return about.filter(subject_id=OuterRef("pk"))
