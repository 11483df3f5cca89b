"""What can be set of the replayed Example Print."""

from dataclasses import dataclass

from backoffice.sandbox.options import OptionSet


@dataclass(slots=True, kw_only=True)
class ExampleOptions(OptionSet):
    """Each may be changed at any time over `/_sandbox/example/settings`."""

    token: str = "sandbox-example-token"
    page_size: int = 20  # rows a page
    step_seconds: float = 2.0  # from confirmed to in process, and on to shipped, at speed 1
    refused_sku: str = "EX-REFUSED"  # an order with it is a 422
    callback_timeout: float = 10.0
    show_secrets: bool = True  # in the list of webhooks
