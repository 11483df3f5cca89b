"""Guaranteed Reviews as the project sees it, in our words."""

from collections.abc import Sequence
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import ClassVar, final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext

from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import ExportsOrders, HasRatings
from backoffice.vendors.base import Connection
from backoffice.vendors.errors import VendorNotFound, VendorProtocolError, VendorRejected
from backoffice.vendors.export_messages import ExportedOrder, OrderToExport, Unclear
from backoffice.vendors.guaranteed_reviews.client import GuaranteedReviewsClient
from backoffice.vendors.guaranteed_reviews.keys import Key, find_faults, group_of, private_keys, public_keys
from backoffice.vendors.guaranteed_reviews.known_errors import KNOWN_ERRORS
from backoffice.vendors.guaranteed_reviews.meaning import read_results
from backoffice.vendors.guaranteed_reviews.payloads import sent_order
from backoffice.vendors.guaranteed_reviews.ratings import read_rating
from backoffice.vendors.kept_accounts import AccountField, FieldKind
from backoffice.vendors.known_errors import KnownError
from backoffice.vendors.rating_messages import PublishedRating
from backoffice.vendors.session import Pace

# What a shop or product without reviews looks like.
_NO_RATING = PublishedRating(total=0, average=Decimal(0), distribution=(0, 0, 0, 0, 0))


@final
class GuaranteedReviews(ExportsOrders, HasRatings):
    """What the vendor can do. Raises VendorError; sees no model of ours."""

    name: ClassVar[str] = "guaranteed-reviews"
    title: ClassVar[str] = "Guaranteed Reviews"
    purpose: ClassVar[Promise] = gettext_lazy("Asks customers for reviews by e-mail, and publishes them.")
    after_restore: ClassVar[Promise] = gettext_lazy(
        "An order that is sent again is recognised there by its ID. Opt-outs entered here since the backup are "
        "lost: enter them again."
    )
    settings_prefix: ClassVar[str] = "GUARANTEED_REVIEWS"
    KNOWN_ERRORS: ClassVar[tuple[KnownError, ...]] = KNOWN_ERRORS
    ACCOUNT_FIELDS: ClassVar[tuple[AccountField, ...]] = (
        AccountField(
            "GUARANTEED_REVIEWS_URL",
            FieldKind.ADDRESS,
            gettext_lazy("Address"),
            gettext_lazy("Leave empty to use the address in the settings."),
        ),
        AccountField(
            "GUARANTEED_REVIEWS_KEYS",
            FieldKind.SEALED_LIST,
            gettext_lazy("Private keys"),
            gettext_lazy("One per line, each with its shop code: WEB=12/de/secret."),
        ),
        AccountField(
            "GUARANTEED_REVIEWS_PUBLIC_KEYS",
            FieldKind.SEALED_LIST,
            gettext_lazy("Keys for reading published reviews"),
            gettext_lazy("One per line: WEB=key, or WEB/de=key for one language."),
            is_required=False,
        ),
    )
    EXPORT_CONSENT: ClassVar[str] = "accepts_review_request"
    TAKES_CORRECTIONS: ClassVar[bool] = False

    def __init__(self, connection: Connection, *, pace: Pace | None = None) -> None:
        self.client = GuaranteedReviewsClient(connection, settings=self.settings, pace=pace)

    @classmethod
    def is_configured(cls) -> bool:
        return bool(cls.settings.GUARANTEED_REVIEWS_URL and private_keys(cls.settings))

    @classmethod
    def find_setting_faults(cls) -> list[str]:
        faults = find_faults(cls.settings)
        if cls.settings.GUARANTEED_REVIEWS_ENCODING not in ("form", "json"):
            faults.append("GUARANTEED_REVIEWS_ENCODING has to be form or json.")
        return faults

    def check(self) -> str:
        """Read one review with each private key: that proves address and keys where the list is offered.

        The list is not in the vendor's document of orders; a server without it proves nothing, and that is said.
        """
        keys = list(private_keys(self.settings).values())
        unproven = [key.name for key in keys if not self._proves(key)]
        if unproven:
            text: str = _(
                "It answers, but offers no list to verify these keys: %(names)s. Only the first order sent will "
                "verify them."
            )
            return text % {"names": ", ".join(unproven)}
        text = ngettext("The key of %(names)s was accepted.", "The keys of %(names)s were accepted.", len(keys))
        return text % {"names": ", ".join(key.name for key in keys)}

    def _proves(self, key: Key) -> bool:
        try:
            self.client.private_reviews(key, limit=1)
        except (VendorRejected, VendorProtocolError):
            return False
        return True

    @classmethod
    def export_batch_size(cls) -> int:
        return max(1, int(cls.settings.GUARANTEED_REVIEWS_BATCH_SIZE))

    @classmethod
    def export_group(cls, *, shop_code: str, language: str) -> str | None:
        return group_of(shop_code, language, cls.settings)

    @classmethod
    def find_export_obstacle(cls, order: OrderToExport) -> str:
        if not order.firstname.strip():
            return _("The customer's first name is missing.")
        if not order.lastname.strip():
            return _("The customer's last name is missing.")
        email = order.email.strip().lower()
        if not email:
            return _("The customer's e-mail address is missing.")
        if "@" not in email:
            return _("The customer's e-mail address is invalid.")
        if any(fnmatchcase(email, pattern.lower()) for pattern in cls.settings.GUARANTEED_REVIEWS_RELAY_ADDRESSES):
            return _(
                "The e-mail address belongs to a marketplace, which only allows messages about its own orders there."
            )
        return ""

    def export_orders(
        self, orders: Sequence[OrderToExport], *, group: str, corrected: bool = False
    ) -> list[ExportedOrder] | Unclear:
        if corrected:
            raise VendorRejected(_("Guaranteed Reviews does not accept corrections."))
        key = private_keys(self.settings).get(group)
        if key is None:
            raise VendorRejected(_("The settings have no key for %(group)s.") % {"group": group})
        answer = self.client.send_orders(key, [sent_order(order) for order in orders])
        return read_results(answer, order_ids=[order.order_id for order in orders])

    @classmethod
    def calls_per_run(cls) -> int:
        return int(cls.settings.GUARANTEED_REVIEWS_RATINGS_PER_RUN)

    @classmethod
    def rating_groups(cls) -> list[tuple[str, str, str]]:
        return [(key.name, key.shop, key.language.upper().strip("*")) for key in public_keys(cls.settings).values()]

    def read_rating(self, *, group: str, product_id: int | None = None, most: int = 20) -> PublishedRating:
        key = public_keys(self.settings).get(group)
        if key is None:
            raise VendorRejected(_("The settings have no public key for %(group)s.") % {"group": group})
        try:
            answer = self.client.public_reviews(key, scope="site" if product_id is None else str(product_id))
        except VendorNotFound:
            if product_id is None:
                raise
            return _NO_RATING
        return read_rating(answer, most=most)
