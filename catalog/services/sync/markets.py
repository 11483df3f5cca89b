"""Prices of further markets: what a vendor lists in another currency, or from another country, beside what we have.

Each listing is read on its own, since a vendor answers in one currency at a time. A product that stands in it as it did
is not read again; what it does not show any more loses its prices there. Nothing else of a variant is touched.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection, transaction

from backoffice.accounts.services.markets import wanted_listings
from backoffice.vendors.abilities import HasCatalogue, HasMarkets
from backoffice.vendors.catalog_messages import CatalogProblem, ListedProduct, ProductData, TierData, UnreadableProduct
from backoffice.vendors.errors import VendorError
from backoffice.vendors.registry import MissingAbility, as_able, vendor_title
from catalog.models import MarketPrices, Product, ProductListing, Variant
from catalog.services.bulk import ChildTable, to_json, upsert_children
from catalog.services.revisions import next_revision, stamp_revision
from catalog.services.runs import RunLog
from catalog.services.sync.seen import claim_products, start_seeing

Listing = tuple[str, str]

PRICES = ChildTable(MarketPrices, key=("variant_id", "currency", "shipping_from"), values=("tiers",))
LISTINGS = ChildTable(ProductListing, key=("product_id", "currency", "shipping_from"), values=("source_hash",))
_PLACES = Decimal("0.0001")
_VARIANTS_PER_BATCH = 1000
_FORGET_PRICES = """
    DELETE FROM catalog_marketprices price USING catalog_variant variant, catalog_product product
     WHERE variant.id = price.variant_id AND product.id = variant.product_id AND product.vendor = %(vendor)s
       AND price.currency = %(currency)s AND price.shipping_from = %(shipping_from)s
       AND NOT EXISTS (SELECT FROM catalog_seenproduct seen
                        WHERE seen.vendor = %(key)s AND seen.vendor_id = product.vendor_id)
    RETURNING price.variant_id
"""
_FORGET_LISTINGS = """
    DELETE FROM catalog_productlisting listing USING catalog_product product
     WHERE product.id = listing.product_id AND product.vendor = %(vendor)s
       AND listing.currency = %(currency)s AND listing.shipping_from = %(shipping_from)s
       AND NOT EXISTS (SELECT FROM catalog_seenproduct seen
                        WHERE seen.vendor = %(key)s AND seen.vendor_id = product.vendor_id)
