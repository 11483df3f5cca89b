"""What can be set of the replayed Sign Customiser."""

from dataclasses import dataclass
from typing import Literal

from backoffice.sandbox.options import OptionSet


@dataclass(slots=True, kw_only=True)
class SignCustomiserOptions(OptionSet):
    """Each may be changed at any time over `/_sandbox/sign-customiser/settings`.

    Where the vendor's pages are silent the choice is an option, and its default what they come closest to saying.
    """

    token: str = "sandbox-sign-token"
    integration_id: int = 42
    integration_secret: str = "sandbox-integration-secret"
    # Where a finished design is told: "create product URL" of the integration.
    product_url: str = ""
    signature_format: Literal["timestamp.body", "timestampbody", "body"] = "timestamp.body"
    signature_prefix: str = ""  # "sha256=" is the other usual one
    # Only ids that our answers gave may be ordered; off for those who made their products elsewhere.
    known_products_only: bool = True
    # Whether an `external_id` that an order has is refused; else it makes another order, which costs again.
    unique_orders: bool = False
    # The documents' example answers with another id than was sent.
    echo_product_ids: bool = True
    # The `order:created` after an order: by itself after so many seconds, or by hand (control `echo`), or never.
    echo: Literal["auto", "hand", "off"] = "auto"
    echo_seconds: float = 0.2
    callback_timeout: float = 10.0
    show_secrets: bool = True  # in the list of webhooks
