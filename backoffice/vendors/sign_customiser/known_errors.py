"""What Sign Customiser answers when something is wrong: nothing is documented, and Laravel's words are assumed."""

from django.utils.translation import gettext_noop as _

from backoffice.vendors.common_errors import LARAVEL_ERRORS
from backoffice.vendors.known_errors import KnownError

KNOWN_ERRORS = (
    KnownError(
        pattern=r"The selected products\.(?P<place>\d+)\.external_id is invalid\.",
        text=_("Sign Customiser did not make this sign, or has removed it."),
        remedy=_("Have the customer design it anew, then replace it in the order."),
        examples=("The selected products.0.external_id is invalid.",),
    ),
    KnownError(
        pattern=r"The external[ _]id has already been taken\.",
        text=_("Sign Customiser already has an order with this number."),
        remedy=_(
            "Look for the order in its dashboard. If it is this one, cancel the order here; otherwise contact Sign "
            "Customiser."
        ),
        examples=("The external id has already been taken.",),
    ),
    KnownError(
        pattern=r"The selected integration id is invalid\.",
        text=_("Sign Customiser does not know the integration of this shop."),
        remedy=_("Enter the number that Sign Customiser shows under Integrations in the shop's settings."),
        examples=("The selected integration id is invalid.",),
    ),
    *LARAVEL_ERRORS,
)
