"""No password is made of what everybody knows of the merchant: its shops, its host, and what this is called."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

from backoffice.accounts.models import Shop
from backoffice.text.translatable import gettext as _

# Shops whose names are looked at, the newest.
MOST_SHOPS = 1000
# Letters of a whole name, and of one word of several: "shop" alone says nothing.
SHORTEST_NAME, SHORTEST_WORD = 4, 5


class MerchantWordsValidator:
    """Which word it was is not said: it may be of a shop that is not for this reader."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError where such a word stands in it, however it is written."""
        squeezed = "".join(_words(password))
        if any(word in squeezed for word in merchant_words()):
            raise ValidationError(
                _("This password contains a name that everyone knows, such as that of a shop. Choose another one."),
                code="password_of_merchant",
            )

    def get_help_text(self) -> str:
        return _("Your password must not contain the name of a shop or of this back office.")


def merchant_words() -> set[str]:
    """Return the words that no password may have, in one query."""
    shops = Shop.objects.order_by("-pk").values_list("name", "code")[:MOST_SHOPS]
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    # What hosts are called anyhow, such as "shop" or "desk", is short.
    labels = [label for label in host.split(".") if len(label) >= SHORTEST_WORD]
    names = [settings.MFA_TOTP_ISSUER, "Back office", *labels, *(name for shop in shops for name in shop)]
    return set(_guessable(names))


def _guessable(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        words = _words(name)
        if len(whole := "".join(words)) >= SHORTEST_NAME:
            yield whole
        yield from (word for word in words if len(word) >= SHORTEST_WORD)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold())
