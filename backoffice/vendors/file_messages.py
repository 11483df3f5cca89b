"""Files as vendors hand them out, in our words."""

from backoffice.vendors.messages import Message


class Download(Message, frozen=True):
    """A whole file of a vendor. `content_type` is what the vendor claims, without parameters; nothing is checked."""

    content: bytes
    content_type: str = ""
    status: int = 200
