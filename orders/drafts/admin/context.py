"""What the page of a draft shows: its fields, its lines as priced, and what stands against it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format

from backoffice.accounts.models import FurtherMarket, Shop
from backoffice.errors import Errors
from backoffice.visibility import visible
from catalog.models import Variant
from catalog.services.orderable_variants import Tier
from orders.drafts.admin.boxes import address_boxes, customer_boxes
from orders.drafts.admin.problems import Problems, sort_problems
from orders.drafts.models import DraftOrder
from orders.drafts.services.contents import DraftContent, DraftLine, next_line_reference
from orders.drafts.services.customers import usual_country
from orders.drafts.services.reviewing import DraftReview, LineReview, review_draft
from orders.models import Order, ShopFile
from orders.services.files.store import link_file

MOST_PARTS = 20


@dataclass(frozen=True)
class FileBox:
    """A print file of a line: where a person can see it, and for which part it is."""

    place: int
    file_id: str
    url: str
    type: str
    name: str
    link: str


@dataclass(frozen=True)
class LineBox:
    """A line of the page; `place` is its name in the form."""

    place: str
    line: DraftLine
    review: LineReview | None = None
    files: list[FileBox] = field(default_factory=list)
    # (key, name) of the parts that are printed.
    parts: list[tuple[str, str]] = field(default_factory=list)
    # What it was sold for in the order that is repeated.
    last_price: Decimal | None = None

    @property
    def variant(self) -> Variant | None:
        return self.review.priced.variant if self.review else None

    @property
    def only_part(self) -> str:
        """Return the part that is printed where there is no choice, empty where its vendor names none."""
        return self.parts[0][0] if self.parts else ""

    @property
    def takes_files(self) -> bool:
        """Whether print files can be given: it is personalised, or has some."""
        has_other = self.line.design_id or self.line.custom_product
        return bool(self.line.files) or bool(self.variant and self.variant.personalized and not has_other)

    @property
    def is_price_own(self) -> bool:
        """Whether a person has set another price than the catalogue's."""
        if self.review is None or not self.line.unit_price or self.review.priced.listed is None:
            return False
        return self.review.priced.unit_price != self.review.priced.listed.unit_price

    @property
    def listed_price(self) -> str:
        """Return the catalogue's price as one would type it, empty without one."""
        listed = self.review.priced.listed if self.review else None
        return str(number_format(Decimal(f"{listed.unit_price.normalize():f}"), use_l10n=True)) if listed else ""

    @property
    def next_tier(self) -> Tier | None:
        listed = self.review.priced.listed if self.review else None
        return listed.next_tier if listed else None


@dataclass
class DraftPage:
    """One draft as it is shown. `draft` is None while nothing of it is kept."""

    shop: Shop
    content: DraftContent
    review: DraftReview
    lines: list[LineBox]
    problems: Problems
    reference: str
    version: int
    editor: str
    repeats: Order | None = None
    draft: DraftOrder | None = None
    updated_by: str = ""
    updated_at: datetime | None = None

    @property
    def currency(self) -> str:
        return self.content.currency or self.shop.currency

    @property
    def suggestion(self) -> dict[str, str] | None:
        """A street and care-of of the recipient that would fit."""
        return self.review.suggestions.get("recipient")

    @property
    def computed_total(self) -> str:
        """Return the sum of the lines as one would type it."""
        return str(number_format(self.review.computed_total, use_l10n=True))

    @property
    def goes_at_once(self) -> bool:
        return self.shop.release_automatically and not self.problems.warnings


def build_page(
    content: DraftContent, *, shop: Shop, places: list[str] | None = None, is_strict: bool = False, **of_draft: Any
) -> DraftPage:
    """Return the page of that content; a number of queries that its lines do not change."""
    places = [str(place) for place in range(len(content.lines))] if places is None else places
    review = review_draft(content, shop=shop, repeats=of_draft.get("repeats"))
    names = _file_names(content)
    before = _last_prices(of_draft.get("repeats"), currency=content.currency or shop.currency)
    reviews: Sequence[LineReview | None] = review.lines or [None] * len(content.lines)
    lines = [
        _line_box(place, line, one, names, before.get((line.reference, line.sku or "")))
        for place, line, one in zip(places, content.lines, reviews, strict=True)
    ]
    problems = sort_problems(review.errors, review.warnings, content, places, is_strict=is_strict)
    return DraftPage(shop, content, review, lines, problems, **of_draft)


