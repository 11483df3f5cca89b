"""mypromo as the project sees it: what its two kinds of accounts can do, in our words."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from backoffice.vendors.abilities import CallsSecretAddresses
from backoffice.vendors.base import CallbackRequest, Connection
from backoffice.vendors.kept_accounts import AccountField
from backoffice.vendors.known_errors import KnownError
from backoffice.vendors.messages import Message
from backoffice.vendors.mypromo import callbacks
from backoffice.vendors.mypromo.accounts import (
    FULFILLER,
    FULFILLER_FIELDS,
    MERCHANT,
    MERCHANT_FIELDS,
    SANDBOX,
    SANDBOX_FIELDS,
    Account,
    fulfiller_account,
    leads_to_live,
    merchant_account,
    sandbox_account,
)
from backoffice.vendors.mypromo.batches import FulfillerBatches, MerchantBatches
from backoffice.vendors.mypromo.catalog import CatalogAbility, MarketAbility
from backoffice.vendors.mypromo.client import MypromoClient
from backoffice.vendors.mypromo.designs import DesignsAbility, PreviewAbility
from backoffice.vendors.mypromo.files import FilesAbility
from backoffice.vendors.mypromo.jobs import JobsAbility
from backoffice.vendors.mypromo.known_errors import KNOWN_ERRORS
from backoffice.vendors.mypromo.listings import ListingsAbility, StockAndPrices
from backoffice.vendors.mypromo.orders import OrdersAbility
from backoffice.vendors.mypromo.production import ProductionAbility
from backoffice.vendors.mypromo.reference import ReferenceAbility
from backoffice.vendors.session import Pace


class _Adapter(CallsSecretAddresses):
    """What all accounts have. Raises VendorError; sees no model of ours."""

    # Of the settings that they share: address, sandbox.
    settings_prefix: ClassVar[str] = "MYPROMO"
    KNOWN_ERRORS: ClassVar[tuple[KnownError, ...]] = KNOWN_ERRORS
    SIGNS_CALLBACKS: ClassVar[bool] = False
    HAS_STATUS: ClassVar[bool] = True
    client: MypromoClient

    def __init__(self, connection: Connection, *, pace: Pace | None = None) -> None:
        self.client = MypromoClient(connection, account=self._account(), pace=pace)

    @classmethod
    def _account(cls) -> Account:
        raise NotImplementedError

    @classmethod
    def is_configured(cls) -> bool:
        return cls._account().is_complete

    def check(self) -> str:
        """Ask for the status, with our credentials, so that both are checked. "OK" when all is well."""
        return self.client.status().message

    @classmethod
    def read_callback(cls, topic: str, body: bytes) -> tuple[Message, ...]:
        base = cls._account().url
        return callbacks.read(topic, body, vendor=cls.name, base=base, topics=cls.CALLBACK_TOPICS)

    @classmethod
    def verify_callback(cls, request: CallbackRequest) -> bool:
        return callbacks.verify(request, cls.settings)

    @classmethod
    def callback_path_token(cls) -> str:
        """Return the token for addresses that are handed out now, empty without a secret."""
        return callbacks.callback_path_token(cls.settings)

    @classmethod
    def is_callback_path(cls, token: str) -> bool:
        return callbacks.is_callback_path(token, cls.settings)

    @classmethod
    def callback_addresses(cls) -> dict[str, str]:
        return callbacks.addresses(cls)

    @classmethod
    def find_weak_secret(cls) -> str:
        seen = cls.settings
        is_weak = seen.MYPROMO_URL and len(seen.MYPROMO_CALLBACK_SECRET) < callbacks.SHORTEST_SECRET
        return f"MYPROMO_CALLBACK_SECRET is shorter than {callbacks.SHORTEST_SECRET} characters." if is_weak else ""


class _MakingAdapter(CatalogAbility, ReferenceAbility, JobsAbility, FilesAbility, _Adapter):
    """What both accounts have where something is made."""


@final
class MyPromo(_MakingAdapter, MarketAbility, OrdersAbility, DesignsAbility, ListingsAbility, MerchantBatches):
    """The merchant's account: orders, designs, catalogue, sales prices, search texts, channels."""

    name: ClassVar[str] = MERCHANT
    title: ClassVar[str] = "mypromo"
    purpose: ClassVar[Promise] = gettext_lazy("Makes and ships ordered goods: catalogue, prices, stock, orders.")
    after_restore: ClassVar[Promise] = gettext_lazy(
        "Prices, texts and stock sent since the backup are not known here: run sync_catalog and read_listings, and "
        "check each waiting change set before it is sent."
    )
    CALLBACK_TOPICS: ClassVar[Mapping[str, type[Message]]] = callbacks.TOPICS[MERCHANT]
    TEST_ACCOUNT: ClassVar[str] = SANDBOX
    ACCOUNT_FIELDS: ClassVar[tuple[AccountField, ...]] = MERCHANT_FIELDS

    @classmethod
    def _account(cls) -> Account:
        return merchant_account(cls.name, cls.settings)

    @classmethod
    def find_setting_faults(cls) -> list[str]:
        if cls.settings.MYPROMO_SANDBOX_CLIENT_ID and leads_to_live(cls.settings.MYPROMO_SANDBOX_URL):
            return ["MYPROMO_SANDBOX_URL is where orders are really made: test orders are simulated instead."]
        return []


@final
class MyPromoSandbox(_Adapter, OrdersAbility, DesignsAbility):
    """The merchant's account at their sandbox: orders and designs of test keys, and nothing that is made."""

    name: ClassVar[str] = SANDBOX
    title: ClassVar[str] = "mypromo (sandbox)"
    purpose: ClassVar[Promise] = gettext_lazy("Accepts test orders: nothing is produced, and progress is simulated.")
    CALLBACK_TOPICS: ClassVar[Mapping[str, type[Message]]] = callbacks.TOPICS[SANDBOX]
    FOR_TESTS: ClassVar[bool] = True
    TEST_ACCOUNT: ClassVar[str] = SANDBOX
    ACCOUNT_FIELDS: ClassVar[tuple[AccountField, ...]] = SANDBOX_FIELDS

    @classmethod
    def _account(cls) -> Account:
        return sandbox_account(cls.name, cls.settings)


@final
class MyPromoFulfiller(_MakingAdapter, ProductionAbility, PreviewAbility, StockAndPrices, FulfillerBatches):
    """The fulfiller's account: production orders, labels, shipments, own prices and stock."""

    name: ClassVar[str] = FULFILLER
    title: ClassVar[str] = "mypromo (fulfiller)"
    purpose: ClassVar[Promise] = gettext_lazy("Sends us production orders that we make and ship for other merchants.")
    after_restore: ClassVar[Promise] = gettext_lazy(
        "It does not show which labels were downloaded since the backup. Those that were waiting are among the "
        "unknown outcomes; before you fetch another one, check whether its parcel has left."
    )
    CALLBACK_TOPICS: ClassVar[Mapping[str, type[Message]]] = callbacks.TOPICS[FULFILLER]
    SHARES_SKUS_WITH: ClassVar[Sequence[str]] = (MERCHANT,)
    ACCOUNT_FIELDS: ClassVar[tuple[AccountField, ...]] = FULFILLER_FIELDS

    @classmethod
    def _account(cls) -> Account:
        return fulfiller_account(cls.name, cls.settings)
