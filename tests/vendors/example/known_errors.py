"""What Example Print answers when something is wrong, as people read it."""

from django.utils.translation import gettext_noop as _

from backoffice.vendors.known_errors import KnownError

KNOWN_ERRORS = (
    KnownError(
        pattern=r"The order is not complete\.",
        text=_("Example Print needs more details of the order."),
        remedy=_("Correct what is listed, then send it again."),
        is_general=True,
        examples=("The order is not complete.",),
    ),
    KnownError(
        pattern=r"Only a draft can be (?P<done>\w+)\.",
        text=_("Example Print has started production, so the order can no longer be changed."),
        remedy=_("Let it be delivered, or call Example Print."),
        examples=("Only a draft can be changed.", "Only a draft can be confirmed."),
    ),
    KnownError(
        field=r"items\.(?P<place>\d+)\.sku",
        pattern=r"cannot be made",
        text=_("Example Print cannot make the product of item %(place)s at the moment."),
        remedy=_("Choose another product, or send it again later."),
        is_retryable=True,
        examples=(("items.0.sku", "cannot be made"),),
    ),
)
