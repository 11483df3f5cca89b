"""What can be set of the replayed LettrLabs."""

from dataclasses import dataclass

from backoffice.sandbox.options import OptionSet


@dataclass(slots=True, kw_only=True)
class LettrlabsOptions(OptionSet):
    """Each may be changed at any time over `/_sandbox/lettrlabs/settings`."""
