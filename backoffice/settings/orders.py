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

# Calls of rules to addresses that staff give: private networks and plain http are refused unless this is on.
RULE_CALL_PRIVATE_NETWORKS = env.bool("RULE_CALL_PRIVATE_NETWORKS", default=False)
# Seconds that such a call may take, those between its tries (the last one repeats), and the hours after which it is
# left to a person.
RULE_CALL_SECONDS = env.float("RULE_CALL_SECONDS", default=10)
RULE_CALL_BACKOFF = env.floats("RULE_CALL_BACKOFF", default=[5, 30, 120, 600, 3600, 10800, 21600])
RULE_CALL_HOURS = env.float("RULE_CALL_HOURS", default=72)
# How long the exchanges of calls are kept.
RULE_CALL_LOG_DAYS = env.int("RULE_CALL_LOG_DAYS", default=30)

# Print files and documents may live on loopback addresses and plain http: for the sandbox only.
ALLOW_PRIVATE_FILE_HOSTS = env.bool("ALLOW_PRIVATE_FILE_HOSTS", default=False)
# How long an address of a print file or slip serves it; mypromo fetches some time after an order is submitted.
FILE_LINK_DAYS = env.float("FILE_LINK_DAYS", default=14)
# Print files are fetched and measured before an order goes. Off where they live on hosts that do not exist.
CHECK_PRINT_FILES = env.bool("CHECK_PRINT_FILES", default=PRODUCTION and not MYPROMO_SANDBOX)
# So many hours after an order was submitted a print file, slip or label that its vendor has not fetched needs a person.
FILES_FETCHED_WITHIN_HOURS = env.float("FILES_FETCHED_WITHIN_HOURS", default=2)
# Password of the address where vendors ask for labels; empty: no order names it, and nobody gets an answer.
LABEL_SECRET = env.str("LABEL_SECRET", default="")
# Which class finds a vendor order's label: see orders/services/files/generic_labels.py.
LABEL_SOURCE = env.str(
    "LABEL_SOURCE",
    default="orders.services.files.generic_labels.SuppliedLabels",
    pattern=r"\w+(\.\w+)+",
    shape="the dotted path of a class",
)
# Uploads in parts that nobody goes on with for so long are deleted.
UPLOAD_HOURS = env.float("UPLOAD_HOURS", default=24, least=0)
# Seconds a vendor's editor may take while a customer waits for it.
DESIGN_SECONDS = env.float("DESIGN_SECONDS", default=8)

# Test orders of vendors without a sandbox are in production, shipped and delivered after one, two and three such times.
TEST_ORDER_STEP_SECONDS = env.float("TEST_ORDER_STEP_SECONDS", default=60, least=0)

# So long after they were last saved drafts of orders are deleted, placed or not.
DRAFT_DAYS = env.int("DRAFT_DAYS", default=90, least=1)
# How long tables of orders are kept after they were uploaded: they hold customers' data.
ORDER_IMPORT_DAYS = env.int("ORDER_IMPORT_DAYS", default=30, least=1)
