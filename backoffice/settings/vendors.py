"""Vendors: their classes, addresses, credentials and whatever each has of its own."""

from backoffice.settings.base import env

# Name -> dotted path of the class that speaks for the vendor; loaded on first use, imported by name nowhere else.
# Where several have a SKU the first one gets the order.
VENDORS = {
    "mypromo": "backoffice.vendors.mypromo.adapter.MyPromo",
    "mypromo-fulfiller": "backoffice.vendors.mypromo.adapter.MyPromoFulfiller",
    "sign-customiser": "backoffice.vendors.sign_customiser.adapter.SignCustomiser",
    "autoletter": "backoffice.vendors.autoletter.adapter.AutoLetter",
    "lettrlabs": "backoffice.vendors.lettrlabs.adapter.LettrLabs",
    "guaranteed-reviews": "backoffice.vendors.guaranteed_reviews.adapter.GuaranteedReviews",
}
# Who takes test orders, which are made nowhere: a vendor's sandbox beside its live account, and the simulator.
TEST_VENDORS = {
    "mypromo-sandbox": "backoffice.vendors.mypromo.adapter.MyPromoSandbox",
    "simulated": "backoffice.vendors.simulated.adapter.Simulator",
}
# Addresses that vendors publish, used where no other is given; credentials alone decide whether a vendor is set up.
VENDOR_ADDRESSES = {
    "SIGN_CUSTOMISER": "https://web.signcustomiser.com/api",
    "AUTOLETTER": "https://api.autoletter.eu/v2/orders",
    "LETTRLABS": "https://app.lettrlabs.com/api",
    "GUARANTEED_REVIEWS": "https://api.guaranteed-reviews.com",
}

MYPROMO_URL = env.web_address("MYPROMO_URL", default="")
MYPROMO_CLIENT_ID = env.str("MYPROMO_CLIENT_ID", default="")
MYPROMO_CLIENT_SECRET = env.str("MYPROMO_CLIENT_SECRET", default="")
MYPROMO_FULFILLER_CLIENT_ID = env.str("MYPROMO_FULFILLER_CLIENT_ID", default="")
MYPROMO_FULFILLER_CLIENT_SECRET = env.str("MYPROMO_FULFILLER_CLIENT_SECRET", default="")
# The account at their sandbox that takes test orders while the one above is live; without it they are simulated here.
MYPROMO_SANDBOX_URL = env.web_address("MYPROMO_SANDBOX_URL", default="https://sandbox.api.mypromo.com")
MYPROMO_SANDBOX_CLIENT_ID = env.str("MYPROMO_SANDBOX_CLIENT_ID", default="")
MYPROMO_SANDBOX_CLIENT_SECRET = env.str("MYPROMO_SANDBOX_CLIENT_SECRET", default="")
MYPROMO_SANDBOX_REQUESTS_PER_MINUTE = env.float("MYPROMO_SANDBOX_REQUESTS_PER_MINUTE", default=450)
MYPROMO_CALLBACK_SECRET = env.str("MYPROMO_CALLBACK_SECRET", default="")
# The secret before the last change: still accepted, so that a rotation loses no callback.
MYPROMO_CALLBACK_SECRET_PREVIOUS = env.str("MYPROMO_CALLBACK_SECRET_PREVIOUS", default="")
MYPROMO_CALLBACK_HEADER = env.str(
    "MYPROMO_CALLBACK_HEADER", default="X-Callback-Secret", pattern="[A-Za-z0-9-]+", shape="the name of a header"
)
# How long mypromo waits after an order is submitted, as set there (`sent_to_production_delay`); 0: not known.
MYPROMO_PRODUCTION_DELAY_SECONDS = env.float("MYPROMO_PRODUCTION_DELAY_SECONDS", default=0, least=0)
MYPROMO_SANDBOX = env.bool("MYPROMO_SANDBOX", default=False)
# What their sandbox pretends: that the print files were checked, that the parcel was sent. Off: somebody does it there.
MYPROMO_FAKE_PREFLIGHT = env.bool("MYPROMO_FAKE_PREFLIGHT", default=True)
MYPROMO_FAKE_SHIPMENT = env.bool("MYPROMO_FAKE_SHIPMENT", default=True)
# Who has no e-mail or telephone as recipient gets the customer's, for the carrier's notices. Needs their consent.
MYPROMO_CUSTOMER_CONTACT = env.bool("MYPROMO_CUSTOMER_CONTACT", default=False)
MYPROMO_REQUESTS_PER_MINUTE = env.float("MYPROMO_REQUESTS_PER_MINUTE", default=450)
MYPROMO_FULFILLER_REQUESTS_PER_MINUTE = env.float("MYPROMO_FULFILLER_REQUESTS_PER_MINUTE", default=450)
# How mypromo calls our sales prices when they are set: its document and its SDK differ.
MYPROMO_SALES_PRICE_KEY = env.str(
    "MYPROMO_SALES_PRICE_KEY", default="retail_prices", pattern="[a-z_]+", shape="a name such as retail_prices"
)
# Items from Amazon Custom are documented as "not available yet": nothing is sent while this is off.
MYPROMO_AMAZON_CUSTOM = env.bool("MYPROMO_AMAZON_CUSTOM", default=False)
MYPROMO_LANGUAGES = env.list("MYPROMO_LANGUAGES", default=["DE", "EN"], pattern="[A-Z]{2}", shape="codes such as DE")
MYPROMO_SHIPPING_FROM = env.str("MYPROMO_SHIPPING_FROM", default="DE", pattern="[A-Z]{2}", shape="a code such as DE")

