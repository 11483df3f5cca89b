"""The pre-flight of lines: against the catalogue and the rules of print files."""

from collections.abc import Sequence
from dataclasses import dataclass

from backoffice.accounts.models import Shop
from backoffice.accounts.services.markets import Market, main_market
from backoffice.errors import Errors, add_error
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import text_of
from backoffice.vendor_accounts.services.choosing import account_of_shop
from backoffice.vendors.abilities import TakesDraftOrders, TakesOrdersAtOnce
from backoffice.vendors.addresses import UnsafeUrl, check_public_url
from backoffice.vendors.money import round_money
from backoffice.vendors.registry import find_account, is_for_tests, vendor_behind, vendor_title, vendors_with
from catalog.models import CustomProduct
from catalog.services.custom_products import find_custom_products
from catalog.services.market_prices import find_costs
from catalog.services.orderable import can_make, can_order, can_sell_in
from catalog.services.orderable_variants import OrderableVariant, Tier, find_variants
from catalog.services.quotes import check_quantity, find_cost
from orders.models import Design, OrderLine, ShopFile
from orders.models.line import LineKind
from orders.services.designs.ids import find_designs, is_ours
from orders.services.files.store import find_files, link_file


@dataclass(frozen=True)
class ValidatedLine:
    """A line, filled from what is known of the thing ordered: its design and its variant in the catalogue, or the
    custom product.
    """

    line: OrderLine
    design: Design | None = None
    variant: OrderableVariant | None = None
    # What is allowed but ought to be known.
    remark: str = ""


def validate_lines(
    lines: Sequence[OrderLine],
    *,
    shop: Shop,
    errors: Errors,
    markets: Sequence[Market | None] = (),
    sold_before: bool = False,
) -> list[ValidatedLine]:
    """Fill lines, which have what their shop gave, with vendor, kind, SKU, name, cost and the addresses of their files.
    What stands against them goes into `errors` by path. Nothing is saved.

    `markets` are those of the lines, None where the shop has no such one; left out: its own. What was `sold_before`
    (taken, or repeated by a complaint) may have left the sales channels since. One query for any number of lines, one
    more each where there are designs, custom products, files of ours, and prices of further markets.
    """
    designs = find_designs(line.design_id for line in lines)
    files = find_files((file["file_id"] for line in lines for file in line.files if "file_id" in file), shop=shop)
    products = find_custom_products((line.custom_product for line in lines), shop=shop)
    skus = [_sku_of(line, designs, shop=shop) for line in lines]
    offers = _find_offers(lines, skus)
    sold_in = markets or [main_market(shop)] * len(lines)
    costs = find_costs(offers, markets=sold_in)
    validated = []
    for index, (line, sku) in enumerate(zip(lines, skus, strict=True)):
        design, variant, path = designs.get(line.design_id), offers[index], f"lines[{index}]"
        _check_parts(line, path=path, errors=errors)
        _link_files(line, files)
        if line.custom_product:
            product = products.get(line.custom_product)
            validated.append(_validate_custom(line, product, sold_in[index], shop=shop, path=path, errors=errors))
            continue
        if line.design_id:
            _check_design(line, design, shop=shop, path=path, errors=errors)
        if sku:
            _check_variant(line, variant, sku=sku, sold_before=sold_before, path=path, errors=errors)
            _check_market(variant, sold_in[index], path=path, errors=errors)
        _check_files(line, variant, files, path=path, errors=errors)
        _fill(line, variant, costs[index], sku=sku)
        validated.append(ValidatedLine(line, design=design, variant=variant))
    return validated


def _find_offers(lines: Sequence[OrderLine], skus: Sequence[str]) -> list[OrderableVariant | None]:
    """Return the variant of each line: one that was routed to a vendor stays there while that vendor has its SKU."""
    variants = find_variants({sku for sku in skus if sku})
    return [variants.of(line.vendor, sku) for line, sku in zip(lines, skus, strict=True)]


