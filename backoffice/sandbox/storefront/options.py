"""What can be set of the storefront."""

from dataclasses import dataclass

from backoffice.sandbox.options import OptionSet


@dataclass(slots=True, kw_only=True)
class StorefrontOptions(OptionSet):
    """Each may be changed at any time over `/_sandbox/storefront/settings`."""

    secret: str = ""  # as the back office shows it once; without one nothing verifies
    status: int = 204  # what webhooks are answered with
    seconds: float = 0  # how long that takes
    kept: int = 500  # so many of the newest are kept
