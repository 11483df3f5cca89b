"""What AutoLetter answers when something is wrong: its document shows no error, and names a repeated `OrderId` only."""

from django.utils.translation import gettext_noop as _

from backoffice.vendors.known_errors import KnownError

KNOWN_ERRORS = (
    KnownError(
        pattern=r".*\bOrderId\b.*\balready exists\b.*",
        text=_("AutoLetter has this order already."),
        remedy=_("Nothing to do: it counts once."),
        examples=("An order with this OrderId already exists.",),
    ),
    KnownError(
        pattern=r"(?:(?P<name>\w+): )?(?P<field_name>Street|HouseNumber|ZIP|City|Country|FirstName|LastName)"
        r" is (?:required|missing)\.?",
        text=_("AutoLetter needs a complete address: “%(field_name)s” is missing."),
        remedy=_("Complete the address of the order, then send it again."),
        examples=("Address: ZIP is required", "Street is missing."),
    ),
    KnownError(
        pattern=r"Some orders are invalid\.|The request is invalid\.",
        text=_("AutoLetter did not accept the details."),
        remedy=_("Correct what is listed, then send it again."),
        is_general=True,
        examples=("Some orders are invalid.", "The request is invalid."),
    ),
    KnownError(
        pattern=r"(?:errors?|failed|rejected|invalid): (?P<count>\d+)",
        text=_("AutoLetter did not accept the order and gave no reason."),
        remedy=_("Check in AutoLetter whether it already has the order. If not, contact AutoLetter."),
        examples=("rejected: 1", "errors: 2"),
    ),
    KnownError(
        pattern=r"AutoLetter takes no orders at this address \(HTTP (?P<status>\d+)\): .*",
        text=_("AutoLetter takes no orders at the address in the settings."),
        remedy=_("Ask an administrator to enter the whole address that AutoLetter shows for the API integration."),
        is_ours=True,
        examples=("AutoLetter takes no orders at this address (HTTP 404): AUTOLETTER_URL has to be the whole one.",),
    ),
    KnownError(
        pattern=r"AutoLetter takes fewer orders at once\.|At most (?P<most>\d+) orders\.",
        text=_("AutoLetter accepts fewer orders at once."),
        remedy=_("Nothing to do: they are sent in smaller groups."),
        is_retryable=True,
        examples=("AutoLetter takes fewer orders at once.", "At most 100 orders."),
    ),
)
