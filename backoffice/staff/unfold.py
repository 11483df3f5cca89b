"""How the staff pages look: Unfold's settings. The rules of our own components are in `static/backoffice/desk.css`.

The primary colour is a violet, so that it is none of the five colours that speak of state. 600 is what light pages use
(6.5:1 on white), 500 what dark pages use (6.2:1 on the page, 5.2:1 on a card).
"""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop


def _asset(name: str) -> Any:
    """Return an asset's address when the page is rendered: only then does the manifest exist."""

    def address(request: HttpRequest) -> str:
        return static(f"backoffice/{name}")

    return address


# What Unfold shows and has no German for: named here, so that our own catalogue has it.
TRANSLATED_HERE = [gettext_noop("Search apps and models..."), gettext_noop("Type to search")]

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Back office"),
    "SITE_HEADER": _("Back office"),
    "SITE_ICON": _asset("icon.svg"),
    "SITE_URL": None,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "sizes": "any", "href": _asset("icon.svg")}],
    "SHOW_LANGUAGES": True,
    "SHOW_HISTORY": False,
    "ENVIRONMENT": "backoffice.dashboard.environment.badge",
    "STYLES": [
        _asset("tokens.css"),
        _asset("desk.css"),
        _asset("order.css"),
        _asset("lists.css"),
        _asset("order-page.css"),
        _asset("machine.css"),
        _asset("catalog.css"),
        _asset("production-desk.css"),
        _asset("rules.css"),
        _asset("mail.css"),
        _asset("inbox.css"),
        _asset("complaints.css"),
        _asset("customers.css"),
    ],
    "SCRIPTS": [
        _asset("desk.js"),
        _asset("live.js"),
        _asset("order-page.js"),
        _asset("conversation.js"),
        _asset("keys.js"),
        _asset("inbox.js"),
    ],
    "COMMAND": {"search_callback": "backoffice.dashboard.palette.find", "show_history": True},
    "SIDEBAR": {
        "command_search": True,
        "show_search": True,
        "navigation": "backoffice.dashboard.navigation.sidebar",
    },
    "COLORS": {
        "base": {
            "50": "oklch(98.6% .002 286)",
            "100": "oklch(96.8% .003 286)",
            "200": "oklch(92.4% .005 286)",
            "300": "oklch(87% .007 286)",
            "400": "oklch(72% .012 286)",
            "500": "oklch(53% .014 286)",
            "600": "oklch(44.5% .015 286)",
            "700": "oklch(36.5% .014 286)",
            "800": "oklch(27.2% .012 286)",
            "900": "oklch(20.5% .011 286)",
            "950": "oklch(14% .008 286)",
        },
        "primary": {
            "50": "oklch(97.4% .014 286)",
            "100": "oklch(94.4% .03 286)",
            "200": "oklch(89.4% .06 286)",
            "300": "oklch(82% .1 286)",
            "400": "oklch(76% .13 286)",
            "500": "oklch(69% .15 285)",
            "600": "oklch(50% .19 283)",
            "700": "oklch(44% .17 283)",
            "800": "oklch(38% .14 283)",
            "900": "oklch(33% .11 283)",
            "950": "oklch(25% .09 283)",
        },
    },
}
