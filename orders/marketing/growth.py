"""Why campaigns and exports are kept."""

from backoffice.engine.services.retention import keep

keep(
    "marketing.MailCampaign", "marketing.CampaignEvent", "marketing.CardRecipient", "marketing.CardConversion",
    because="what was paid for, and who had a card before; see privacy",
)  # fmt: skip
keep(
    "marketing.OrderExport", "marketing.ExportBatch",
    because="as long as the order: they keep it from being exported twice",
)  # fmt: skip
keep("marketing.OptOut", because="for ever: who wants no mail must get none")
