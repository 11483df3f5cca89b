"""Brings a vendor's catalogue in: page by page, in batches of their own, flat in memory whatever its size.

Interrupted at any point, running it again goes on: what is written is recognised and not even read again.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from backoffice.vendors.abilities import HasCatalogue
from backoffice.vendors.catalog_messages import (
    CatalogPage,
    CatalogProblem,
    ListedProduct,
    ProductData,
    UnreadableProduct,
    VariantData,
)
from backoffice.vendors.errors import VendorError
from backoffice.vendors.registry import vendor_title
from catalog.models import ProductText, SyncRun, Variant
from catalog.models.sync import SyncState
from catalog.services.runs import RunLog, last_complete_start, only_one
from catalog.services.sync.changes import Difference
from catalog.services.sync.markets import further_countries, read_markets, with_markets
from catalog.services.sync.seen import claim_products, claim_skus, count_kept, mark_gone, start_seeing
from catalog.services.sync.writing import ReadProduct, write_products, write_texts
from catalog.services.sync.writing_variants import WriteContext, record_changes

logger = logging.getLogger(__name__)

KIND = "catalog"
# Large enough for bulk writing, small enough for short transactions and little memory.
VARIANTS_PER_BATCH = 1000


@dataclass(frozen=True)
class SyncOptions:
    """What to bring in. Without `skus` everything; without `language` all of them. `full` looks at every row anew."""

    full: bool = False
    skus: tuple[str, ...] = ()
    language: str = ""
    dry_run: bool = False


def sync_catalog(
    vendor: HasCatalogue,
    *,
    options: SyncOptions = SyncOptions(),  # immutable
    report: Callable[[SyncRun], None] = lambda run: None,
) -> SyncRun:
    """Make our catalogue equal to the vendor's. Return the finished run; `report` hears of progress.

    What is gone at the vendor is marked, never deleted, and only after everything was seen. A vendor that fails
    leaves the run failed, with what was written until then. Raises SyncRunning.
    """
    with only_one(vendor.name, kind=KIND):
        return _Sync(vendor, options=options, report=report).run()


class _Sync:
    """One run: its options, its log, and the batch that is being gathered."""

    def __init__(self, vendor: HasCatalogue, *, options: SyncOptions, report: Callable[[SyncRun], None]) -> None:
        self.vendor, self.options, self.report = vendor, options, report
        self.languages = [options.language.upper()] if options.language else vendor.languages
        self.main_language = vendor.languages[0]
        covers = "skus" if options.skus else "all" if self.main_language in self.languages else "texts"
        self.is_first = last_complete_start(vendor.name, kind=KIND) is None
        self.log = RunLog(
            vendor.name,
            kind=KIND,
            options={
                "covers": covers,
                "full": options.full,
                "skus": list(options.skus),
                "languages": self.languages,
                "dry_run": options.dry_run,
            },
        )
        self.context = WriteContext(
            vendor=vendor.name,
            run_id=self.log.run.pk,
            language=self.main_language,
            at=self.log.run.started_at,
            revised_at=self.log.run.started_at,
            record_changes=not self.is_first,
            force=options.full,
            dry_run=options.dry_run,
        )
        self.batch: list[ReadProduct] = []
        self.batched_variants = 0
        self.seen = 0
        self.total: int | None = None
        self.reported_at = 0.0
        self.asked_at = self.context.at
        self.markets = with_markets(vendor)
        self.countries = {} if self.markets is None else further_countries(self.markets)

    def run(self) -> SyncRun:
        started = time.monotonic()
        state = SyncState.FAILED
        try:
            for language in self.languages:
                self._read_language(language)
            state = SyncState.DONE
        except VendorError as error:
            logger.warning("The catalogue of %s could not be read to the end: %s", self.vendor.name, error.text)
            self.log.note(CatalogProblem(text=error.text))
        finally:
            self.log.counts["milliseconds"] = round((time.monotonic() - started) * 1000)
            self.log.progress(seen=self.seen, total=self.total)
            finished = self.log.finish(state)
        self.report(finished)
        return finished

    def _read_language(self, language: str) -> None:
        self.context = replace(self.context, language=language)
        start_seeing(self.vendor.name)
        seen_before, total_before = self.seen, self.total or 0
        for sku in self.options.skus or ("",):
            taken = 0
            self.asked_at = timezone.now()
            for page in self.vendor.iter_products(language=language, sku=sku):
                taken += self._take_page(page, sku=sku)
                self.asked_at = timezone.now()
                self.total = None if page.total is None or sku else total_before + page.total
                self._report_progress()
            listed = self.seen - seen_before
            taken += self._read_countries(language, sku=sku)
            if sku and not taken:
                text = f"{vendor_title(self.vendor.name)} lists no product with the SKU {sku}."
                self.log.note(CatalogProblem(text=text, skus=(sku,)))
        self._write_batch()
        if language != self.main_language:
            return
        if not self.options.skus:
            self.log.counts["unchanged"] += count_kept(self.vendor.name)
            self._mark_gone(listed=listed)
        if self.markets is not None:
            options = self.options
            read_markets(
                self.markets,
                language=language,
                skus=options.skus,
                log=self.log,
                full=options.full,
                dry_run=options.dry_run,
            )

    def _read_countries(self, language: str, *, sku: str) -> int:
        """Take in what ships from further countries of markets only. Return how many products concern us."""
        taken, markets = 0, self.markets
        if markets is None:
            return taken
        for country, currency in self.countries.items():
            self._write_batch()
            self.context, seen_before = replace(self.context, listed_from=country), self.seen
            for page in markets.iter_market(language=language, currency=currency, shipping_from=country, sku=sku):
                taken += self._take_page(page, sku=sku)
                self.asked_at = timezone.now()
                self._report_progress()
            if self.seen == seen_before and not sku:
                self._doubt_empty(country)
        self._write_batch()
        self.context = replace(self.context, listed_from="")
        return taken

    def _doubt_empty(self, country: str) -> None:
        """Note that a country lists nothing where it did before, which is more likely a fault than the truth."""
        if Variant.objects.filter(vendor=self.vendor.name, listed_from=country, gone_at=None).exists():
            text = f"{vendor_title(self.vendor.name)} lists nothing that ships from {country}."
            self.log.note(CatalogProblem(text=text))

    def _take_page(self, page: CatalogPage, *, sku: str) -> int:
        """Take in a page. Return how many of its products concern us."""
        for problem in page.problems:
            self.log.note(problem)
        self.seen += len(page.products)
        unchanged = self._unchanged(page.products)
        claim_products([product.vendor_id for product in unchanged], vendor=self.vendor.name, kept=True)
        read = self._read([product for product in page.products if product not in unchanged], sku=sku)
        self._add_to_batch(read)
        if self.batched_variants >= VARIANTS_PER_BATCH or len(self.batch) >= VARIANTS_PER_BATCH:
            self._write_batch()
        return len(unchanged) + len(read)

    def _unchanged(self, products: Sequence[ListedProduct]) -> set[ListedProduct]:
        """Return those that the listing describes as it did when they were last written."""
        if self.options.full or self.options.skus:
            return set()
        known = ProductText.objects.filter(
            language=self.context.language,
            product__vendor=self.vendor.name,
            product__vendor_id__in=[product.vendor_id for product in products],
            product__gone_at=None,
        )
        fingerprints = set(known.values_list("product__vendor_id", "source_hash"))
        return {product for product in products if (product.vendor_id, self._fingerprint(product)) in fingerprints}

    def _fingerprint(self, product: ListedProduct) -> str:
        """Return what says that it stands in the same listing as it did."""
        country = self.context.listed_from
        if not country:
            return product.fingerprint
        return blake2b(f"{country} {product.fingerprint}".encode(), digest_size=16).hexdigest()

    def _read(self, products: Sequence[ListedProduct], *, sku: str) -> list[tuple[ProductData, str]]:
        """Read products that are new or different, with their fingerprints; repeated ones are left out."""
        found: dict[str, tuple[ProductData, str]] = {}
        for product in products:
            try:
                data = product.read()
            except UnreadableProduct as error:
                self._leave_alone(error.problem)
                continue
            if sku and all(variant.sku != sku for variant in data.variants):
                continue
            if self._is_untranslated(data):
                self.log.counts["other_language"] += 1
                continue
            # A listing narrowed to a SKU may show only a part of the product.
            found.setdefault(data.vendor_id, (data, "" if sku else self._fingerprint(product)))
        first_seen = claim_products(list(found), vendor=self.vendor.name, kept=False)
        if not self.context.listed_from:  # else most were in the usual listing
            self.log.counts["repeated"] += len(found) - len(first_seen)
        return [entry for vendor_id, entry in found.items() if vendor_id in first_seen]

    def _is_untranslated(self, data: ProductData) -> bool:
        """Return whether a further language was asked for and another one came, as where nobody translated it."""
        language = self.context.language
        return language != self.main_language and data.language not in ("", language)

    def _leave_alone(self, problem: CatalogProblem) -> None:
        """Leave what cannot be read as it is."""
        self.log.note(problem)
        self.log.counts["skipped"] += 1
        if problem.product_id:
            claim_products([problem.product_id], vendor=self.vendor.name, kept=True)
        claim_skus(problem.skus, vendor=self.vendor.name)

    def _add_to_batch(self, products: Sequence[tuple[ProductData, str]]) -> None:
        """Take the variants whose SKU was not seen before in this run: the first one counts."""
        skus = dict.fromkeys(variant.sku for data, _ in products for variant in data.variants)
        free = claim_skus(list(skus), vendor=self.vendor.name)
        if not self.batch:
            # Not later than any of it was read: orders submitted since may not be in its stocks yet.
            self.context = replace(self.context, at=self.asked_at)
        for data, fingerprint in products:
            variants = []
            for variant in data.variants:
                if variant.sku in free:
                    free.discard(variant.sku)
                    variants.append(variant)
            if len(variants) < len(data.variants):
                self._note_duplicates(data, taken=variants)
            is_whole = len(variants) == len(data.variants)
            self.batch.append(ReadProduct(data, variants, fingerprint if is_whole else ""))
            self.batched_variants += len(variants)

    def _note_duplicates(self, data: ProductData, *, taken: Sequence[VariantData]) -> None:
        mine = {id(variant) for variant in taken}
        skus = tuple([variant.sku for variant in data.variants if id(variant) not in mine])
        self.log.counts["duplicates"] += len(skus)
        text = f"Listed more than once, the first one counts: {', '.join(skus)}."
        self.log.note(CatalogProblem(text=text, product_id=data.vendor_id, skus=skus, was_read=True))

    def _write_batch(self) -> None:
        batch, self.batch, self.batched_variants = self.batch, [], 0
        if not batch:
            return
        try:
            write = write_products if self.context.language == self.main_language else write_texts
            self.log.counts += write(batch, context=self.context)
        except (DataError, IntegrityError) as error:
            if len(batch) > 1:
                for product in batch:
                    self.batch = [product]
                    self._write_batch()
                return
            text = f"The product cannot be stored: {str(error).splitlines()[0]}"
            [(data, variants, _)] = batch
            skus = tuple([variant.sku for variant in variants])
            self.log.note(CatalogProblem(text=text, product_id=data.vendor_id, skus=skus))
            self.log.counts["skipped"] += 1

    def _mark_gone(self, *, listed: int) -> None:
        """Mark what a complete listing does not show; an empty one is more likely a fault than the truth."""
        if not self.log.is_complete or not listed:
            self.log.note(CatalogProblem(text="The list was not complete: nothing is marked as gone."))
            self.log.note_missing()
            return
        with transaction.atomic():
            gone = mark_gone(self.vendor.name, at=self.context.at)
            if self.context.record_changes:
                record_changes([(pk, Difference("gone", {})) for pk in gone], context=self.context)
            transaction.set_rollback(self.options.dry_run)
        self.log.counts["gone"] += len(gone)

    def _report_progress(self) -> None:
        """Report at most once a second: a sign of life, not a log."""
        if time.monotonic() - self.reported_at >= 1:
            self.reported_at = time.monotonic()
            self.log.progress(seen=self.seen, total=self.total)
            self.report(self.log.run)
