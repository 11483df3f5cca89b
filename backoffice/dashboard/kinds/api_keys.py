"""API keys that end, before a storefront finds out."""

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy

from backoffice.accounts.models import ApiKey
from backoffice.accounts.services.key_standing import ending_keys
from backoffice.dashboard.kind import ListedKind, Need, link, page_of
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from backoffice.visibility import visible

# The most that are shown; nobody has so many storefronts whose keys end together.
_MOST = 50


def _needs() -> list[Need]:
    rows = visible(ending_keys()).select_related("shop").order_by("created", "pk")
    return [
        Need(f"{key.shop.name} · {key.name}", _detail(key), None, link("accounts_apikey_change", key.pk))
        for key in rows[:_MOST]
    ]


def _detail(key: ApiKey) -> str:
    """Return what ends and when; the old secret only where the key itself does not."""
    if key.has_expired:
        text, end = _("Expired on %(day)s"), key.expiry_date
    elif key.has_previous:
        text, end = _("The old secret is still in use and works until %(day)s"), key.previous_until
    else:
        text, end = _("Expires on %(day)s"), key.expiry_date
    return text % {"day": date_format(localtime(end), "SHORT_DATETIME_FORMAT")} if end else ""


KINDS = [
    ListedKind(
        name="ending-keys",
        title=gettext_lazy("API keys that expire"),
        icon="key",
        tone=Tone.AMBER,
        place=236,
        see=("accounts.view_apikey",),
        act="accounts.change_apikey",
        page=page_of("accounts_apikey_changelist", query="?state=ends_soon"),
        listed=_needs,
    )
]
