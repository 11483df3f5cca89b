"""Rows of the demo that pictures of the handbook show, and states that the demo rarely comes to by itself.

What is changed for a picture is as it was afterwards; what the demo lacks is made and stays.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.engine.models import Integration, Push
from backoffice.engine.models.push import PushState
from catalog.models import ChangeSet
from fulfillment.models import Label, ProductionOrder
from fulfillment.models.label import LabelState
from orders.importing.models import OrderImport
from orders.marketing.models import MailCampaign, OrderExport
from orders.marketing.models.export import ExportState
from orders.marketing.services.campaigns.making import make_campaign
from orders.models import Hold, HoldReason, Order
from orders.rules.models import Rule


def page_of(row: Model) -> str:
    """Return the address of a row's page."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def delivered_order() -> Order:
    return Order.objects.filter(shipment="delivered").order_by("pk")[0]


def shipped_order() -> Order:
    return Order.objects.filter(shipment__in=["shipped", "delivered"]).order_by("pk")[0]


def order_with_bad_address() -> Order:
    return Order.objects.filter(holds__reason=HoldReason.BAD_ADDRESS, holds__released_at=None).order_by("pk")[0]


def open_order() -> Order:
    """Return an order that may still be edited."""
    return Order.objects.filter(state__in=["new", "held"]).order_by("pk")[0]


def production_orders() -> list[ProductionOrder]:
    return list(ProductionOrder.objects.filter(dispatch="none").order_by("pk")[:3])


def papers() -> str:
    keys = "&".join(f"order={order.pk}" for order in production_orders())
    return f"{reverse('admin:fulfillment_productionorder_papers')}?{keys}"


def rule() -> Rule:
    return Rule.objects.filter(removed_at=None, enabled=True).order_by("pk")[0]


def checkable_campaign() -> MailCampaign:
    return MailCampaign.objects.exclude(price=None).order_by("-pk")[0]


def draft_campaign() -> MailCampaign:
    found = MailCampaign.objects.filter(state="draft").first()
    shop = Shop.objects.order_by("pk")[0]
    return found or make_campaign(
        actor="demo", shop=shop, name="Spring greetings", template_id=12345, template_name="Spring, handwritten",
        budget=Decimal(50),
    )  # fmt: skip


def import_of_orders() -> str:
    """Return the page of the last import, or of all where there is none yet."""
    found = OrderImport.objects.order_by("-pk").first()
    return page_of(found) if found else reverse("admin:importing_orderimport_changelist")


def clerk() -> User:
    """Return a person of the order desk."""
    user, _made = User.objects.get_or_create(
        username="clara", defaults={"first_name": "Clara", "last_name": "Clerk", "is_staff": True}
    )
    user.groups.set([Group.objects.order_by("pk").get(name="Order desk")])
    return user


def last_change_set() -> ChangeSet:
    return ChangeSet.objects.latest("pk")


@contextmanager
def changed(row: Any, **values: Any) -> Iterator[None]:
    """Change a row past all services, for as long as a picture is taken."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    before = {name: getattr(row, name) for name in values}
    rows.update(**values)
    try:
        yield
    finally:
        rows.update(**before)


def paused_vendor() -> Any:
    integration = Integration.objects.get(vendor="lettrlabs")
    values = {"paused_at": timezone.now(), "paused_by": "demo", "pause_reason": "Template under review until Monday"}
    return changed(integration, **values)


@contextmanager
def held_by_hand() -> Iterator[None]:
    """Let two of the orders that are held be held by a colleague, who may release them."""
    orders = Order.objects.filter(state="held").order_by("-pk")[:2]
    with ExitStack() as stack:
        for hold in Hold.objects.filter(order__in=list(orders), released_at=None):
            stack.enter_context(changed(hold, reason=HoldReason.MANUAL))
        yield


@contextmanager
def rejected_letters() -> Iterator[None]:
    """Have the vendor reject two letters that it took."""
    with ExitStack() as stack:
        for letter in OrderExport.objects.filter(vendor="autoletter", state=ExportState.SENT).order_by("-pk")[:2]:
            stack.enter_context(changed(letter, state=ExportState.REFUSED, text="Invalid address: zip"))
        yield


def last_placement() -> Push:
    return Push.objects.filter(kind="orders.place", subject_type="orders.vendororder").latest("pk")


def unknown_outcome() -> Any:
    values = {"state": PushState.UNKNOWN, "unknown_since": timezone.now(), "needs_attention": True, "step": "submit"}
    return changed(last_placement(), **values)


def some_label() -> Label:
    return Label.objects.order_by("pk")[0]


def lost_label() -> Any:
    return changed(some_label(), state=LabelState.LOST, announced_at=timezone.now())
