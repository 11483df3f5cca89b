"""Rows with the names that break layouts, a few of every list."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from django.contrib.auth.models import User
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.engine.models import Callback, Heartbeat, Push
from backoffice.engine.models.push import PushState
from backoffice.staff.models import SavedView
from catalog.models import (
    Change,
    ChangeKind,
    ChangeSet,
    ChangeSource,
    CustomProduct,
    Product,
    SyncRun,
    TableImport,
    Variant,
)
from fulfillment.models import Carrier, Country, ProductionItem, ProductionOrder
from orders.customers.services.notes import add_note, change_preferences
from orders.customers.services.people import find_person
from orders.drafts.models import DraftOrder
from orders.marketing.models import CardRecipient, MailCampaign, OptOut, OrderExport
from orders.models import Enquiry, HoldReason, Order, VendorOrder
from orders.rules.models import Notice
from orders.services.alarms import raise_alarm
from orders.services.lifecycle import hold_order
from orders.services.search import refresh_search
from tests.orders.complaints.conftest import complain
from tests.orders.rows import make_order
from tests.orders.rules.rows import act, make_rule

LONG = "Wolfeschlegelsteinhausenbergerdorff" * 6
MARKUP = "<img src=x onerror=alert(1)><b>Söhne & Töchter</b>"
RTL = "محمد عبد الرحمن الطويل"
NAMES = (LONG, MARKUP, RTL)
SKU = ("SKU-" + "LONG-UNBROKEN-VARIANT-CODE-" * 4)[:100]


def seed() -> None:
    """Create a few rows of every list; nothing is sent."""
    now = timezone.now()
    Heartbeat.objects.update_or_create(name="sweep", defaults={"at": now})
    shop = Shop.objects.create(code="LONG", name=LONG[:100], currency="EUR")
    colleague = User.objects.create_user("w" * 150, is_staff=True, first_name=LONG[:150], last_name=LONG[:150])
    variants = _catalogue(now)
    for place, name in enumerate(NAMES):
        _order(name, shop=shop, colleague=colleague, place=place)
        _machine(name, place=place)
        _changes(name, variants=variants, place=place)
        _marketing(name, shop=shop)
        _production(name, place=place, now=now)
    SavedView.objects.create(list_key="orders", name=LONG[:40], query="tag=x")
    Carrier.objects.create(key="long", name=LONG[:100], available=True)
    Country.objects.create(iso2="XL", iso3="XLL", name=LONG[:100])


def _catalogue(now: object) -> list[Variant]:
    variants = []
    for place, name in enumerate(NAMES):
        product = Product.objects.create(
            vendor="mypromo", vendor_id=f"h{place}", name=name, changed_at=now, created_at=now
        )
        variants.append(
            Variant.objects.create(
                product=product,
                vendor="mypromo",
                vendor_id=f"h{place}",
                sku=f"{SKU[:97]}-{place}",
                name=name,
                changed_at=now,
                created_at=now,
            )
        )
    return variants


def _order(name: str, *, shop: Shop, colleague: User, place: int) -> Order:
    order = make_order(
        {"name": name, "sku": SKU},
        customer_firstname=name[:100],
        customer_lastname=name[:100],
        customer_email=f"{'x' * 60}@{'y' * 60}.example.com",
        tags=[name[:40], "VIP", "christmas"],
        assignee=colleague,
    )
    Order.objects.filter(pk=order.pk).update(shop=shop, reference=f"{LONG[:48]}{place}")
    order.addresses.update(firstname=name[:200], street=LONG[:200], city=LONG[:200])
    refresh_search(order)
    hold_order(order, reason=list(HoldReason)[place], text=name * 2, actor="w" * 150, errors={"lines[0].sku": [name]})
    add_note(order.customer_email, name * 2, actor="w" * 150)
    preferences = find_person(order.customer_email).customer.preferences
    change_preferences(order.customer_email, name[:200], before=preferences, actor="w" * 150)
    DraftOrder.objects.create(
        shop=shop,
        customer=name * 2,
        email=order.customer_email,
        repeats=order,
        created_by="w" * 150,
        updated_by="w" * 150,
    )
    OrderExport.objects.create(
        order=order,
        vendor="autoletter",
        state="refused",
        text=name,
        requested_by="w" * 150,
        requested_at=timezone.now(),
    )
    closed = make_order({"name": name}, state="closed")
    complain(closed, 1, token=f"hostile {place}", text=name * 4)
    raise_alarm(closed, reason=HoldReason.SECOND_AT_VENDOR, text=name, actor="vendor:mypromo")
    Notice.objects.create(order=order, text=name, made_by="system")
    return order


def _machine(name: str, *, place: int) -> None:
    row = VendorOrder.objects.create(
        order=Order.objects.first(), vendor="mypromo", part=place + 1, reference=f"H-{place}"
    )
    Push.objects.create(
        vendor="mypromo",
        kind="orders.place",
        subject_type="orders.vendororder",
        subject_id=row.pk,
        generation=7,
        state=PushState.FAILED,
        needs_attention=True,
        cause=f"Refused: {name}",
        next_at=timezone.now(),
        created_by="w" * 150,
    )
    Callback.objects.create(
        vendor="mypromo", topic="orders", key=uuid4().hex, body=name.encode(), state="invalid", note=name
    )


def _changes(name: str, *, variants: list[Variant], place: int) -> None:
    row = ChangeSet.objects.create(
        vendor="mypromo",
        kind=ChangeKind.SALES_PRICES,
        title=name[:200],
        source=ChangeSource.EDITOR,
        created_by="w" * 150,
        authors=["w" * 150],
        counts={"rows": 1, "blocking": 1, "flagged": 3, "removals": 1},
    )
    Change.objects.create(
        change_set=row, variant=variants[place], sku=variants[place].sku, requested={"sales": {"1": "9"}}
    )
    SyncRun.objects.create(vendor="mypromo", kind="catalog", state="failed", errors=[{"text": name}])
    TableImport.objects.create(
        vendor="mypromo",
        kind=ChangeKind.SALES_PRICES,
        file_name=name[:200],
        created_by="w" * 150,
        state="ready",
        content=b"",
    )


def _marketing(name: str, *, shop: Shop) -> None:
    campaign = MailCampaign.objects.create(
        shop=shop,
        name=name[:100],
        template_id=1,
        template_name=name[:100],
        budget=Decimal(500),
        state="stuck",
        problem=name,
        created_by="w" * 150,
    )
    CardRecipient.objects.create(
        campaign=campaign,
        table_row=1,
        firstname=name[:200],
        lastname=name[:200],
        address1=LONG[:100],
        city=name[:100],
        key=uuid4().hex,
    )
    OptOut.objects.create(consent="letters", email=f"{'x' * 60}@{uuid4().hex}.example.com", reason=name, noted_by="mia")
    Enquiry.objects.create(
        vendor="sign-customiser",
        vendor_id=uuid4().hex,
        shop=shop,
        form=name[:100],
        subject=name[:200],
        name=name[:100],
        answers=[{"name": name, "value": name}],
    )
    CustomProduct.objects.create(
        shop=shop,
        vendor="sign-customiser",
        vendor_id=uuid4().hex[:20],
        title=name[:200],
        price=Decimal(249),
        currency="EUR",
    )
    make_rule(act("tag", tag=name[:40]), name=name[:100], note=name, made_by="w" * 150, changed_by="w" * 150)


def _production(name: str, *, place: int, now: object) -> None:
    row = ProductionOrder.objects.create(
        vendor="mypromo-fulfiller",
        vendor_id=f"p{place}",
        order_vendor_id=f"{place}",
        reference=name[:120],
        merchant=name[:80],
        state="in_production",
        raw_state="IN_PRODUCTION",
        comment=name,
        ordered_at=now,
        read_at=now,
        due_at=timezone.now() - timedelta(days=2),
        recipient={"firstname": name, "lastname": name, "city": name},
    )
    ProductionItem.objects.create(
        production_order=row,
        vendor_id=f"i{place}",
        sku=SKU,
        sku_fulfiller=SKU,
        name=name,
        kind="files",
        quantity=500,
        state="in_production",
        printing_methods=[name[:40]],
    )
