"""What can be set of the replayed AutoLetter."""

from dataclasses import dataclass
from typing import Literal

from backoffice.sandbox.options import OptionSet


@dataclass(slots=True, kw_only=True)
class AutoletterOptions(OptionSet):
    """Each may be changed at any time over `/_sandbox/autoletter/settings`. Their article leaves most of it open."""

    token: str = "sandbox-autoletter-token"
    path: str = "v2/orders"
    batch_limit: int = 500  # orders a request; more are answered with 413; 0 = no limit
    rate_limit: int = 0  # requests per minute; 0 = no limit
    retry_after: bool = True  # whether a 429 names a time
    refusal: Literal["each", "whole"] = "each"  # one bad order: only it is refused, or all of its request
    mixed_status: int = 207  # when some of a request were taken and some not
    duplicate_status: int = 409  # when nothing but duplicates was sent
    invalid_status: int = 422  # when nothing was taken
    # How errors are told: a list, an object by OrderId, all orders with their status, the first one only, a text, or
    # only how many there are.
    errors: Literal["list", "object", "orders", "first", "text", "counts"] = "list"
    ok_body: Literal["json", "empty", "text"] = "json"
    crash_on: str = ""  # an order with this number is answered with 500, whatever else is in the request
    needs_house_number: bool = False
