"""PATCH of prices, inventory and SEO texts: a batch is refused whole, or queued as one job.

A token with both roles speaks for the fulfiller when the payload has what only a fulfiller sends: `stock` or
`sku_fulfiller` in inventory; `rules`, `buying_prices` or `recommended_retail_prices` in prices.
"""

from backoffice.sandbox.mypromo import batch_rules
from backoffice.sandbox.mypromo.batch_rules import Check, Entry, Wrong
from backoffice.sandbox.mypromo.catalog import Catalogue, Variant
from backoffice.sandbox.mypromo.checking import Errors
from backoffice.sandbox.mypromo.jobs import Jobs
from backoffice.sandbox.mypromo.order_rules import check_endpoint
from backoffice.sandbox.mypromo.routing import ANY, MERCHANT, Caller, Route
from backoffice.sandbox.options import Options
from backoffice.sandbox.wire import Request, Response, json_response

MOST_ENTRIES = 500
QUEUED = "We received your request and notify you if a callback url was specified."
_FULFILLERS_OWN = {"stock", "sku_fulfiller", "rules"}
_FULFILLERS_PRICES = {"buying_prices", "recommended_retail_prices"}

# kind: the checks for a merchant and for a fulfiller
_CHECKS: dict[str, tuple[Check, Check]] = {
    "inventory": (batch_rules.check_merchant_stock, batch_rules.check_fulfiller_stock),
    "prices": (batch_rules.check_merchant_prices, batch_rules.check_fulfiller_prices),
    "seo": (batch_rules.check_seo, batch_rules.check_seo),
}


class Batches:
    """Writing the catalogue."""

    def __init__(self, *, options: Options, catalogue: Catalogue, jobs: Jobs) -> None:
        self._options = options
        self._catalogue = catalogue
        self._jobs = jobs

    def routes(self) -> list[Route]:
        """Return the three routes."""
        return [
            Route("PATCH", "v1/inventory", ANY, lambda r, c: self._patch("inventory", r, c)),
            Route("PATCH", "v1/prices", ANY, lambda r, c: self._patch("prices", r, c)),
            Route("PATCH", "v1/seo", MERCHANT, lambda r, c: self._patch("seo", r, c)),
        ]

    def _patch(self, kind: str, request: Request, caller: Caller) -> Response:
        asked = request.json()
        rows = _checked_rows(asked)
        is_fulfiller = kind != "seo" and caller.acts_as_fulfiller(hint=any(_is_fulfillers(row) for row in rows))
        taken, errors = [], []
        for row in rows:
            try:
                taken.append(self._entry(kind, row, is_fulfiller=is_fulfiller, caller=caller))
            except Wrong as wrong:
                errors.append(self._error(kind, row, str(wrong)))
        if errors:
            text = f"Invalid or missing property. {len(errors)} of {len(rows)} items have errors."
            return json_response(400, {"message": text, "errors": errors})
        callback = asked.get("callback")
        number = self._jobs.queue(taken, kind=kind, is_fulfiller=is_fulfiller, caller=caller, callback=callback)
        return json_response(200, {"queue_id": number, "message": QUEUED})

    def _entry(self, kind: str, row: Entry, *, is_fulfiller: bool, caller: Caller) -> Entry:
        variant = self._variant(row, is_fulfiller=is_fulfiller, caller=caller)
        values = _CHECKS[kind][is_fulfiller](row, variant, self._options)
        return {"sku": variant.sku, "sku_fulfiller": variant.sku_fulfiller, "values": values}

    def _variant(self, row: Entry, *, is_fulfiller: bool, caller: Caller) -> Variant:
        """Return the variant an entry names; `sku` wins when a fulfiller names both, as the examples do."""
        names = [row.get("sku"), row.get("sku_fulfiller") if is_fulfiller else None]
        if all(names) and self._options.ensure_one_sku:
            raise Wrong("Invalid sku. Use sku or sku_fulfiller, not both.")
        sku, own = names
        requested = sku or (own.removeprefix("F-") if isinstance(own, str) else own)
        variant = self._catalogue.find(requested) if isinstance(requested, str) else None
        if variant is None or (not sku and variant.sku_fulfiller != own):
            raise Wrong("Invalid sku.")
        if is_fulfiller and variant.fulfillers[0] != caller.fulfiller:
            raise Wrong("Invalid sku.")
        return variant

    def _error(self, kind: str, row: Entry, text: str) -> Entry:
        # the merchant's examples carry the fulfiller's SKU as well, those of SEO texts do not
        sku = row.get("sku")
        variant = self._catalogue.find(sku) if isinstance(sku, str) else None
        own = row.get("sku_fulfiller") or (variant.sku_fulfiller if variant else None)
        return {"sku": sku, **({} if kind == "seo" else {"sku_fulfiller": own}), "error": text}


def _checked_rows(asked: Entry) -> list[Entry]:
    errors = Errors()
    check_endpoint(errors, "callback", asked.get("callback"))
    rows = asked.get("data")
    if not rows:
        errors.required("data")
    elif not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        errors.add("data", "The data must be an array.")
    elif len(rows) > MOST_ENTRIES:
        errors.add("data", f"The data may not have more than {MOST_ENTRIES} items.")
    errors.refuse()
    return list(rows or [])


def _is_fulfillers(row: Entry) -> bool:
    prices = row.get("prices")
    return bool(_FULFILLERS_OWN & row.keys()) or (isinstance(prices, dict) and bool(_FULFILLERS_PRICES & prices.keys()))
