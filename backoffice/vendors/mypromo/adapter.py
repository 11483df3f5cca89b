"""mypromo as the project sees it: what it can do, in our words."""

from django.conf import settings

from backoffice.vendors.base import CallbackRequest, Connection
from backoffice.vendors.messages import Message
from backoffice.vendors.mypromo import callbacks
from backoffice.vendors.mypromo.catalog import CatalogAbility
from backoffice.vendors.mypromo.client import Client
from backoffice.vendors.mypromo.listings import ListingsAbility
from backoffice.vendors.mypromo.orders import OrdersAbility
from backoffice.vendors.mypromo.reference import ReferenceAbility
from backoffice.vendors.mypromo.reports import NAME
from backoffice.vendors.session import Pace


class MyPromo(OrdersAbility, CatalogAbility, ListingsAbility, ReferenceAbility):
    """Orders, catalogue, stock, prices and reference data of mypromo. Raises VendorError; sees no model of ours."""

    name = NAME
    client: Client

    def __init__(self, connection: Connection, *, pace: Pace | None = None) -> None:
        self.client = Client(connection, pace=pace)

    @classmethod
    def is_configured(cls) -> bool:
        return all((settings.MYPROMO_URL, settings.MYPROMO_CLIENT_ID, settings.MYPROMO_CLIENT_SECRET))

    def check(self) -> str:
        """Ask for the status, with our credentials, so that both are checked. "OK" when all is well."""
        return self.client.status().message

    @classmethod
    def verify_callback(cls, request: CallbackRequest) -> bool:
        """Whether the request carries our secret, in constant time."""
        return callbacks.verify(request)

    @classmethod
    def read_callback(cls, topic: str, body: bytes) -> tuple[Message, ...]:
        """What a callback says. Raises InvalidCallback for anything unreadable."""
        return callbacks.read(topic, body)

    @classmethod
    def callback_key(cls, topic: str, body: bytes) -> str | None:
        """None: mypromo numbers no events, a hash of the body has to do."""
        return None

    @classmethod
    def callback_path_token(cls) -> str:
        """The part of our callback address that cannot be guessed."""
        return callbacks.callback_path_token()

    @classmethod
    def is_callback_path(cls, token: str) -> bool:
        """Whether an address with that token is ours, also for a while after the secret was changed."""
        return callbacks.is_callback_path(token)