def page_fields(page: DraftPage) -> dict[str, Any]:
    """Return the fields beside the lines, and what else the form offers."""
    addresses = address_boxes(page.content, vendors=page.review.vendors, country=usual_country(page.shop))
    invoice = addresses["invoice_address"]
    return {
        "customer_fields": customer_boxes(page.content),
        "recipient_fields": addresses["recipient"],
        "invoice_fields": invoice,
        "has_invoice": any(box.value for box in invoice),
        "next_reference": next_line_reference(page.content),
        "shops": _shop_choices(page),
    }


def _shop_choices(page: DraftPage) -> list[tuple[str, str, bool]]:
    """Return value, label and whether it is chosen: each shop, and once more for each further currency it sells in."""
    shops = list(visible(Shop.objects.order_by("name")))
    several = [shop for shop in shops if shop.has_further_markets]
    sold = sorted(set(FurtherMarket.objects.filter(shop__in=several).values_list("shop", "currency")))
    found = []
    for shop in shops:
        further = [currency for pk, currency in sold if pk == shop.pk and currency != shop.currency]
        for currency in ("", *further):
            value = f"{shop.pk}:{currency}" if currency else str(shop.pk)
            is_chosen = (shop.pk, currency) == (page.shop.pk, page.content.currency)
            found.append((value, f"{shop.name} ({currency or shop.currency})", is_chosen))
    return found


def add_errors(page: DraftPage, errors: Errors) -> None:
    """Show what the intake refused, beside what the page has found itself."""
    places = [line.place for line in page.lines]
    refused = sort_problems(errors, {}, page.content, places, is_strict=True)
    for name, texts in refused.beside.items():
        known = page.problems.beside.setdefault(name, [])
        known += [text for text in texts if text not in known]
    page.problems.general += [text for text in refused.general if text not in page.problems.general]


def _line_box(
    place: str, line: DraftLine, review: LineReview | None, names: dict[str, str], last_price: Decimal | None
) -> LineBox:
    files = [
        FileBox(
            place=index,
            file_id=file.file_id or "",
            url=file.url or "",
            type=file.type or "",
            name=file.name or names.get(file.file_id or "", "") or (file.url or "").rpartition("/")[2] or "PDF",
            link=file.url or (link_file(file.file_id) if file.file_id else ""),
        )
        for index, file in enumerate(line.files)
    ]
    variant = review.priced.variant if review else None
    is_other = review is not None and last_price not in (None, review.priced.unit_price)
    return LineBox(place, line, review, files, _parts(variant), last_price if is_other else None)


def _last_prices(repeats: Order | None, *, currency: str) -> dict[tuple[str, str], Decimal]:
    """Return what the lines of the repeated order were sold for, by reference and SKU; in another currency it says
    nothing.
    """
    if repeats is None or repeats.currency != currency:
        return {}
    return {(line.reference, line.sku): line.unit_price for line in repeats.lines.all()}


def _parts(variant: Variant | None) -> list[tuple[str, str]]:
    """Return the parts of a variant by key, as its vendor names them."""
    found = [part for part in (variant.parts if variant else ()) if isinstance(part, dict)]
    named = [(str(part.get("key") or part.get("name") or ""), str(part.get("name") or "")) for part in found]
    return [(key, name or key) for key, name in named if key][:MOST_PARTS]


def _file_names(content: DraftContent) -> dict[str, str]:
    ids = {file.file_id for line in content.lines for file in line.files if file.file_id}
    if not ids:
        return {}
    return dict(ShopFile.objects.filter(public_id__in=ids).values_list("public_id", "name"))