def _sku_of(line: OrderLine, designs: dict[str, Design], *, shop: Shop) -> str:
    """Return the SKU that the line names, else what its design is now, if it is the shop's."""
    design = designs.get(line.design_id)
    return line.sku if line.sku or design is None or design.shop_id != shop.pk else design.sku


def check_url(url: str, *, path: str, errors: Errors) -> None:
    """Accept only public hosts, by https or sftp: the vendor fetches it, and so may we."""
    try:
        check_public_url(url)
    except UnsafeUrl as error:
        add_error(errors, path, text_of(error))


def _check_parts(line: OrderLine, *, path: str, errors: Errors) -> None:
    if line.custom_product:
        if line.sku or line.design_id or line.files:
            text = _("A line can have either a custom product, or a SKU, a design and files, not both.")
            add_error(errors, f"{path}.custom_product", text)
        return
    if not line.sku and not line.design_id:
        add_error(errors, f"{path}.sku", _("A line needs a SKU, a design or a custom product."))
    if line.files and line.design_id:
        add_error(errors, f"{path}.files", _("A line can have either print files or a design, not both."))


def _check_design(line: OrderLine, design: Design | None, *, shop: Shop, path: str, errors: Errors) -> None:
    """Check that ours is the shop's, finished, and of the SKU that is ordered. A vendor's id that we do not know may
    pass: the shop may have opened the design elsewhere.
    """
    if design is None and not is_ours(line.design_id):
        return
    is_foreign = design is not None and is_for_tests(design.vendor) != line.order.is_test
    if design is None or is_foreign or design.shop_id != shop.pk:
        add_error(errors, f"{path}.design_id", _("The shop has no design %(id)s.") % {"id": line.design_id})
        return
    if not design.is_orderable:
        text = _("The design must be submitted first. Its state: %(state)s.")
        add_error(errors, f"{path}.design_id", text % {"state": design.get_state_display()})
    if (account := _other_account(line, design)) != design.vendor:
        text = _("The design was made at %(made)s, but orders of this shop now go to %(now)s: have it designed again.")
        params = {"made": vendor_title(design.vendor), "now": vendor_title(account)}
        add_error(errors, f"{path}.design_id", text % params)
    if line.sku and line.sku != design.sku:
        text = _("The design is for %(now)s, not for %(given)s: the product was switched in the editor.")
        add_error(errors, f"{path}.sku", text % {"now": design.sku, "given": line.sku})


def _other_account(line: OrderLine, design: Design) -> str:
    """Return the account that the line goes to, which alone knows its own designs; one query where it may be another
    than the design's.
    """
    order = line.order
    account = account_of_shop(design.shop_id, vendor_behind(design.vendor), is_test=order.is_test)
    if account == design.vendor or not (find_account(account) or find_account(design.vendor)):
        return design.vendor
    is_there = order.pk is not None and order.vendor_orders.filter(vendor=design.vendor).exists()
    return design.vendor if is_there else account


def _check_variant(
    line: OrderLine, variant: OrderableVariant | None, *, sku: str, sold_before: bool, path: str, errors: Errors
) -> None:
    if variant is None:
        add_error(errors, f"{path}.sku", _("%(sku)s is not in the catalogue.") % {"sku": sku})
        return
    if text := (can_make(variant) if sold_before else can_order(variant)).reason:
        add_error(errors, f"{path}.sku", text)
    for text in check_quantity(variant, variant.tiers, quantity=line.quantity):
        add_error(errors, f"{path}.quantity", text)


def _check_market(variant: OrderableVariant | None, market: Market | None, *, path: str, errors: Errors) -> None:
    if variant and market and (text := can_sell_in(variant, market).reason):
        add_error(errors, f"{path}.sku", text)


