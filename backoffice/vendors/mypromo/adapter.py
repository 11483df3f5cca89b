"""mypromo as the project sees it: what its two kinds of accounts can do, in our words."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from backoffice.vendors.abilities import CallsSecretAddresses
from backoffice.vendors.base import Connection
from backoffice.vendors.messages import Message
from backoffice.vendors.mypromo import callbacks
from backoffice.vendors.mypromo.accounts import FULFILLER, MERCHANT, Account, fulfiller_account, merchant_account
from backoffice.vendors.mypromo.batches import FulfillerBatches, MerchantBatches
from backoffice.vendors.mypromo.catalog import CatalogAbility
from backoffice.vendors.mypromo.client import MypromoClient
from backoffice.vendors.mypromo.designs import DesignsAbility, PreviewAbility
from backoffice.vendors.mypromo.files import FilesAbility
from backoffice.vendors.mypromo.jobs import JobsAbility
from backoffice.vendors.mypromo.listings import ListingsAbility, StockAndPrices
from backoffice.vendors.mypromo.orders import OrdersAbility
from backoffice.vendors.mypromo.production import ProductionAbility
from backoffice.vendors.mypromo.reference import ReferenceAbility
from backoffice.vendors.session import Pace


class _Adapter(CatalogAbility, ReferenceAbility, JobsAbility, FilesAbility, CallsSecretAddresses):
    """What both accounts have. Raises VendorError; sees no model of ours."""

    # Of the settings that both share: address, sandbox.
    settings_prefix: ClassVar[str] = "MYPROMO"
    SIGNS_CALLBACKS: ClassVar[bool] = False
    client: MypromoClient

    verify_callback = staticmethod(callbacks.verify)
    callback_path_token = staticmethod(callbacks.callback_path_token)
    is_callback_path = staticmethod(callbacks.is_callback_path)

    def __init__(self, connection: Connection, *, pace: Pace | None = None) -> None:
        self.client = MypromoClient(connection, account=self._account(), pace=pace)

    @staticmethod
    def _account() -> Account:
        raise NotImplementedError

    @classmethod
    def is_configured(cls) -> bool:
        return cls._account().is_complete

    def check(self) -> str:
        """Ask for the status, with our credentials, so that both are checked. "OK" when all is well."""
        return self.client.status().message

    @classmethod
    def read_callback(cls, topic: str, body: bytes) -> tuple[Message, ...]:
        return callbacks.read(topic, body, vendor=cls.name)

    @classmethod
    def callback_addresses(cls) -> dict[str, str]:
        return callbacks.addresses(cls.name)

    @classmethod
    def find_weak_secret(cls) -> str:
        is_weak = settings.MYPROMO_URL and len(settings.MYPROMO_CALLBACK_SECRET) < callbacks.SHORTEST_SECRET
        return f"MYPROMO_CALLBACK_SECRET is shorter than {callbacks.SHORTEST_SECRET} characters." if is_weak else ""


@final
class MyPromo(_Adapter, OrdersAbility, DesignsAbility, ListingsAbility, MerchantBatches):
    """The merchant's account: orders, designs, catalogue, sales prices, search texts, channels."""

    name: ClassVar[str] = MERCHANT
    title: ClassVar[str] = "mypromo"
    purpose: ClassVar[Promise] = gettext_lazy("Makes and ships what is ordered: catalogue, prices, stock, orders.")
    after_restore: ClassVar[Promise] = gettext_lazy(
        "Prices, texts and stock that were sent since the backup are not known here: run sync_catalog and "
        "read_listings, and check each change set that waits before it is sent."
    )
    CALLBACK_TOPICS: ClassVar[Mapping[str, type[Message]]] = callbacks.TOPICS[MERCHANT]
    _account = staticmethod(merchant_account)


@final
class MyPromoFulfiller(_Adapter, ProductionAbility, PreviewAbility, StockAndPrices, FulfillerBatches):
    """The fulfiller's account: production orders, labels, shipments, own prices and stock."""

    name: ClassVar[str] = FULFILLER
    title: ClassVar[str] = "mypromo (fulfiller)"
    purpose: ClassVar[Promise] = gettext_lazy("Gives us production orders that we make and ship for other merchants.")
    after_restore: ClassVar[Promise] = gettext_lazy(
        "It does not show which labels were downloaded since the backup. Those that waited stand among the unknown "
        "outcomes; before you fetch another one, look whether its parcel has left."
    )
    CALLBACK_TOPICS: ClassVar[Mapping[str, type[Message]]] = callbacks.TOPICS[FULFILLER]
    SHARES_SKUS_WITH: ClassVar[Sequence[str]] = (MERCHANT,)
    _account = staticmethod(fulfiller_account)
