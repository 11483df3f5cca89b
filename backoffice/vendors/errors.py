"""What can go wrong at a vendor, named by what to do about it.

VendorError
├── VendorUnavailable     certainly not done; try again later
│   └── RateLimited       our own rate limit is used up; no attempt is counted
├── VendorAmbiguous       perhaps done: look before anything else
├── VendorRejected        understood, and no
│   ├── VendorNotFound    no such thing there
│   └── VendorAlreadyDone no, as it is done already
├── VendorAuthFailed      our credentials, after one token refresh
└── VendorProtocolError   an answer we do not understand
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    """One error that a vendor names. `field` is the vendor's own name or path, empty when it speaks of the whole.

    `other_names` are those that the vendor gives for the same thing, as the SKU of whoever makes it.
    """

    field: str
    text: str
    other_names: tuple[str, ...] = ()


class VendorError(Exception):
    """`text` is in our words; `status` the HTTP status or None; `excerpt` the masked start of the answer.

    `arrived` is what came of an answer that broke off, None where none had begun or all of it came.
    """

    arrived: bytes | None = None

    def __init__(self, text: str, *, status: int | None = None, excerpt: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.status = status
        self.excerpt = excerpt


class VendorUnavailable(VendorError):
    """Certainly not done: never sent, 401, 429, or a 503 that the vendor documents as "not processed".

    `retry_after` is in seconds, None when the vendor named no time.
    """

    def __init__(
        self, text: str, *, retry_after: float | None = None, status: int | None = None, excerpt: str = ""
    ) -> None:
        super().__init__(text, status=status, excerpt=excerpt)
        self.retry_after = retry_after


class RateLimited(VendorUnavailable):
    """Our own limiter refused: rate limit used up, breaker open, vendor paused. Nothing was sent or counted."""


class VendorAmbiguous(VendorError):
    """No answer after sending, a 5xx, or a 2xx that cannot be read: the vendor may have acted."""


class VendorRejected(VendorError):
    """The vendor understood and refused. `errors` are those it names, field by field."""

    def __init__(
        self, text: str, *, errors: tuple[FieldError, ...] = (), status: int | None = None, excerpt: str = ""
    ) -> None:
        super().__init__(text, status=status, excerpt=excerpt)
        self.errors = errors


class VendorNotFound(VendorRejected):
    """404: no such thing at the vendor (or not yet)."""


class VendorAlreadyDone(VendorRejected):
    """Refused because it is done already: by a request of ours whose answer was lost, or by somebody else."""


class VendorAuthFailed(VendorError):
    """401 twice with a fresh token, or 403: the vendor's queue stops until a person fixes the credentials.

    Not the 403 of a vendor that documents it as a missing role: that refuses one request.
    """


class VendorProtocolError(VendorError):
    """An answer that breaks the contract. Kept with its excerpt; for a write the outcome is unknown."""
