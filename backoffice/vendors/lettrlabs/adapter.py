"""LettrLabs as the project sees it, in our words."""

from typing import ClassVar

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from backoffice.vendors.base import CallbackRequest, Connection, InvalidCallback
from backoffice.vendors.messages import Message


class LettrLabs:
    """What the vendor can do. Raises VendorError; sees no model of ours."""

    name: ClassVar[str] = "lettrlabs"
    title: ClassVar[str] = "LettrLabs"
    purpose: ClassVar[Promise] = gettext_lazy("Writes cards by robot and mails them in campaigns.")
    settings_prefix = "LETTRLABS"

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @classmethod
    def is_configured(cls) -> bool:
        return bool(settings.LETTRLABS_URL and settings.LETTRLABS_API_KEY)

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
        raise InvalidCallback("LettrLabs sends no callbacks")
