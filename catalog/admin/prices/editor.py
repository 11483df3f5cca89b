"""The price editor: a grid over the catalogue whose edits become a draft change set, and formulas over it."""

import json
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.views.decorators.http import require_POST

from backoffice.accounts.services.markets import Market
from backoffice.errors import DomainError, InvalidInput
from backoffice.sight import PURCHASE_PRICES, may_see_purchase_prices, require_sight
from backoffice.staff.base import actor
from backoffice.text.structs import clean_texts
from backoffice.text.translatable import gettext as _
from catalog.admin.change_set_pages.actions import page_of_set
from catalog.admin.change_set_pages.drafts import OFFERED, find_set, keep_edits, open_drafts, sets_of
from catalog.admin.prices.rows import PriceFilters, filtered_variants, read_grid
from catalog.labels import account_label
from catalog.models import ChangeKind
from catalog.services.change_sets.formats import vendors_for
from catalog.services.current_values import price_text, variants_in
from catalog.services.formula_runs import draft_formula, formula_of, preview_formula
from catalog.services.price_markets import get_price_market, market_key

MOST_PREVIEWED = 500
_KINDS = (ChangeKind.SALES_PRICES.value, ChangeKind.FULFILLER_PRICES.value)


def grid_context(request: HttpRequest) -> dict[str, Any]:
    """Return what the page shows. `?draft=<pk>` lays an editable set over the grid."""
    filters = PriceFilters(request.GET)
    kind = filters.chosen_kind
    _require_prices(kind)
    vendor, market = vendors_for(kind)[0], filters.chosen_market
    drafts = open_drafts(kind, vendor=vendor, market=market)
    draft = find_set(drafts, request.GET.get("draft"))
    return {
        "filters": filters,
        "searched": filters.values.get("q", ""),
        "grid": read_grid(request, filters, vendor=vendor, draft=draft, market=market),
        "vendor": vendor,
        "market": market_key(market),
        "currency": market.currency if market else "",
        "account": account_label(kind),
        "draft": draft,
        "drafts": list(drafts[:OFFERED]),
        "has_formulas": kind == ChangeKind.SALES_PRICES and may_see_purchase_prices(),
        "query": request.GET.urlencode(),
    }


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Add edits to a draft, sent as {"kind", "draft", "title", "rows": {sku: {list: {quantity: price|null}}}}.

    Return {"url"} of the change set; 400 with {"text", "errors": {sku: [text]}} when they make no sense.
    """
    given = _body(request)
    _require_prices(str(given.get("kind")))
    kind, rows = given.get("kind"), given.get("rows")
    if kind not in _KINDS or not isinstance(rows, dict) or not all(isinstance(row, dict) for row in rows.values()):
        raise BadRequest
    try:
        vendor = vendors_for(kind)[0]
        market = _market(given, kind=kind)
        # One that is approved by now refuses, instead of being left alone for a new one.
        draft = find_set(sets_of(kind, vendor=vendor, market=market), given.get("draft"))
        change_set = keep_edits(
            kind, vendor=vendor, rows=rows, draft=draft, title=_title(given), actor=actor(request), market=market
        )
    except DomainError as error:
        return _refusal(error)
    return JsonResponse({"url": page_of_set(change_set)})


@require_POST
def try_formula(request: HttpRequest) -> HttpResponse:
    """Return what a formula makes of some SKUs: {"rows": [{sku, quantity, after, margin}]}. Nothing is stored."""
    require_sight(PURCHASE_PRICES)
    given = _body(request)
    skus = given.get("skus")
    if not isinstance(skus, list) or len(skus) > MOST_PREVIEWED or not all(isinstance(sku, str) for sku in skus):
        raise BadRequest
    vendor = vendors_for(ChangeKind.SALES_PRICES)[0]
    try:
        formula, market = formula_of(given), _market(given)
    except DomainError as error:
        return _refusal(error)
    variants = list(variants_in(vendor, market).filter(sku__in=skus))
    found = preview_formula(formula, vendor=vendor, variants=variants, market=market)
    rows = [
        {
            "sku": row.sku,
            "quantity": row.quantity,
            "after": price_text(row.after),
            "margin": None if row.margin is None else str(row.margin),
        }
        for row in found
    ]
    return JsonResponse({"rows": rows})


@require_POST
def draft_for_all(request: HttpRequest) -> HttpResponse:
    """Draft the formula over all that the filter finds. Return {"url"}."""
    require_sight(PURCHASE_PRICES)
    given = _body(request)
    vendor = vendors_for(ChangeKind.SALES_PRICES)[0]
    filters = PriceFilters(QueryDict(str(given.get("query", ""))))
    try:
        market = _market(given)
        change_set = draft_formula(
            formula_of(given),
            vendor=vendor,
            variants=filtered_variants(vendor, filters.values, market=market),
            title=_title(given),
            actor=actor(request),
            market=market,
        )
    except DomainError as error:
        return _refusal(error)
    if change_set is None:
        return JsonResponse({"text": _("The formula changes nothing."), "errors": {}}, status=400)
    return JsonResponse({"url": page_of_set(change_set)})


def _require_prices(kind: str) -> None:
    """Raise PermissionDenied for purchase prices, where the reader may not see them."""
    if kind == ChangeKind.FULFILLER_PRICES:
        require_sight(PURCHASE_PRICES)


def _market(given: dict[str, Any], *, kind: str = ChangeKind.SALES_PRICES) -> Market | None:
    """Return the market that the page was about. Raise InvalidInput where no shop sells in it any more."""
    return get_price_market(vendors_for(kind)[0], str(given.get("market") or ""), kind=kind)


def _title(given: dict[str, Any]) -> str:
    return str(given.get("title") or "").strip()[:200] or _("Prices from the editor")


def _body(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object sent. Raises BadRequest."""
    errors: dict[str, list[str]] = {}
    try:
        given = clean_texts(json.loads(request.body), Any, errors=errors)
    except (ValueError, RecursionError):
        raise BadRequest from None
    if errors or not isinstance(given, dict):
        raise BadRequest
    return given


def _refusal(error: DomainError) -> JsonResponse:
    errors = error.errors if isinstance(error, InvalidInput) else {}
    return JsonResponse({"text": error.text, "errors": errors}, status=400)
