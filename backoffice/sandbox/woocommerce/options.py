"""What can be set of the shop."""

from dataclasses import dataclass

from backoffice.sandbox.options import OptionSet


@dataclass(slots=True, kw_only=True)
class WooCommerceOptions(OptionSet):
    """Each may be changed at any time over `/_sandbox/woocommerce/settings`."""

    consumer_key: str = "ck_sandbox"
    consumer_secret: str = "cs_sandbox"
    webhook_seconds: float = 5  # after which a delivery has failed
    most_failures: int = 5  # in a row, then a webhook is disabled
    may_write: bool = True  # the key's permissions: Read/Write, else Read
    counts_stock: bool = True  # stock management, under Settings, Products, Inventory
    batch_limit: int = 100  # entries of one batch
    post_webhooks: bool = True  # else they wait in `outbox`, where tests take them from
