"""Orders: their files and labels, designs, rules, and which customers no vendor is told of."""

from backoffice.settings.base import PRODUCTION, env
from backoffice.settings.vendors import MYPROMO_SANDBOX

# Customers who bought at a marketplace are neither sent letters nor asked for reviews. Their addresses are known by
# these domains, or beginnings of domains ("marketplace.amazon" of .de, .co.uk ...).
RELAY_DOMAINS = env.list(
    "RELAY_DOMAINS",
    pattern=r"[\w.-]+",
    shape="domains or their beginnings",
    default=[
        "marketplace.amazon", "members.ebay", "kaufland-marktplatz.de", "marketplace.otto.market", "otto.market",
        "message.etsy.com", "relay.walmart.com", "message.cdiscount.com", "notifications.galaxus.com",
        "marketplace.bol.com", "verkopen.bol.com",
    ],
)  # fmt: skip

# A rule on a schedule looks at open orders, and at those received within so many days.
RULES_SCHEDULE_DAYS = env.int("RULES_SCHEDULE_DAYS", default=90)

# Print files and documents may live on loopback addresses and plain http: for the sandbox only.
ALLOW_PRIVATE_FILE_HOSTS = env.bool("ALLOW_PRIVATE_FILE_HOSTS", default=False)
# How long an address of a print file or slip serves it; mypromo fetches some time after an order is submitted.
FILE_LINK_DAYS = env.float("FILE_LINK_DAYS", default=14)
# Print files are fetched and measured before an order goes. Off where they live on hosts that do not exist.
CHECK_PRINT_FILES = env.bool("CHECK_PRINT_FILES", default=PRODUCTION and not MYPROMO_SANDBOX)
# Password of the address where vendors ask for labels; empty: no order names it, and nobody gets an answer.
LABEL_SECRET = env.str("LABEL_SECRET", default="")
# Which class finds a vendor order's label: see orders/services/files/generic_labels.py.
LABEL_SOURCE = env.str(
    "LABEL_SOURCE",
    default="orders.services.files.generic_labels.SuppliedLabels",
    pattern=r"\w+(\.\w+)+",
    shape="the dotted path of a class",
)
# Seconds a vendor's editor may take while a customer waits for it.
DESIGN_SECONDS = env.float("DESIGN_SECONDS", default=8)
