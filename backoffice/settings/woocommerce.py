"""WooCommerce shops: how long requests to them may take, and how they are repeated."""

from backoffice.settings.base import env

# Shops may be on private networks and plain http: for the demo.
WOOCOMMERCE_PRIVATE_NETWORKS = env.bool("WOOCOMMERCE_PRIVATE_NETWORKS", default=False)
# The longest a request may take, from connecting to the end of the answer.
WOOCOMMERCE_SECONDS = env.float("WOOCOMMERCE_SECONDS", default=20)
# Seconds between tries; the last one repeats.
WOOCOMMERCE_BACKOFF = env.floats("WOOCOMMERCE_BACKOFF", default=[5, 30, 120, 600, 1800, 3600])
# After that long what cannot be sent is left to people.
WOOCOMMERCE_HOURS = env.float("WOOCOMMERCE_HOURS", default=72)
# How long messages that were dealt with are kept.
WOOCOMMERCE_LOG_DAYS = env.int("WOOCOMMERCE_LOG_DAYS", default=30)
# How many requests with stock a shop is sent in a minute; each has up to 100 products.
WOOCOMMERCE_STOCK_REQUESTS = env.int("WOOCOMMERCE_STOCK_REQUESTS", default=30)
# After that long the products of a shop are read again: new ones appear, names and SKUs are brought up to date.
WOOCOMMERCE_PRODUCT_HOURS = env.float("WOOCOMMERCE_PRODUCT_HOURS", default=24)
