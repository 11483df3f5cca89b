"""The list of API keys."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import ApiKey, ApiKeyUse, Shop
from backoffice.accounts.models.shop import TEST_MARK
from backoffice.accounts.services.key_standing import KeyStanding, of_standing, standing_of, use_of
from backoffice.staff.filter_form import FilterForm, choice_field
from backoffice.staff.keyset import KeysetPage, Sort, page_of
from backoffice.staff.list_page import ListPage
from backoffice.staff.live import row_versions
from backoffice.visibility import visible


def _shops() -> list[tuple[int, str]]:
    return list(visible(Shop.objects.order_by("name")).values_list("pk", "name"))


class ApiKeyFilters(FilterForm):
    """What keys can be filtered by."""

    state = choice_field(_("State"), KeyStanding.choices)
    shop = choice_field(_("Shop"), _shops)
    mode = choice_field(_("Mode"), [("live", _("Live")), ("test", _("Test"))])

    def condition(self, name: str, value: Any) -> Q:
        if name == "state":
            return of_standing(value)
        return Q(is_test=value == "test") if name == "mode" else super().condition(name, value)

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Return those whose name has the text, or that begin with it as their owner sees them."""
        return rows.filter(Q(name__icontains=text) | Q(prefix=text.removeprefix(TEST_MARK)[:8]))


class ApiKeyList(ListPage[ApiKey]):
    """Keys of all shops, the newest first."""

    title = _("API keys")
    template_name = "accounts/key_list.html"
    queryset = ApiKey.objects.select_related("shop", "use")
    filter_class = ApiKeyFilters
    views = (
        (_("All"), ""),
        (_("Expires soon"), "state=ends_soon"),
        (_("Not used for 90 days"), "state=unused"),
        (_("Revoked"), "state=revoked"),
    )
    search_words = _("Name or start of the key")
    empty_icon = "key"

    def get_page(self) -> KeysetPage[ApiKey]:
        """Return the page by when keys were made: their own keys are random."""
        return page_of(self.get_queryset(), self.request.GET, size=self.paginate_by, sort=_BY_AGE, read=_prefix)

    def get_rows(self, found: list[ApiKey]) -> list[dict[str, Any]]:
        return [{"key": key, "chip": standing_of(key).chip(), "use": use_of(key)} for key in found]

    def get_related_version(self, keys: list[Any]) -> Any:
        return row_versions(ApiKeyUse.objects.filter(pk__in=keys)) if keys else ()


_BY_AGE = Sort("created")


def _prefix(text: str) -> str | None:
    return text if text.isascii() and text.isalnum() and len(text) == 8 else None
