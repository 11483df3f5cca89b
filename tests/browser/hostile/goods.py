"""The catalogue, custom products and their pictures, ratings, runs and tables."""

from datetime import timedelta
from decimal import Decimal

from catalog.models import (
    Availability,
    CustomPicture,
    CustomProduct,
    PriceTier,
    Product,
    ProductText,
    Rating,
    Review,
    Snapshot,
    SyncRun,
    TableImport,
    Variant,
    VariantText,
)
from catalog.models.change_set import ChangeKind
from catalog.models.sync import SyncState
from catalog.models.table_import import TableImportState
from fulfillment.models import Carrier, Country, State
from orders.models import CustomerEditor, Design, DesignState
from tests.browser.hostile.seeding import Scene
from tests.browser.hostile.words import ACTOR, HOSTILE, LONG, MARKUP, SKU, at_place, bulk

TIERS = ((1, "9.9000"), (50, "4.1234"), (1000, "1.0000"))
LISTS = (("purchase", 1), ("recommended", 2), ("sales", Decimal("1.7")))


def fill(scene: Scene, count: int) -> None:
    """Make about a tenth as many products as orders, two variants each."""
    _catalogue(scene, max(len(HOSTILE), count // 10))
    _custom_products(scene, max(len(HOSTILE), count // 20))
    _snapshots(scene)
    _designs(scene)
    _ratings(scene)
    _runs(scene, max(4, count // 20))
    for place, name in enumerate(HOSTILE):
        key = f"{scene.mark[:3]}{place}"
        Carrier.objects.get_or_create(key=f"long-{key}", defaults={"name": name[:100]})
        iso2 = f"{'XYQ'[place % 3]}{place}"
        country, _new = Country.objects.get_or_create(iso2=iso2, defaults={"iso3": f"X{iso2}", "name": name[:100]})
        State.objects.get_or_create(country=country, iso2=f"S{place}", name=name[:100])


def _catalogue(scene: Scene, count: int) -> None:
    texts = [at_place(HOSTILE, place) for place in range(count)]
    products = bulk(
        [
            Product(
                vendor="mypromo",
                vendor_id=f"{scene.mark}{n}",
                name=text * 2,
                changed_at=scene.now,
                created_at=scene.now,
            )
            for n, text in enumerate(texts)
        ]
    )
    bulk([ProductText(product=one, language="de", name=one.name[:500]) for one in products])
    scene.variants = bulk(
        [_variant(scene, product, n * 2 + half) for n, product in enumerate(products) for half in (0, 1)]
    )
    bulk(
        [
            PriceTier(variant=variant, price_list=kind, quantity=quantity, price=Decimal(price) * factor)
            for variant in scene.variants
            for quantity, price in TIERS
            for kind, factor in LISTS
        ]
    )
    _texts(scene)
    _offers(scene)


def _texts(scene: Scene) -> None:
    bulk(
        [
            VariantText(
                variant=one, language="de", name=one.name[:500], description=f"<p>{LONG}</p>", description_short=MARKUP
            )
            for one in scene.variants
        ]
    )


def _offers(scene: Scene) -> None:
    bulk(
        [
            Availability(
                variant=one,
                fulfiller_id=f"F{n}",
                fulfiller_name=at_place(HOSTILE, n)[:200],
                sku_fulfiller=SKU,
                available=n != 1,
                stock_managed=True,
                stock_qty=n * 1_000_000,
                contract_state="active",
            )
            for one in scene.variants
            for n in range(3)
        ]
    )


def _variant(scene: Scene, product: Product, place: int) -> Variant:
    code = f"{scene.mark}-{place}"
    return Variant(
        product=product,
        vendor="mypromo",
        vendor_id=code,
        sku=f"{SKU[: 99 - len(code)]}-{code}" if place % 2 else f"H-{code}",
        name=product.name[:500],
        active=place % 7 != 3,
        available=place % 5 != 4,
        changed_at=scene.now,
        created_at=scene.now,
    )


def _custom_products(scene: Scene, count: int) -> None:
    products = bulk(
        [
            CustomProduct(
                shop=at_place(scene.shops, n),
                vendor="sign-customiser",
                vendor_id=f"{scene.mark}{n}",
                title=at_place(HOSTILE, n)[:500],
                price=Decimal(249),
                currency="EUR",
                description=MARKUP * 3,
                description_html=f"<p>{MARKUP}{LONG}</p>",
                external_data={LONG[:60]: MARKUP},
            )
            for n in range(count)
        ]
    )
    bulk(
        [
            CustomPicture(
                product=one,
                position=place,
                kind="preview",
                url=f"https://pictures.example.com/{LONG}",
                failed=place == 1,
                problem=MARKUP if place else "",
            )
            for one in products[:5]
            for place in (0, 1)
        ]
    )


def _snapshots(scene: Scene) -> None:
    texts = {"product_name": LONG, "meta_title": MARKUP, "meta_description": LONG * 3}
    values = {
        ChangeKind.SEARCH_TEXTS: {"defaults": texts, "overwrites": dict.fromkeys(texts)},
        ChangeKind.SALES_PRICES: {"currency": "EUR", "sales": {"1": "9.90"}, "purchase": {"1": "8"}, "recommended": {}},
    }
    bulk(
        [
            Snapshot(vendor="mypromo", kind=kind, sku=one.sku, value=value, read_at=scene.now)
            for one in scene.variants
            for kind, value in values.items()
        ]
    )


def _designs(scene: Scene) -> None:
    shop = scene.shops[0]
    editor = CustomerEditor.objects.create(
        shop=shop, vendor="mypromo", customer=f"{scene.mark}{LONG}"[:100], user_hash="x"
    )
    bulk(
        [
            Design(
                shop=shop,
                customer=editor,
                vendor="mypromo",
                vendor_id=f"{scene.mark}{state}",
                asked_sku=SKU,
                sku=SKU,
                state=state,
                read_at=scene.now,
            )
            for state in DesignState.values
        ]
    )


def _ratings(scene: Scene) -> None:
    number = int(scene.mark, 16)
    product = scene.variants[0].product
    ratings = bulk(
        [
            Rating(
                shop=shop,
                language="de",
                number=number + n,
                product=product if n == len(scene.shops) - 1 else None,
                average=Decimal("4.2"),
                total=5,
                distribution=[1, 0, 0, 1, 3],
                read_at=scene.now,
            )
            for n, shop in enumerate(scene.shops)
        ]
    )
    bulk(
        [
            Review(
                rating=rating,
                vendor_id=f"r{n}",
                author=text[:100],
                stars=1 + n % 5,
                text=text * 3,
                reply=text,
                written_at=scene.now,
            )
            for rating in ratings
            for n, text in enumerate(HOSTILE)
        ]
    )


def _runs(scene: Scene, count: int) -> None:
    states = list(SyncState.values)
    bulk(
        [
            SyncRun(
                vendor="mypromo",
                kind="catalog",
                state=at_place(states, n),
                total=10,
                seen=7,
                finished_at=None if at_place(states, n) == "running" else scene.now,
                counts={"variants": 12},
                errors=[{"text": at_place(HOSTILE, n)}],
            )
            for n in range(count)
        ]
    )
    uploads = list(TableImportState.values)
    bulk(
        [
            TableImport(
                vendor="mypromo",
                kind=ChangeKind.SALES_PRICES,
                file_name=at_place(HOSTILE, n)[:200],
                created_by=ACTOR,
                state=at_place(uploads, n),
                content=b"",
                seen=3,
                counts={"rows": 3, "problems": 1},
                reading_since=scene.now - timedelta(minutes=1),
                problems=[{"row": 2, "sku": SKU, "text": at_place(HOSTILE, n)}],
            )
            for n in range(max(count, len(uploads)))
        ]
    )
