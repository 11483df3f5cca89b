"""The accounts one may have at mypromo: a client there is a merchant or a fulfiller, and sees its side only. A merchant
may have another one at their sandbox, for test orders.
"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings as all_settings
from django.utils.translation import gettext_lazy as _

from backoffice.vendors.auth import origin
from backoffice.vendors.kept_accounts import AccountField, FieldKind

MERCHANT = "mypromo"
FULFILLER = "mypromo-fulfiller"
SANDBOX = "mypromo-sandbox"
MERCHANT_ROLE = "MERCHANT"
# Where orders are really made, by their documents.
LIVE_HOST = "api.mypromo.com"


@dataclass(frozen=True)
class Account:
    """Credentials of one client. `name` is the vendor's name with us: token, rate limit and breaker hang on it. Only
    what goes to a sandbox carries its flags: the live system must never see them.
    """

    name: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str
    url: str
    is_sandbox: bool = False

    @property
    def role(self) -> str:
        """The role that a 403 says is missing: their scope `*` stands for all that the client has."""
        return MERCHANT_ROLE if self.scope == "*" else self.scope

    @property
    def is_complete(self) -> bool:
        return all((self.url, self.client_id, self.client_secret))


def _fields(prefix: str, *, address: str) -> tuple[AccountField, ...]:
    return (
        AccountField(address, FieldKind.ADDRESS, _("Address"), _("Leave empty to use the address in the settings.")),
        AccountField(f"{prefix}_CLIENT_ID", FieldKind.IDENTITY, _("Client ID")),
        AccountField(f"{prefix}_CLIENT_SECRET", FieldKind.SEALED, _("Client secret")),
        AccountField("MYPROMO_CALLBACK_SECRET", FieldKind.MADE, _("Incoming webhook secret"), is_required=False),
        AccountField("MYPROMO_CALLBACK_SECRET_PREVIOUS", FieldKind.MADE, _("Previous secret"), is_required=False),
    )


MERCHANT_FIELDS = _fields("MYPROMO", address="MYPROMO_URL")
FULFILLER_FIELDS = _fields("MYPROMO_FULFILLER", address="MYPROMO_URL")
SANDBOX_FIELDS = _fields("MYPROMO_SANDBOX", address="MYPROMO_SANDBOX_URL")


def merchant_account(name: str, settings: Any) -> Account:
    """Return the merchant's client, with the scope of mypromo's own example."""
    return Account(
        name,
        settings.MYPROMO_CLIENT_ID,
        settings.MYPROMO_CLIENT_SECRET,
        scope="*",
        url=settings.MYPROMO_URL,
        is_sandbox=bool(settings.MYPROMO_SANDBOX),
    )


def sandbox_account(name: str, settings: Any) -> Account:
    """Return the merchant's client at their sandbox. It has no address, and so is not set up, where the settings name
    one at which orders are made.
    """
    return Account(
        name,
        settings.MYPROMO_SANDBOX_CLIENT_ID,
        settings.MYPROMO_SANDBOX_CLIENT_SECRET,
        scope="*",
        url="" if leads_to_live(settings.MYPROMO_SANDBOX_URL) else settings.MYPROMO_SANDBOX_URL,
        is_sandbox=True,
    )


def leads_to_live(url: str) -> bool:
    """Return whether the address is their live one, or that of our own account, whose orders may be made."""
    own = "" if all_settings.MYPROMO_SANDBOX else all_settings.MYPROMO_URL
    host = (urlsplit(url).hostname or "").rstrip(".")
    return host == LIVE_HOST or bool(own and url and origin(own) == origin(url))


def fulfiller_account(name: str, settings: Any) -> Account:
    return Account(
        name,
        settings.MYPROMO_FULFILLER_CLIENT_ID,
        settings.MYPROMO_FULFILLER_CLIENT_SECRET,
        scope="FULFILLER",
        url=settings.MYPROMO_URL,
    )
