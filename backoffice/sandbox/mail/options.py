"""What can be set of the mail catcher."""

from dataclasses import dataclass
from typing import Literal

from backoffice.sandbox.options import OptionSet

Fault = Literal["", "busy", "full", "reject", "cut_before", "cut_in_data", "cut_after"]


@dataclass(slots=True, kw_only=True)
class MailOptions(OptionSet):
    """Each may be changed at any time over `/_sandbox/mail/settings`.

    busy: 421 to every greeting · full: 452 to a recipient · reject: 550 to a recipient · cut_before: the line breaks
    before DATA · cut_in_data: in the middle of it · cut_after: the mail is kept, and the line breaks before the answer.
    """

    fault: Fault = ""
    every: int = 1  # the fault hits every n-th mail; `busy` hits every connection
    kept: int = 500  # so many of the newest mails are kept
