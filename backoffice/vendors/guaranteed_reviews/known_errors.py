"""What Guaranteed Reviews answers when something is wrong: its document's one message, and what its modules handle."""

from django.utils.translation import gettext_noop as _

from backoffice.vendors.known_errors import KnownError

KNOWN_ERRORS = (
    KnownError(
        pattern=r"Some orders were not imported because they had already been sent.*",
        text=_("Guaranteed Reviews has this order already."),
        remedy=_("Nothing to do: the customer is invited once."),
        examples=("Some orders were not imported because they had already been sent (see documentation)",),
    ),
    KnownError(
        pattern=r"Missing fields for array: (?P<names>.+)",
        text=_("Guaranteed Reviews needs more details of the order: %(names)s."),
        remedy=_("Complete the order's customer, then send it again."),
        examples=("Missing fields for array: lastname",),
    ),
    KnownError(
        pattern=r"Invalid API key\.?",
        text=_("Guaranteed Reviews does not accept our key."),
        remedy=_("Ask an administrator to check the key: each belongs to one site and one language."),
        examples=("Invalid API key",),
    ),
    KnownError(
        pattern=r"Guaranteed Reviews has no such address \(HTTP (?P<status>\d+)\): .*",
        text=_("Guaranteed Reviews takes no orders at the address in the settings."),
        remedy=_("Ask an administrator to correct the address."),
        is_ours=True,
        examples=("Guaranteed Reviews has no such address (HTTP 404): look at GUARANTEED_REVIEWS_URL.",),
    ),
    KnownError(
        pattern=r"Guaranteed Reviews contradicts itself: (?P<own>.*)",
        text=_("Guaranteed Reviews says that it took the order, and that it took none."),
        remedy=_("Nothing to do: the order is sent again, and counts once."),
        is_retryable=True,
        examples=("Guaranteed Reviews contradicts itself: 1 order imported",),
    ),
)