def _check_files(
    line: OrderLine, variant: OrderableVariant | None, known: dict[str, ShopFile], *, path: str, errors: Errors
) -> None:
    if variant is not None and not line.design_id:
        if variant.personalized and not line.files:
            add_error(
                errors, f"{path}.files", _("%(sku)s is printed: provide print files or a design.") % {"sku": line.sku}
            )
        if not variant.personalized and line.files:
            add_error(
                errors, f"{path}.files", _("%(sku)s comes from stock and accepts no print files.") % {"sku": line.sku}
            )
    for index, file in enumerate(line.files):
        if "file_id" not in file:
            check_url(file["url"], path=f"{path}.files[{index}].url", errors=errors)
        elif file["file_id"] not in known:
            text = _("The shop has no file %(id)s.")
            add_error(errors, f"{path}.files[{index}].file_id", text % {"id": file["file_id"]})


def _link_files(line: OrderLine, known: dict[str, ShopFile]) -> None:
    for file in line.files:
        if "file_id" in file:
            file["url"] = link_file(file["file_id"]) if file["file_id"] in known else ""


def _fill(line: OrderLine, variant: OrderableVariant | None, tiers: Sequence[Tier], *, sku: str) -> None:
    if line.design_id:
        line.kind = LineKind.DESIGN
    elif line.files or (variant is not None and variant.personalized):
        line.kind = LineKind.FILES
    else:
        line.kind = LineKind.STOCK
    line.sku = sku
    # Designs are made in the first vendor's editor, the only one there is; an unknown SKU is held under it.
    line.vendor = variant.vendor if variant else vendors_with(TakesDraftOrders)[0]
    if variant is None:
        return
    line.name = line.name or variant.name
    line.takes_stock = variant.stock is not None and not line.order.is_test
    # Those of its market: in another currency they would say nothing about the margin.
    line.unit_cost = find_cost(tiers, quantity=line.quantity)


def _validate_custom(
    line: OrderLine, product: CustomProduct | None, market: Market | None, *, shop: Shop, path: str, errors: Errors
) -> ValidatedLine:
    """Check a thing that a shopper designed: it is of this shop, in the market's currency, with a known gross price."""
    currency = (market or main_market(shop)).currency
    # An unknown one is held under the first that makes such things.
    line.vendor = product.vendor if product else vendors_with(TakesOrdersAtOnce)[0]
    if product is None:
        text = _("The shop has no custom product %(id)s.") % {"id": line.custom_product}
        add_error(errors, f"{path}.custom_product", text)
    if shop.sign_integration_id is None:
        text = _("The shop sells no custom signs: its number at %(vendor)s is not set.")
        add_error(errors, f"{path}.custom_product", text % {"vendor": vendor_title(line.vendor)})
    if product is not None and product.currency != currency:
        text = _("The product was designed in %(given)s, but the shop sells in %(currency)s.")
        text = text % {"given": product.currency, "currency": currency}
        add_error(errors, f"{path}.custom_product", text)
    if line.tax_percent is None:
        text = _("The gross price is required: give the tax of the line, or have it set for the shop.")
        add_error(errors, f"{path}.tax_percent", text)
    line.kind, line.sku = LineKind.SIGN, line.custom_product
    line.name = line.name or (product.title if product else "")
    return ValidatedLine(line, remark=_price_remark(line, product))


def _price_remark(line: OrderLine, product: CustomProduct | None) -> str:
    """Return a remark where another price is charged than the shopper saw: allowed, since shops give discounts."""
    if product is None or product.price is None or line.tax_percent is None:
        return ""
    gross = round_money(line.unit_price * (1 + line.tax_percent / 100), currency=product.currency)
    if gross == product.price:
        return ""
    text = _("Line %(line)s is sold for %(sold)s %(currency)s; it was designed at %(designed)s %(currency)s.")
    designed = round_money(product.price, currency=product.currency)
    return text % {"line": line.reference, "sold": gross, "currency": product.currency, "designed": designed}
