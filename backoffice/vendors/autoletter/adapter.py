"""AutoLetter as the project sees it, in our words."""

from collections.abc import Sequence
from typing import ClassVar, final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import ExportsOrders
from backoffice.vendors.autoletter.client import AutoLetterClient
from backoffice.vendors.autoletter.known_errors import KNOWN_ERRORS
from backoffice.vendors.autoletter.payloads import find_obstacle, write_orders
from backoffice.vendors.autoletter.responses import read_answer
from backoffice.vendors.base import Connection
from backoffice.vendors.export_messages import ExportedOrder, OrderToExport, Unclear
from backoffice.vendors.kept_accounts import AccountField, FieldKind
from backoffice.vendors.known_errors import KnownError


@final
class AutoLetter(ExportsOrders):
    """What the vendor can do. Raises VendorError; sees no model of ours."""

    name: ClassVar[str] = "autoletter"
    title: ClassVar[str] = "AutoLetter"
    purpose: ClassVar[Promise] = gettext_lazy("Sends customers printed letters about their orders.")
    after_restore: ClassVar[Promise] = gettext_lazy(
        "An order that is sent again is recognised there by its ID. Opt-outs entered here since the backup are "
        "lost: enter them again."
    )
    settings_prefix: ClassVar[str] = "AUTOLETTER"
    KNOWN_ERRORS: ClassVar[tuple[KnownError, ...]] = KNOWN_ERRORS
    ACCOUNT_FIELDS: ClassVar[tuple[AccountField, ...]] = (
        AccountField(
            "AUTOLETTER_URL",
            FieldKind.ADDRESS,
            gettext_lazy("Address"),
            gettext_lazy("The full address that AutoLetter shows. Leave empty to use the address in the settings."),
        ),
        AccountField("AUTOLETTER_TOKEN", FieldKind.SEALED, gettext_lazy("Workspace token")),
    )
    # Nothing can be asked there without sending an order, so a check makes no call.
    CHECK_ASKS: ClassVar[bool] = False
    EXPORT_CONSENT: ClassVar[str] = "accepts_letters"
    TAKES_CORRECTIONS: ClassVar[bool] = True

    def __init__(self, connection: Connection) -> None:
        self.client = AutoLetterClient(connection, settings=self.settings)

    @classmethod
    def is_configured(cls) -> bool:
        return bool(cls.settings.AUTOLETTER_URL and cls.settings.AUTOLETTER_TOKEN)

    def check(self) -> str:
        return _("AutoLetter is set up. The connection cannot be tested without sending an order.")

    @classmethod
    def export_batch_size(cls) -> int:
        return max(1, int(cls.settings.AUTOLETTER_BATCH_SIZE))

    @classmethod
    def export_group(cls, *, shop_code: str, language: str) -> str | None:
        """Return one group for all: shops are told apart by their ShopId within a request."""
        return ""

    find_export_obstacle = staticmethod(find_obstacle)

    def export_orders(
        self, orders: Sequence[OrderToExport], *, group: str, corrected: bool = False
    ) -> list[ExportedOrder] | Unclear:
        return read_answer(self.client.push_orders(write_orders(orders, corrected=corrected)), orders=orders)
