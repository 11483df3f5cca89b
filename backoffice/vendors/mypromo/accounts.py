"""The two accounts one may have at mypromo: a client there is a merchant or a fulfiller, and sees its side only."""

from dataclasses import dataclass, field

from django.conf import settings

MERCHANT = "mypromo"
FULFILLER = "mypromo-fulfiller"


@dataclass(frozen=True)
class Account:
    """Credentials of one client. `name` is the vendor's name with us: token, rate limit and breaker hang on it."""

    name: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str

    @property
    def is_complete(self) -> bool:
        return all((settings.MYPROMO_URL, self.client_id, self.client_secret))


def merchant_account() -> Account:
    """Return the merchant's client, with the scope of mypromo's own example."""
    return Account(MERCHANT, settings.MYPROMO_CLIENT_ID, settings.MYPROMO_CLIENT_SECRET, scope="*")


def fulfiller_account() -> Account:
    return Account(
        FULFILLER, settings.MYPROMO_FULFILLER_CLIENT_ID, settings.MYPROMO_FULFILLER_CLIENT_SECRET, scope="FULFILLER"
    )
