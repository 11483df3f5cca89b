"""Campaigns with their recipients, exports and opt-outs."""

from orders.marketing.models.campaign import CampaignEvent, CampaignState, MailCampaign, Postage, ProductionSpeed
from orders.marketing.models.card_recipient import CardConversion, CardDeliveryState, CardRecipient, CardState, LeftOut
from orders.marketing.models.export import Consent, ExportBatch, ExportState, OptOut, OrderExport

__all__ = [
    "CampaignEvent",
    "CampaignState",
    "CardConversion",
    "CardDeliveryState",
    "CardRecipient",
    "CardState",
    "Consent",
    "ExportBatch",
    "ExportState",
    "LeftOut",
    "MailCampaign",
    "OptOut",
    "OrderExport",
    "Postage",
    "ProductionSpeed",
]
