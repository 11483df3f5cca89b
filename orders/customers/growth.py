"""Why customers are kept."""

from backoffice.engine.services.retention import keep

keep(
    "customers.Customer", "customers.CustomerEmail", "customers.CustomerNote", "customers.CustomerMerge",
    "customers.CustomerEvent", because="as many as customers; see privacy",
)  # fmt: skip
