"""What can be set of the replayed Sign Customiser."""

from dataclasses import dataclass

from backoffice.sandbox.options import OptionSet


@dataclass(slots=True, kw_only=True)
class SignCustomiserOptions(OptionSet):
    """Each may be changed at any time over `/_sandbox/sign-customiser/settings`."""