SIGN_CUSTOMISER_URL = env.web_address("SIGN_CUSTOMISER_URL", default=VENDOR_ADDRESSES["SIGN_CUSTOMISER"])
SIGN_CUSTOMISER_TOKEN = env.str("SIGN_CUSTOMISER_TOKEN", default="")
# Signs what it asks us when a shopper has designed a product; several integrations separate theirs by commas.
# Subscribed webhooks have secrets of their own.
SIGN_CUSTOMISER_INTEGRATION_SECRET = env.str("SIGN_CUSTOMISER_INTEGRATION_SECRET", default="")
SIGN_CUSTOMISER_INTEGRATION_SECRET_PREVIOUS = env.str("SIGN_CUSTOMISER_INTEGRATION_SECRET_PREVIOUS", default="")
SIGN_CUSTOMISER_WEBHOOK_SECRETS = env.list("SIGN_CUSTOMISER_WEBHOOK_SECRETS", default=[])
# What is signed: "timestamp.body", "timestampbody" or "body". Their guide and their API pages differ.
SIGN_CUSTOMISER_SIGNATURE_FORMAT = env.str(
    "SIGN_CUSTOMISER_SIGNATURE_FORMAT", default="timestamp.body", choices=("timestamp.body", "timestampbody", "body")
)
SIGN_CUSTOMISER_SIGNATURE_TOLERANCE = env.float("SIGN_CUSTOMISER_SIGNATURE_TOLERANCE", default=300)
SIGN_CUSTOMISER_REQUESTS_PER_MINUTE = env.float("SIGN_CUSTOMISER_REQUESTS_PER_MINUTE", default=60)
# How long a lost answer to an order waits for `order:created` to tell before a person is asked.
SIGN_CUSTOMISER_CONFIRMATION_SECONDS = env.float("SIGN_CUSTOMISER_CONFIRMATION_SECONDS", default=900)

# The whole address that AutoLetter shows when its API integration is saved.
AUTOLETTER_URL = env.web_address("AUTOLETTER_URL", default=VENDOR_ADDRESSES["AUTOLETTER"])
AUTOLETTER_TOKEN = env.str("AUTOLETTER_TOKEN", default="")
AUTOLETTER_BATCH_SIZE = env.int("AUTOLETTER_BATCH_SIZE", default=100)
# Sent although no document shows their shape: what was bought, and companies in a field of their own.
AUTOLETTER_SEND_PRODUCTS = env.bool("AUTOLETTER_SEND_PRODUCTS", default=False)
AUTOLETTER_SEND_COMPANY = env.bool("AUTOLETTER_SEND_COMPANY", default=False)
# Letters go to who pays instead of to where the goods go, where these are two addresses.
AUTOLETTER_LETTERS_TO_INVOICE = env.bool("AUTOLETTER_LETTERS_TO_INVOICE", default=False)
# Its totals carry no currency: orders in another one are not sent.
AUTOLETTER_CURRENCY = env.str("AUTOLETTER_CURRENCY", default="EUR", pattern="[A-Z]{3}", shape="a code such as EUR")
AUTOLETTER_REQUESTS_PER_MINUTE = env.float("AUTOLETTER_REQUESTS_PER_MINUTE", default=60)