"""


def with_markets(vendor: HasCatalogue) -> HasMarkets | None:
    """Return the vendor as one that lists by currency and country; None where it does not."""
    try:
        return as_able(vendor, HasMarkets)
    except MissingAbility:
        return None


def further_listings(vendor: HasMarkets) -> list[Listing]:
    """Return (currency, country) of what shops want of its catalogue beside its usual listing."""
    return sorted(wanted_listings() - {(vendor.LISTING_CURRENCY, "")})


def further_countries(vendor: HasMarkets) -> dict[str, str]:
    """Return the countries that goods are wanted from beside the usual one, with the currency to list them in first."""
    found: dict[str, str] = {}
    for currency, country in further_listings(vendor):
        if country and (country not in found or currency == vendor.LISTING_CURRENCY):
            found[country] = currency
    return found


def read_markets(
    vendor: HasMarkets, *, language: str, skus: Sequence[str], log: RunLog, full: bool, dry_run: bool
) -> None:
    """Read every further listing; one that fails is noted, and leaves its prices as they were."""
    listings = further_listings(vendor)
    for currency, country in listings:
        reader = _MarketReader(vendor, currency, country, language=language, log=log, full=full, dry_run=dry_run)
        try:
            for sku in skus or ("",):
                reader.read(sku=sku)
        except VendorError as error:
            log.note(CatalogProblem(text=f"{reader.name}: {error.text}"))
    if not skus and not dry_run:
        _forget_unwanted(vendor.name, listings)


@dataclass
class _Batch:
    """Products of a listing with what their variants cost there."""

    prints: dict[str, str] = field(default_factory=dict)
    tiers: dict[str, Sequence[TierData]] = field(default_factory=dict)


class _MarketReader:
    """One listing of a vendor, and what of it is gathered to be written."""

    def __init__(
        self, vendor: HasMarkets, currency: str, country: str, *, language: str, log: RunLog, full: bool, dry_run: bool
    ) -> None:
        self.vendor, self.currency, self.country, self.language = vendor, currency, country, language
        self.log, self.full, self.dry_run = log, full, dry_run
        self.name = f"{vendor_title(vendor.name)} {currency} {country}".strip()
        self.key = f"{vendor.name}:{currency}:{country}"
        self.batch, self.is_whole, self.listed = _Batch(), True, 0

    def read(self, *, sku: str) -> None:
        """Make its prices those of the listing. Raise VendorError."""
        start_seeing(self.key)
        pages = self.vendor.iter_market(
            language=self.language, currency=self.currency, shipping_from=self.country, sku=sku
        )
        for page in pages:
            self.listed += len(page.products)
            for problem in page.problems:
                self.log.note(problem)
                self.is_whole = False
            known = set() if sku or self.full else self._known(page.products)
            claim_products([product.vendor_id for product in known], vendor=self.key, kept=True)
            if not self._gather([product for product in page.products if product not in known], is_part=bool(sku)):
                return
        self._write()
        if not sku and self.is_whole and not self.dry_run:
            self._forget()

    def _forget(self) -> None:
        """Delete what the listing did not show; an empty one is more likely a fault than the truth."""
        if not self.listed:
            if self._has_prices():
                self.log.note(CatalogProblem(text=f"{self.name}: the vendor lists nothing. The prices stay."))
            return
        place = {"vendor": self.vendor.name, "currency": self.currency, "shipping_from": self.country, "key": self.key}
        with transaction.atomic(), connection.cursor() as cursor:
            revised_at = next_revision()
            cursor.execute(_FORGET_PRICES, place)
            stamp_revision(revised_at, variants=[row[0] for row in cursor.fetchall()])
            cursor.execute(_FORGET_LISTINGS, place)

    def _has_prices(self) -> bool:
        of_vendor = MarketPrices.objects.filter(variant__vendor=self.vendor.name)
        return of_vendor.filter(currency=self.currency, shipping_from=self.country).exists()

    def _known(self, products: Sequence[ListedProduct]) -> set[ListedProduct]:
        """Return those that the listing shows as it did."""
        rows = ProductListing.objects.filter(
            currency=self.currency,
            shipping_from=self.country,
            product__vendor=self.vendor.name,
            product__vendor_id__in=[product.vendor_id for product in products],
        )
        prints = set(rows.values_list("product__vendor_id", "source_hash"))
        return {product for product in products if (product.vendor_id, product.fingerprint) in prints}

    def _gather(self, products: Iterable[ListedProduct], *, is_part: bool) -> bool:
        """Take in products. Return False where the vendor answers in another currency: those are no prices of ours."""
        for product in products:
            try:
                data = product.read()
            except UnreadableProduct as error:
                self.log.note(error.problem)
                self.is_whole = False
                continue
            if given := self._other_currency(data):
                self.log.note(
                    CatalogProblem(text=f"{self.name}: the vendor returned prices in {given}, not in {self.currency}.")
                )
                return False
            claim_products([data.vendor_id], vendor=self.key, kept=False)
            self.batch.prints[data.vendor_id] = "" if is_part else product.fingerprint
            self.batch.tiers |= {variant.sku: variant.tiers for variant in data.variants}
            if len(self.batch.tiers) >= _VARIANTS_PER_BATCH:
                self._write()
        return True

    def _other_currency(self, data: ProductData) -> str:
        """Return another currency that prices are in; a variant without prices is in none, whatever it names."""
        priced = (variant.currency for variant in data.variants if variant.tiers)
        return next((currency for currency in priced if currency != self.currency), "")

    def _write(self) -> None:
        """Write what is gathered in one transaction; what we do not have of it is left out."""
        batch, self.batch = self.batch, _Batch()
        with transaction.atomic():
            columns = ("sku", "id", "currency", "listed_from")
            rows = Variant.objects.filter(vendor=self.vendor.name, sku__in=batch.tiers, gone_at=None)
            variants = {sku: (pk, (currency, place)) for sku, pk, currency, place in rows.values_list(*columns)}
            priced = [
                (pk, self.currency, self.country, to_json(_as_json(batch.tiers[sku])))
                for sku, (pk, own) in variants.items()
                if own != (self.currency, self.country)
            ]
            revised_at = next_revision()
            changed = [*upsert_children(PRICES, priced), *self._drop_prices(batch)]
            stamp_revision(revised_at, variants=changed)
            self.log.counts["market_prices"] += len(changed)
            products = Product.objects.filter(vendor=self.vendor.name, vendor_id__in=batch.prints)
            upsert_children(
                LISTINGS,
                [
                    (pk, self.currency, self.country, batch.prints[vendor_id])
                    for pk, vendor_id in products.values_list("pk", "vendor_id")
                ],
            )
            transaction.set_rollback(self.dry_run)

    def _drop_prices(self, batch: _Batch) -> list[int]:
        """Delete the prices of variants that the listing does not show any more beside others of their product. Return
        whose they were.
        """
        whole = [vendor_id for vendor_id, fingerprint in batch.prints.items() if fingerprint]
        prices = MarketPrices.objects.filter(currency=self.currency, shipping_from=self.country)
        dropped = prices.filter(
            variant__product__vendor=self.vendor.name, variant__product__vendor_id__in=whole
        ).exclude(variant__sku__in=batch.tiers)
        variants = list(dropped.values_list("variant", flat=True))
        dropped.delete()
        return variants


def _as_json(tiers: Iterable[TierData]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for tier in tiers:
        found[tier.price_list][str(tier.quantity)] = f"{tier.price.quantize(_PLACES).normalize():f}"
    return found


def _forget_unwanted(vendor: str, listings: Collection[Listing]) -> None:
    """Delete the prices of listings that no shop wants any more."""
    kept = set(listings)
    for model, owner in ((MarketPrices, "variant__vendor"), (ProductListing, "product__vendor")):
        rows = model._default_manager.filter(**{owner: vendor})
        for currency, country in set(rows.values_list("currency", "shipping_from").distinct()) - kept:
            rows.filter(currency=currency, shipping_from=country).delete()
