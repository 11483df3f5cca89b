"""How the staff pages look: Unfold's settings. Its colours are in
`static/backoffice/theme.css`, the rules of our own components in `desk.css`; `bundles.py` lists all that pages load.

The primary colour is a violet, so that it is none of the five colours that speak of state. 600 is what light pages use
(6.5:1 on white), 500 what dark pages use (6.2:1 on the page, 5.2:1 on a card).
"""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, ngettext_lazy


def _asset(name: str) -> Any:
    """Return an asset's address when the page is rendered: only then does the manifest exist."""

    def address(request: HttpRequest) -> str:
        return static(f"backoffice/{name}")

    return address


# What Unfold shows and has no German for: named here, so that our own catalogue has it.
TRANSLATED_HERE = [
    gettext_noop("Search apps and models..."),
    gettext_noop("Log out"),
    gettext_noop("Type to search"),
    gettext_noop("Ctrl + K"),
    gettext_noop("Light"),
    gettext_noop("Dark"),
    gettext_noop("System"),
    gettext_noop("Recent searches"),
    gettext_noop("No recent searches"),
    gettext_noop("Loading more results..."),
    gettext_noop("Select all rows"),
    gettext_noop("Apply Filters"),
    gettext_noop("No results found"),
    gettext_noop("Reset filters"),
    gettext_noop("This page yielded into no results. Create a new item or reset your filters."),
    gettext_noop("Choose file to upload"),
    gettext_noop("This item will be deleted."),
    gettext_noop("Click to cancel"),
    gettext_noop("Expand row"),
    gettext_noop("General"),
    gettext_noop("Go back"),
    gettext_noop("More actions"),
    gettext_noop("Toggle password visibility"),
    gettext_noop("Group permissions"),
    gettext_noop("User permissions"),
    gettext_noop("Add row"),
    ngettext_lazy(
        "\n                Found %(counter)s result in %(time)s seconds\n            ",
        "\n                Found %(counter)s results in %(time)s seconds\n            ",
    ),
]

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Back office"),
    "SITE_HEADER": _("Back office"),
    "SITE_ICON": _asset("icon.svg"),
    "SITE_URL": None,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "sizes": "any", "href": _asset("icon.svg")}],
    "SHOW_LANGUAGES": True,
    "SHOW_HISTORY": False,
    "ENVIRONMENT": "backoffice.dashboard.environment.badge",
    "ACCOUNT": {
        "navigation": [
            {"title": _("My sign-in"), "link": reverse_lazy("admin:my_sign_in")},
            {"title": _("Change password"), "link": reverse_lazy("admin:password_change")},
        ]
    },
    "COMMAND": {"search_callback": "backoffice.dashboard.palette.find", "show_history": True},
    "SIDEBAR": {
        "command_search": True,
        "show_search": True,
        "navigation": "backoffice.dashboard.navigation.sidebar",
    },
}
