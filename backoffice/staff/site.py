"""The site of all staff pages. Where an app's pages are found does not depend on where its code is kept."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path, register_converter
from django.utils.functional import SimpleLazyObject
from unfold.dataclasses import SearchResult
from unfold.sites import UnfoldAdminSite

# Label of an app -> first part of the addresses of its pages, where these are not the same. Bookmarks and links in
# e-mails outlive an app's name.
ADDRESSES = {
    "accounts": "backoffice",
    "audit": "backoffice",
    "complaints": "orders",
    "customers": "orders",
    "drafts": "orders",
    "importing": "orders",
    "conversation": "orders",
    "engine": "backoffice",
    "jobs": "backoffice",
    "marketing": "orders",
    "privacy": "backoffice",
    "rules": "orders",
    "staff": "backoffice",
    "vendor_accounts": "backoffice",
    "webhooks": "backoffice",
    "woocommerce": "orders",
}


# Pages that belong to no model: (route, view, name, whether the view says for how long it may be kept).
_PAGES: list[tuple[str, Callable[..., HttpResponseBase], str, bool]] = []


def register_page(route: str, view: Callable[..., HttpResponseBase], *, name: str, cacheable: bool = False) -> None:
    """Add a page below the site's own address, for staff who are signed in; its name is `admin:<name>`."""
    _PAGES.append((route, view, name, cacheable))


class AppAddress:
    """The address of an app's own page, which lists the models of all apps that share it."""

    regex = "[a-z_]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, label: str) -> str:
        return ADDRESSES.get(label, label)


register_converter(AppAddress, "app_address")


class StaffSite(UnfoldAdminSite):
    """Unfold's site, with the addresses of `ADDRESSES`."""

    def get_urls(self) -> list[URLPattern | URLResolver]:
        from backoffice.staff import list_settings  # has models, and the site is made before there are any

        pages = [
            ("lists/<slug:key>/views/", list_settings.save_view, "staff_view_save", False),
            ("lists/<slug:key>/views/<int:pk>/delete/", list_settings.delete_view, "staff_view_delete", False),
            ("lists/<slug:key>/settings/", list_settings.save_settings, "staff_list_settings", False),
        ]
        own = [path(route, self.admin_view(view, kept), name=name) for route, view, name, kept in [*_PAGES, *pages]]
        return own + [self._at_its_address(url) for url in super().get_urls()]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Leave the colours out, which Unfold would write into each page: they are in a file, `theme.css`."""
        return super().each_context(request) | {"colors": {}}

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """Return the apps by address; `app_label` is one. They are found once somebody looks: few pages do."""
        found: Any = SimpleLazyObject(lambda: self._find_apps(request, app_label))
        return found

    def _find_apps(self, request: HttpRequest, app_label: str | None) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for app in super().get_app_list(request):
            address = ADDRESSES.get(app["app_label"], app["app_label"])
            if app_label in (None, address):
                name = apps.get_app_config(address).verbose_name
                shared = found.setdefault(address, {**app, "app_label": address, "name": name, "models": []})
                shared["models"] = sorted(shared["models"] + app["models"], key=lambda model: str(model["name"]))
        return sorted(found.values(), key=lambda app: str(app["name"]).lower())

    def _search_apps(self, app_list: list[dict[str, Any]], search_term: str) -> list[SearchResult]:
        """Return the lists whose own name has the term, what is named exactly so first. Unfold adds all lists of an app
        that is named so.
        """
        named = [(str(model["name"]), app, model) for app in app_list for model in app["models"]]
        found = [one for one in named if search_term in one[0].lower()]
        found.sort(key=lambda one: (one[0].lower() != search_term, not one[0].lower().startswith(search_term)))
        return [
            SearchResult(title=name, description=str(app["name"]), link=model["admin_url"], icon="tag")
            for name, app, model in found
        ]

    def _at_its_address(self, url: URLPattern | URLResolver) -> URLPattern | URLResolver:
        if isinstance(url, URLPattern):
            return path("<app_address:app_label>/", url.callback, name=url.name) if url.name == "app_list" else url
        label, slash, rest = str(url.pattern).partition("/")
        return path(f"{ADDRESSES[label]}{slash}{rest}", include(url.url_patterns)) if label in ADDRESSES else url
