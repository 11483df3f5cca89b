"""The pre-flight of lines: against the catalogue and the rules of print files."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from backoffice.vendors.addresses import UnsafeUrl, check_public_url
from backoffice.vendors.registry import vendor_names
from catalog.models import PriceList, PriceTier, Variant
from catalog.services.quotes import check_quantity, find_cost
from orders.models.line import LineKind
from orders.services.order_input import NewLine

Errors = dict[str, list[str]]


@dataclass(frozen=True)
class JudgedLine:
    """A line with what the catalogue knows of it. `unit_cost` is the vendor's net price, None when unknown."""

    line: NewLine
    kind: LineKind
    vendor: str
    variant: Variant | None
    unit_cost: Decimal | None


def judge_lines(lines: list[NewLine], *, errors: Errors) -> list[JudgedLine]:
    """Each line with its vendor, kind and cost; complaints go into `errors` by path. Two queries for any number."""
    variants = find_variants({line.sku for line in lines if line.sku})
    judged = []
    for index, line in enumerate(lines):
        variant = variants.get(line.sku or "")
        path = f"lines[{index}]"
        _check_parts(line, path=path, errors=errors)
        if line.sku:
            _check_variant(line, variant, path=path, errors=errors)
        _check_files(line, variant, path=path, errors=errors)
        judged.append(_judge(line, variant))
    return judged


def find_variants(skus: set[str]) -> dict[str, Variant]:
    """The variants by SKU, with what we pay; where several vendors have one, the first of the settings."""
    if not skus:
        return {}
    rank = {vendor: place for place, vendor in enumerate(vendor_names(able_to="create_order"))}
    rows = Variant.objects.filter(sku__in=skus, vendor__in=rank).only(
        "vendor", "sku", "name", "active", "orderable", "test_product", "personalized", "currency",
        "order_min_qty", "order_max_qty", "tier_price_qty_only", "gone_at",
    )  # fmt: skip
    tiers = PriceTier.objects.filter(price_list=PriceList.PURCHASE)
    found = rows.prefetch_related(Prefetch("tiers", queryset=tiers))
    return {row.sku: row for row in sorted(found, key=lambda row: rank[row.vendor], reverse=True)}


def complain(errors: Errors, path: str, text: str) -> None:
    errors.setdefault(path, []).append(text)


def check_url(url: str, *, path: str, errors: Errors) -> None:
    """Only public hosts, by https or sftp: the vendor fetches it, and so may we."""
    try:
        check_public_url(url)
    except UnsafeUrl as error:
        complain(errors, path, str(error))


def _check_parts(line: NewLine, *, path: str, errors: Errors) -> None:
    if not line.sku and line.design_id is None:
        complain(errors, f"{path}.sku", _("A line needs a SKU or a design."))
    if line.files and line.design_id is not None:
        complain(errors, f"{path}.files", _("A line has print files or a design, not both."))


def _check_variant(line: NewLine, variant: Variant | None, *, path: str, errors: Errors) -> None:
    if variant is None:
        complain(errors, f"{path}.sku", _("%(sku)s is not in the catalogue.") % {"sku": line.sku})
        return
    if text := why_not_orderable(variant):
        complain(errors, f"{path}.sku", text)
    for text in check_quantity(variant, variant.tiers.all(), quantity=line.quantity):
        complain(errors, f"{path}.quantity", text)


def why_not_orderable(variant: Variant) -> str:
    """Empty when it can be ordered."""
    for obstacle, text in (
        (variant.gone_at is not None, _("%(sku)s is no longer offered by its vendor.")),
        (variant.test_product, _("%(sku)s is a test product, which is never produced.")),
        (not variant.active, _("%(sku)s is switched off at its vendor.")),
        (not variant.orderable, _("%(sku)s cannot be made by anyone at the moment.")),
    ):
        if obstacle:
            return text % {"sku": variant.sku}
    return ""


def _check_files(line: NewLine, variant: Variant | None, *, path: str, errors: Errors) -> None:
    if variant is not None and line.design_id is None:
        if variant.personalized and not line.files:
            complain(errors, f"{path}.files", _("%(sku)s is printed: give its files or a design.") % {"sku": line.sku})
        if not variant.personalized and line.files:
            complain(errors, f"{path}.files", _("%(sku)s comes from stock and takes no files.") % {"sku": line.sku})
    for index, file in enumerate(line.files):
        check_url(file.url, path=f"{path}.files[{index}].url", errors=errors)


def _judge(line: NewLine, variant: Variant | None) -> JudgedLine:
    if line.design_id is not None:
        kind = LineKind.DESIGN
    elif line.files or (variant is not None and variant.personalized):
        kind = LineKind.FILES
    else:
        kind = LineKind.STOCK
    return JudgedLine(
        line=line,
        kind=kind,
        # Designs are made in the first vendor's editor, the only one there is; an unknown SKU is held under it.
        vendor=variant.vendor if variant else vendor_names(able_to="create_order")[0],
        variant=variant,
        unit_cost=find_cost(variant.tiers.all(), quantity=line.quantity) if variant else None,
    )


def vendors_of(lines: Iterable[JudgedLine]) -> list[str]:
    """Each vendor once, in the order of the lines."""
    return list(dict.fromkeys(judged.vendor for judged in lines))