LETTRLABS_URL = env.web_address("LETTRLABS_URL", default=VENDOR_ADDRESSES["LETTRLABS"])
LETTRLABS_API_KEY = env.str("LETTRLABS_API_KEY", default="")
# Off: everything up to the proof and the price, but nothing is ever paid.
LETTRLABS_CHECKOUT = env.bool("LETTRLABS_CHECKOUT", default=True)
LETTRLABS_REQUESTS_PER_MINUTE = env.float("LETTRLABS_REQUESTS_PER_MINUTE", default=120)
# Seconds before a payment is asked for, where the vendor names none; and between looks at cards on their way.
LETTRLABS_POLL_AFTER = env.float("LETTRLABS_POLL_AFTER", default=30)
LETTRLABS_POLL_SECONDS = env.float("LETTRLABS_POLL_SECONDS", default=3600)
# Sales are reported without a currency: orders in another one are not.
LETTRLABS_CURRENCY = env.str("LETTRLABS_CURRENCY", default="USD", pattern="[A-Z]{3}", shape="a code such as USD")

GUARANTEED_REVIEWS_URL = env.web_address("GUARANTEED_REVIEWS_URL", default=VENDOR_ADDRESSES["GUARANTEED_REVIEWS"])
# One private key for each shop and language: SHOP=site/language/secret, separated by commas.
GUARANTEED_REVIEWS_KEYS = env.list(
    "GUARANTEED_REVIEWS_KEYS", pattern=r"[^=\s]+=[^/\s]+/[^/\s]+/\S+", shape="keys such as WEB=12/de/secret"
)
# Keys that only read published reviews: SHOP=key or SHOP/language=key.
GUARANTEED_REVIEWS_PUBLIC_KEYS = env.list(
    "GUARANTEED_REVIEWS_PUBLIC_KEYS", pattern=r"[^=\s]+=\S+", shape="keys such as WEB=key or WEB/de=key"
)
GUARANTEED_REVIEWS_BATCH_SIZE = env.int("GUARANTEED_REVIEWS_BATCH_SIZE", default=50)
# "form" as their document shows, or "json" as their own modules send.
GUARANTEED_REVIEWS_ENCODING = env.str("GUARANTEED_REVIEWS_ENCODING", default="form", choices=("form", "json"))
# Addresses by which marketplaces relay e-mail, as patterns: their customers are not invited.
GUARANTEED_REVIEWS_RELAY_ADDRESSES = env.list(
    "GUARANTEED_REVIEWS_RELAY_ADDRESSES",
    pattern=r"[^@\s]+@[^@\s]+",
    shape="patterns of addresses such as *@example.com",
    default=["*@marketplace.amazon.*", "*@members.ebay.*", "*@relay.walmart.com", "*@*.mirakl.net"],
)
# Calls to read published ratings, in one run of the task; the next run goes on where it stopped.
GUARANTEED_REVIEWS_RATINGS_PER_RUN = env.int("GUARANTEED_REVIEWS_RATINGS_PER_RUN", default=200)
GUARANTEED_REVIEWS_REQUESTS_PER_MINUTE = env.float("GUARANTEED_REVIEWS_REQUESTS_PER_MINUTE", default=60)

# What lets a vendor in, and how many characters it has to have; 0 where the vendor makes it.
VENDOR_SECRETS = {
    "MYPROMO_CALLBACK_SECRET": ([MYPROMO_CALLBACK_SECRET], 24),
    "MYPROMO_CALLBACK_SECRET_PREVIOUS": ([MYPROMO_CALLBACK_SECRET_PREVIOUS], 24),
    "SIGN_CUSTOMISER_INTEGRATION_SECRET": (SIGN_CUSTOMISER_INTEGRATION_SECRET.split(","), 0),
    "SIGN_CUSTOMISER_INTEGRATION_SECRET_PREVIOUS": (SIGN_CUSTOMISER_INTEGRATION_SECRET_PREVIOUS.split(","), 0),
    "SIGN_CUSTOMISER_WEBHOOK_SECRETS": (SIGN_CUSTOMISER_WEBHOOK_SECRETS, 0),
}
