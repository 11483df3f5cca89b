"""Which rows somebody selected in a list: the marked ones, or all that its filters find."""

from copy import copy
from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from backoffice.staff.keyset import PLACE
from backoffice.staff.list_page import ListPage
from backoffice.staff.marks import marked_keys
from backoffice.staff.pages import PagesAdmin
from backoffice.visibility import visible

MOST_COUNTED = 100_000


def list_of(request: HttpRequest, model: type[Model], *, query: QueryDict) -> ListPage[Any]:
    """Return the list of the model as these filters narrow it for the reader. Raise PermissionDenied."""
    of = admin.site._registry.get(model)
    if not isinstance(of, PagesAdmin):
        raise PermissionDenied
    of.require_view(request)
    narrowed = copy(request)
    narrowed.GET = query  # type: ignore[assignment]
    return of.list_page(narrowed)


def selected_rows(request: HttpRequest, model: type[Model]) -> tuple[QuerySet[Any], str]:
    """Return the rows that a list has posted, and its filters. "All" stands for the filters of the list itself."""
    address = urlsplit(request.POST.get("back", ""))
    # Whoever sends anything else gets what is marked: "all" must never be more than somebody has seen.
    is_list = not address.netloc and address.path == reverse(list_url(model))
    query = narrowing(QueryDict(address.query) if is_list else QueryDict())
    page = list_of(request, model, query=query)
    if request.POST.get("all") == "1" and is_list:
        return page.get_queryset(), query.urlencode()
    keys = marked_keys(request.POST, str(model._meta.model_name))
    return visible(model._default_manager.filter(pk__in=keys)), query.urlencode()


def narrowing(query: QueryDict) -> QueryDict:
    """Return the filters and the search of an address, without where in the list one is."""
    kept = query.copy()
    for name in PLACE:
        kept.pop(name, None)
    return kept


def list_url(model: type[Model]) -> str:
    """Return the name of the address of the model's list."""
    return f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
