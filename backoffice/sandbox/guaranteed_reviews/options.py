"""What can be set of the replayed Guaranteed Reviews."""

from dataclasses import dataclass

from backoffice.sandbox.options import OptionSet


@dataclass(slots=True, kw_only=True)
class GuaranteedReviewsOptions(OptionSet):
    """Each may be changed at any time over `/_sandbox/guaranteed-reviews/settings`."""
