"""What mypromo answers when something is wrong: from its API document, but for what is marked; Laravel's words last."""

from django.utils.translation import gettext_noop as _

from backoffice.vendors.common_errors import LARAVEL_ERRORS
from backoffice.vendors.known_errors import KnownError

_CORRECT_ROW = _("Correct the row in a new change set and send it.")

# Orders and designs.
_ORDERS = (
    KnownError(
        pattern=r"You have no contract with this client\..*",
        text=_("mypromo has no contract between you and the fulfiller of this product."),
        remedy=_(
            "Request the contract in the mypromo portal, or choose a product of another fulfiller. Then send it again."
        ),
        examples=("You have no contract with this client. You can see your current contracts in the dashboard.",),
    ),
    KnownError(
        pattern=r"You cannot edit a processed order\.",
        text=_("mypromo has already started production, so the order can no longer be changed or cancelled."),
        remedy=_("Let it be delivered, or call mypromo."),
        examples=("You cannot edit a processed order.",),
    ),
    KnownError(
        pattern=r"The selected sku is invalid\.|Invalid sku\.",
        text=_("mypromo does not know this SKU, or does not offer it to you."),
        remedy=_("Check the SKU, or bring in the catalogue anew and choose another product. Then send it again."),
        examples=("The selected sku is invalid.", "Invalid sku."),
    ),
    KnownError(  # public: connect-sdk
        pattern=r"The product is not available\.",
        text=_("mypromo does not offer this product at the moment."),
        remedy=_("Choose another product, or wait until it is available and send it again."),
        is_retryable=True,
        examples=("The product is not available.",),
    ),
    KnownError(  # public: connect-sdk
        pattern=r"The quantity is not in stock\.",
        text=_("mypromo does not have that many in stock."),
        remedy=_("Order fewer, or wait until it is in stock and send it again."),
        is_retryable=True,
        examples=("The quantity is not in stock.",),
    ),
    KnownError(
        pattern=r"We are in maintenance mode\..*",
        text=_("mypromo is down for maintenance."),
        remedy=_("Nothing to do: what waits is sent once mypromo is back."),
        is_retryable=True,
        examples=("We are in maintenance mode. Please try again later.",),
    ),
)

# Parcels and labels of the production desk.
_PARCELS = (
    KnownError(
        pattern=r"Please use all supplied labels first before creating shipments with own carrier contracts\.",
        text=_("The merchant has supplied labels for this order, and not all of them are used yet."),
        remedy=_("Ship with the supplied labels first, or report the parcel anyway with a reason."),
        examples=("Please use all supplied labels first before creating shipments with own carrier contracts.",),
    ),
    KnownError(
        pattern=r"Please download label before creating a shipment for it\.",
        text=_("The supplied label of this parcel has not been fetched yet."),
        remedy=_("Fetch the label, then report the parcel again."),
        examples=("Please download label before creating a shipment for it.",),
    ),
    KnownError(
        pattern=r"The given quantity for the item #(?P<item>\d+) must not be greater than the remaining quantity "
        r"'(?P<left>\d+)'\.",
        text=_("The parcel holds more than is left to ship: %(left)s of item %(item)s are left."),
        remedy=_("Correct the quantities, or report a further parcel with a reason."),
        examples=("The given quantity for the item #61 must not be greater than the remaining quantity '5'.",),
    ),
    KnownError(  # public: connect-sdk, docs/Models/ProductionOrders/Shipment.md
        pattern=r"The tracking code has already been used with this carrier.*",
        text=_("The carrier's tracking code was already used for another parcel within three months."),
        remedy=_("Scan the code of this parcel's own label."),
        examples=("The tracking code has already been used with this carrier within the last 3 months.",),
    ),
    KnownError(
        pattern=r"Please provide production_order_items.*",
        text=_("Everything is shipped already, so mypromo needs to know what a further parcel holds."),
        remedy=_("Enter the quantities in the parcel and report it again."),
        examples=("Please provide production_order_items with a quantity for re-shipped packages.",),
    ),
)

# Batches of change sets.
_BATCHES = (
    KnownError(
        pattern=r"Invalid or missing property\. (?P<wrong>\d+) of (?P<all>\d+) items have errors\.",
        text=_("mypromo found errors in %(wrong)s of %(all)s rows and took none of them."),
        remedy=_("Correct the rows that are listed and send them again."),
        is_general=True,
        examples=("Invalid or missing property. 1 of 4 items have errors.",),
    ),
    KnownError(
        pattern=r"(?P<wrong>\d+) of (?P<all>\d+) entries contain errors\.",
        text=_("mypromo found errors in %(wrong)s of %(all)s rows. The others may have been taken."),
        remedy=_("Look at the rows of the change set: each was read back."),
        is_general=True,
        examples=("100 of 500 entries contain errors.",),
    ),
    KnownError(
        pattern=r"Invalid stock\. Stock can'?t be negative\.",
        text=_("The stock must not be below zero."),
        remedy=_CORRECT_ROW,
        examples=("Invalid stock. Stock cant be negative.",),
    ),
    KnownError(
        pattern=r"Invalid stock\..*",
        text=_("mypromo does not accept the stock: it has to be a whole number."),
        remedy=_CORRECT_ROW,
        examples=("Invalid stock. Not an integer.",),
    ),
    KnownError(
        pattern=r"Invalid price\. Not a float\.",
        text=_("mypromo cannot read the price as a number."),
        remedy=_CORRECT_ROW,
        examples=("Invalid price. Not a float.",),
    ),
    KnownError(
        pattern=r"No overwrites specified\.",
        text=_("The row holds no search texts to set."),
        remedy=_("Fill in a text, or reset all of them, and send the row again."),
        examples=("No overwrites specified.",),
    ),
)

KNOWN_ERRORS = (*_ORDERS, *_PARCELS, *_BATCHES, *LARAVEL_ERRORS)
