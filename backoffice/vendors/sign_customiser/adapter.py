"""Sign Customiser as the project sees it, in our words."""

from typing import ClassVar

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from backoffice.vendors.base import CallbackRequest, Connection, InvalidCallback
from backoffice.vendors.messages import Message


class SignCustomiser:
    """What the vendor can do. Raises VendorError; sees no model of ours."""

    name: ClassVar[str] = "sign-customiser"
    title: ClassVar[str] = "Sign Customiser"
    purpose: ClassVar[Promise] = gettext_lazy("Lets shoppers design signs, and makes them.")
    settings_prefix = "SIGN_CUSTOMISER"

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @classmethod
    def is_configured(cls) -> bool:
        return bool(settings.SIGN_CUSTOMISER_URL and settings.SIGN_CUSTOMISER_TOKEN)

    @classmethod
    def is_callback_path(cls, token: str) -> bool:
        return token == ""

    @classmethod
    def verify_callback(cls, request: CallbackRequest) -> bool:
        """It calls nobody: what claims to come from it does not."""
        return False

    @classmethod
    def callback_key(cls, topic: str, body: bytes) -> str | None:
        return None

    @classmethod
    def read_callback(cls, topic: str, body: bytes) -> tuple[Message, ...]:
        raise InvalidCallback("Sign Customiser sends no callbacks")
