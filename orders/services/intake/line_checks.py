"""The pre-flight of lines: against the catalogue and the rules of print files."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from backoffice.models import Shop
from backoffice.translatable import gettext as _
from backoffice.vendors.addresses import UnsafeUrl, check_public_url
from backoffice.vendors.money import round_money
from backoffice.vendors.registry import vendor_names
from catalog.models import CustomProduct
from catalog.services.custom_products import find_custom_products
from catalog.services.orderable import can_make, can_order
from catalog.services.quotes import check_quantity, find_cost
from catalog.services.variant_facts import VariantFacts, find_facts
from orders.models import Design, ShopFile
from orders.models.line import LineKind
from orders.services.designs.ids import find_designs, is_ours
from orders.services.files.store import find_files, link_file
from orders.services.intake.input import NewLine, amount

Errors = dict[str, list[str]]


@dataclass(frozen=True)
class JudgedLine:
    """A line with what the catalogue knows of it. `unit_cost` is the vendor's net price, None when it is
    not known in the order's currency.

    `sku` is the line's own or its design's, `files` are as `OrderLine.files` keeps them.
    """

    line: NewLine
    sku: str
    files: list[dict[str, str]]
    kind: LineKind
    vendor: str
    variant: VariantFacts | None
    unit_cost: Decimal | None
    custom_product: CustomProduct | None = None
    # Pieces that are not in stock.
    backordered: int = 0
    # What is allowed but ought to be known.
    remark: str = ""

    @property
    def name(self) -> str:
        """What it is called where it comes from."""
        if self.custom_product is not None:
            return self.custom_product.title
        return self.variant.name if self.variant else ""


def judge_lines(
    lines: list[NewLine], *, shop: Shop, errors: Errors, currency: str = "", sold_before: bool = False
) -> list[JudgedLine]:
    """Each line with its vendor, kind and cost; complaints go into `errors` by path.

    `currency` is the order's, the shop's when left out. What was `sold_before` (in an order that was taken, or that a
    complaint repeats) may have left the sales channels since. One query for any number of lines, one more each where
    there are designs, custom products, and files of ours.
    """
    designs = find_designs(line.design_id for line in lines)
    files = find_files((file.file_id for line in lines for file in line.files if file.file_id), shop=shop)
    products = find_custom_products((line.custom_product for line in lines), shop=shop)
    skus = [_sku_of(line, designs, shop=shop) for line in lines]
    variants = find_variants({sku for sku in skus if sku})
    judged = []
    for index, (line, sku) in enumerate(zip(lines, skus, strict=True)):
        variant = variants.get(sku)
        path = f"lines[{index}]"
        _check_parts(line, path=path, errors=errors)
        if line.custom_product is not None:
            product, kept = products.get(line.custom_product), list(_kept_files(line, files))
            judged.append(judge_custom_product(line, product, kept, shop=shop, path=path, errors=errors))
            continue
        if line.design_id is not None:
            _check_design(line, designs.get(str(line.design_id)), shop=shop, path=path, errors=errors)
        if sku:
            _check_variant(line, variant, sku=sku, sold_before=sold_before, path=path, errors=errors)
        _check_files(line, variant, files, path=path, errors=errors)
        judged.append(_judge(line, variant, sku=sku, files=files, currency=currency or shop.currency))
    return judged


def _sku_of(line: NewLine, designs: dict[str, Design], *, shop: Shop) -> str:
    """What the line names, else what its design is now, if it is the shop's."""
    design = designs.get(str(line.design_id)) if line.design_id is not None else None
    if line.sku or design is None or design.shop_id != shop.pk:
        return line.sku or ""
    return design.sku


def find_variants(skus: set[str]) -> dict[str, VariantFacts]:
    """The variants by SKU, with what we pay; where several vendors have one, the first of the settings."""
    return find_facts(skus, vendors=vendor_names(able_to="create_order")) if skus else {}


def complain(errors: Errors, path: str, text: str) -> None:
    errors.setdefault(path, []).append(text)


def merge(*several: Errors) -> Errors:
    """The complaints of all."""
    merged: Errors = {}
    for errors in several:
        for path, texts in errors.items():
            merged.setdefault(path, []).extend(texts)
    return merged


def check_url(url: str, *, path: str, errors: Errors) -> None:
    """Only public hosts, by https or sftp: the vendor fetches it, and so may we."""
    try:
        check_public_url(url)
    except UnsafeUrl as error:
        complain(errors, path, str(error))


def _check_parts(line: NewLine, *, path: str, errors: Errors) -> None:
    if line.custom_product is not None:
        if line.sku or line.design_id is not None or line.files:
            text = _("A line has a custom product, or a SKU, a design and files, not both.")
            complain(errors, f"{path}.custom_product", text)
        return
    if not line.sku and line.design_id is None:
        complain(errors, f"{path}.sku", _("A line needs a SKU, a design or a custom product."))
    if line.files and line.design_id is not None:
        complain(errors, f"{path}.files", _("A line has print files or a design, not both."))


