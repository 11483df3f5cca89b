"""What marketing registers with the accounts at vendors: which campaigns and exports still need one."""

from backoffice.text.translatable import gettext as _
from backoffice.vendor_accounts.hooks import uses
from orders.marketing.models import CampaignState, ExportState, MailCampaign, OrderExport

_ENDED = (CampaignState.MAILED, CampaignState.CANCELLED)


def _campaigns(account: str) -> str:
    campaign = MailCampaign.objects.filter(vendor=account).exclude(state__in=_ENDED).first()
    return _("The campaign “%(name)s” is not finished there.") % {"name": campaign.name} if campaign else ""


def _exports(account: str) -> str:
    waits = OrderExport.objects.filter(account=account, state=ExportState.WAITING).exists()
    return _("Orders are waiting to be sent to it.") if waits else ""


uses += [_campaigns, _exports]
