"""What crosses between a vendor's editor and our orders, in our words."""

from enum import StrEnum

from backoffice.vendors.messages import Message


class RemoteDesignState(StrEnum):
    """Where a design stands, in the order of its journey. OPEN can be edited; CHECKED has passed the preflight."""

    UNKNOWN = "unknown"
    OPEN = "open"
    SUBMITTED = "submitted"
    READY = "ready"
    CHECKED = "checked"


class DesignReport(Message, frozen=True):
    """A design as it is now.

    `sku` may be another one than was asked for: the editor switches it with the variant. `start_url` opens in a
    window, `start_url_cname` (empty without a CNAME) in a frame; both open the editor for whoever has them, so they
    are secrets: never log or list them.
    """

    vendor_id: str
    sku: str
    state: RemoteDesignState
    raw_state: str
    intent: str = ""
    user_hash: str = ""
    start_url: str = ""
    start_url_cname: str = ""
    preview_url: str = ""
