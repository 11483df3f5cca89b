"""How long is kept what grows by itself (docs/operate/growth.md). What belongs to an order stays as long as that."""

from backoffice.settings.base import env

# Whole months, since they go by partitions: requests to vendors with their answers, and what vendors called us with.
ATTEMPT_MONTHS = env.int("ATTEMPT_MONTHS", default=6, least=1, most=120)
CALLBACK_MONTHS = env.int("CALLBACK_MONTHS", default=6, least=1, most=120)
# From then on a confirmed push is a line: what, to whom, when, how it ended.
PUSH_DETAIL_DAYS = env.int("PUSH_DETAIL_DAYS", default=180, least=30, most=3650)
# A request repeated within that time gets the answer of the first; docs/api/idempotency.md promises 30 days.
IDEMPOTENCY_DAYS = env.int("IDEMPOTENCY_DAYS", default=35, least=30, most=3650)
# Events of webhooks, with what was delivered of them: what a storefront may still read back.
WEBHOOK_EVENT_DAYS = env.int("WEBHOOK_EVENT_DAYS", default=90, least=7, most=3650)
# Notices that are done, missed webhooks, readings of catalogues, days of vendors, reports of browsers and the like.
LOG_DAYS = env.int("LOG_DAYS", default=180, least=30, most=3650)
# Mails that were sent or given up.
MAIL_DAYS = env.int("MAIL_DAYS", default=730, least=30, most=3650)