def _check_design(line: NewLine, design: Design | None, *, shop: Shop, path: str, errors: Errors) -> None:
    """Ours must be the shop's, finished, and of the SKU that is ordered. A vendor's id that we do not know may pass:
    the shop may have opened the design elsewhere.
    """
    if design is None and not is_ours(str(line.design_id)):
        return
    if design is None or design.shop_id != shop.pk:
        complain(errors, f"{path}.design_id", _("The shop has no design %(id)s.") % {"id": line.design_id})
        return
    if not design.is_orderable:
        text = _("The design is %(state)s: submit it first.")
        complain(errors, f"{path}.design_id", text % {"state": design.get_state_display()})
    if line.sku and line.sku != design.sku:
        text = _("The design is of %(now)s, not of %(given)s: it was switched in the editor.")
        complain(errors, f"{path}.sku", text % {"now": design.sku, "given": line.sku})


def _check_variant(
    line: NewLine, variant: VariantFacts | None, *, sku: str, sold_before: bool, path: str, errors: Errors
) -> None:
    if variant is None:
        complain(errors, f"{path}.sku", _("%(sku)s is not in the catalogue.") % {"sku": sku})
        return
    if text := (can_make(variant) if sold_before else can_order(variant)).reason:
        complain(errors, f"{path}.sku", text)
    for text in check_quantity(variant, variant.tiers, quantity=line.quantity):
        complain(errors, f"{path}.quantity", text)


def _check_files(
    line: NewLine, variant: VariantFacts | None, known: dict[str, ShopFile], *, path: str, errors: Errors
) -> None:
    if variant is not None and line.design_id is None:
        if variant.personalized and not line.files:
            complain(errors, f"{path}.files", _("%(sku)s is printed: give its files or a design.") % {"sku": line.sku})
        if not variant.personalized and line.files:
            complain(errors, f"{path}.files", _("%(sku)s comes from stock and takes no files.") % {"sku": line.sku})
    for index, file in enumerate(line.files):
        if file.url is not None:
            check_url(file.url, path=f"{path}.files[{index}].url", errors=errors)
        elif file.file_id not in known:
            text = _("The shop has no file %(id)s.")
            complain(errors, f"{path}.files[{index}].file_id", text % {"id": file.file_id})


def _kept_files(line: NewLine, known: dict[str, ShopFile]) -> Iterable[dict[str, str]]:
    for file in line.files:
        if file.url is not None:
            yield {"url": file.url, "type": file.type or ""}
        else:
            file_id = file.file_id or ""
            url = link_file(file_id) if file_id in known else ""
            yield {"url": url, "type": file.type or "", "file_id": file_id}


def _judge(
    line: NewLine, variant: VariantFacts | None, *, sku: str, files: dict[str, ShopFile], currency: str
) -> JudgedLine:
    if line.design_id is not None:
        kind = LineKind.DESIGN
    elif line.files or (variant is not None and variant.personalized):
        kind = LineKind.FILES
    else:
        kind = LineKind.STOCK
    return JudgedLine(
        line=line,
        sku=sku,
        files=list(_kept_files(line, files)),
        kind=kind,
        # Designs are made in the first vendor's editor, the only one there is; an unknown SKU is held under it.
        vendor=variant.vendor if variant else vendor_names(able_to="create_order")[0],
        variant=variant,
        # In another currency it says nothing about the margin.
        unit_cost=find_cost(variant.tiers, quantity=line.quantity)
        if variant is not None and variant.currency == currency
        else None,
    )


def judge_custom_product(
    line: NewLine,
    product: CustomProduct | None,
    files: list[dict[str, str]],
    *,
    shop: Shop,
    path: str,
    errors: Errors,
) -> JudgedLine:
    """A thing that a shopper designed: of this shop, in its currency, with a gross price that can be told."""
    if product is None:
        complain(
            errors, f"{path}.custom_product", _("The shop has no custom product %(id)s.") % {"id": line.custom_product}
        )
    if shop.sign_integration_id is None:
        text = _("The shop sells no custom signs: its number at Sign Customiser is not set.")
        complain(errors, f"{path}.custom_product", text)
    if product is not None and product.currency != shop.currency:
        text = _("The product was designed in %(given)s, and the shop sells in %(currency)s.")
        words = {"given": product.currency, "currency": shop.currency}
        complain(errors, f"{path}.custom_product", text % words)
    tax = shop.tax_percent if line.tax_percent is None else amount(line.tax_percent)
    if tax is None:
        text = _("The gross price is needed: name the tax of the line, or have it set for the shop.")
        complain(errors, f"{path}.tax_percent", text)
    return JudgedLine(
        line=line,
        sku=line.custom_product or "",
        files=files,
        kind=LineKind.SIGN,
        # An unknown one is held under the first that makes such things.
        vendor=product.vendor if product else vendor_names(able_to="place_order")[0],
        variant=None,
        unit_cost=None,
        custom_product=product,
        remark=_price_remark(line, product, tax=tax),
    )


def _price_remark(line: NewLine, product: CustomProduct | None, *, tax: Decimal | None) -> str:
    """Says so where another price is charged than the shopper saw: allowed, since shops give discounts."""
    if product is None or product.price is None or tax is None:
        return ""
    gross = round_money(amount(line.unit_price) * (1 + tax / 100), currency=product.currency)
    if gross == product.price:
        return ""
    text = _("Line %(line)s is sold for %(sold)s %(currency)s; it was designed at %(designed)s %(currency)s.")
    designed = round_money(product.price, currency=product.currency)
    return text % {
        "line": line.reference, "sold": gross, "currency": product.currency, "designed": designed,
    }  # fmt: skip


def vendors_of(lines: Iterable[JudgedLine]) -> list[str]:
    """Each vendor once, in the order of the lines."""
    return list(dict.fromkeys(judged.vendor for judged in lines))
