"""What can be set of the replayed AutoLetter."""

from dataclasses import dataclass

from backoffice.sandbox.options import OptionSet


@dataclass(slots=True, kw_only=True)
class AutoletterOptions(OptionSet):
    """Each may be changed at any time over `/_sandbox/autoletter/settings`."""
