"""Which SKU of ours a product of WooCommerce is: found for the lines of an order, given by staff."""

from collections.abc import Collection, Mapping, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from backoffice.engine.services.task_queue import enqueue_soon_on_commit
from backoffice.errors import DomainError, InvalidInput
from backoffice.text.translatable import gettext as _
from catalog.models import Variant
from orders.connectors.woocommerce.models import MessageState, WooConnection, WooMessage, WooProduct
from orders.connectors.woocommerce.services.contents import WooLine
from orders.connectors.woocommerce.services.receiving import PROCESS_MESSAGES

Key = tuple[int, int]


class Unmapped(DomainError):
    """Products of an order have no SKU of ours yet; `products` are rows that are to be kept."""

    code = "unmapped"

    def __init__(self, text: str, *, products: Sequence[WooProduct]) -> None:
        super().__init__(text)
        self.products = products


def find_skus(connection: WooConnection, lines: Sequence[WooLine]) -> dict[Key, str]:
    """Return our SKU of each line, by product and variation. Raise Unmapped, naming those that have none."""
    wanted = {(line.product_id, line.variation_id): line for line in lines}
    rows = WooProduct.objects.filter(connection=connection, product_id__in={product for product, _variation in wanted})
    given = {(row.product_id, row.variation_id): row.sku for row in rows if row.sku}
    if connection.use_equal_skus:
        open_lines = [line for key, line in wanted.items() if key not in given and line.sku]
        ours = offered_skus({line.sku or "" for line in open_lines})
        given |= {(line.product_id, line.variation_id): line.sku or "" for line in open_lines if line.sku in ours}
    missing = [line for key, line in wanted.items() if key not in given]
    if missing:
        names = ", ".join(f"{line.name[:60]} ({line.sku or line.variation_id or line.product_id})" for line in missing)
        text = _(
            "These products are not mapped to our SKUs yet: %(names)s. Map them, and the order is imported "
            "automatically."
        )
        raise Unmapped(text % {"names": names[:500]}, products=[_product(connection, line) for line in missing])
    return given


def keep_products(products: Sequence[WooProduct]) -> None:
    """Have products that are new in the table, where staff find them."""
    WooProduct.objects.bulk_create(products, ignore_conflicts=True)


def offered_skus(skus: Collection[str]) -> set[str]:
    """Return those that are in our catalogue."""
    return set(Variant.objects.filter(sku__in=skus, gone_at__isnull=True).values_list("sku", flat=True))


def unmapped(connection: WooConnection) -> QuerySet[WooProduct]:
    """Return the products without a SKU of ours."""
    return WooProduct.objects.filter(connection=connection, sku="")


def propose(products: Collection[WooProduct]) -> dict[int, str]:
    """Return our SKU for those without one whose SKU there is the same, by key."""
    ours = offered_skus({product.woo_sku for product in products if product.woo_sku and not product.sku})
    return {product.pk: product.woo_sku for product in products if not product.sku and product.woo_sku in ours}


def count_proposals(connection: WooConnection) -> int:
    """Return how many products without a SKU of ours have one there that is in our catalogue."""
    ours = Variant.objects.filter(sku=OuterRef("woo_sku"), gone_at__isnull=True)
    return unmapped(connection).exclude(woo_sku="").filter(Exists(ours)).count()


@transaction.atomic
def accept_proposals(connection: WooConnection, *, actor: str) -> int:
    """Map all products whose SKU there is one of ours; return how many that were."""
    rows = list(unmapped(connection).exclude(woo_sku="").select_for_update())
    proposed = propose(rows)
    changed = [row for row in rows if row.pk in proposed]
    for row in changed:
        row.sku, row.changed_by = proposed[row.pk], actor
    WooProduct.objects.bulk_update(changed, ["sku", "changed_by"], batch_size=1000)
    if changed:
        retry_blocked(connection)
    return len(changed)


@transaction.atomic
def map_products(connection: WooConnection, skus: Mapping[int, str], *, actor: str) -> int:
    """Give products, by key, these SKUs; an empty one takes it away. Return how many changed.

    Raise InvalidInput, with errors by key, for SKUs that are not in the catalogue; nothing is changed then.
    """
    ours = offered_skus({sku for sku in skus.values() if sku})
    if errors := {str(pk): [no_such_sku(sku)] for pk, sku in skus.items() if sku and sku not in ours}:
        raise InvalidInput(next(iter(errors.values()))[0], errors=errors)
    rows = WooProduct.objects.filter(connection=connection, pk__in=skus).select_for_update()
    changed = [row for row in rows if row.sku != skus[row.pk]]
    for row in changed:
        row.sku, row.changed_by = skus[row.pk], actor
    WooProduct.objects.bulk_update(changed, ["sku", "changed_by"], batch_size=1000)
    if changed:
        retry_blocked(connection)
    return len(changed)


def map_where_ours(skus: Mapping[int, str], *, actor: str) -> int:
    """Give products of any shop, by key, these SKUs where they are in the catalogue. Return how many changed. Raise
    InvalidInput, once all others are mapped, for those that are not.
    """
    ours = offered_skus({sku for sku in skus.values() if sku})
    good = {pk: sku for pk, sku in skus.items() if not sku or sku in ours}
    changed = 0
    for connection in WooConnection.objects.filter(products__in=good).distinct().order_by("pk"):
        changed += map_products(connection, good, actor=actor)
    if unknown := sorted(set(skus.values()) - ours - {""}):
        text = _("Not in the catalogue: %(skus)s. All others are saved.")
        text %= {"skus": ", ".join(sku[:100] for sku in unknown[:10])}
        raise InvalidInput(text, errors={"sku": [text]})
    return changed


def no_such_sku(sku: str) -> str:
    """Return what is wrong with a SKU that is not ours."""
    return _("%(sku)s is not in the catalogue.") % {"sku": sku}


def retry_blocked(connection: WooConnection) -> None:
    """Try again what waited for a decision."""
    blocked = WooMessage.objects.filter(connection=connection, state=MessageState.BLOCKED)
    blocked.update(state=MessageState.NEW, next_at=Now(), attempts=0, needs_attention=False, cause="")
    enqueue_soon_on_commit(PROCESS_MESSAGES)


def _product(connection: WooConnection, line: WooLine) -> WooProduct:
    return WooProduct(
        connection=connection,
        product_id=line.product_id,
        variation_id=line.variation_id,
        woo_sku=(line.sku or "")[:200],
        name=line.name[:500],
    )
