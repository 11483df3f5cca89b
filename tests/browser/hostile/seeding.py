"""All sections, in the order in which they need one another."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.audit.services.chain import close_chain
from catalog.models import Variant
from orders.models import Order
from tests.browser.hostile.words import Dice


@dataclass
class Scene:
    """What the sections made so far. `mark` tells the rows of two seedings apart."""

    dice: Dice
    mark: str
    now: datetime = field(default_factory=timezone.now)
    shops: list[Shop] = field(default_factory=list)
    staff: list[User] = field(default_factory=list)
    variants: list[Variant] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)


@transaction.atomic
def seed(orders: int = 120) -> Scene:
    """Create every kind of row in every state: so many orders, and a share of it of all else."""
    from tests.browser.hostile import (
        desk,
        goods,
        hooks,
        importing,
        machine,
        mailing,
        making,
        order_rows,
        people,
        prices,
        privacy,
        vendor_accounts,
        woocommerce,
    )

    scene = Scene(Dice(4711), uuid4().hex[:6])
    sections = (people, goods, order_rows, machine, desk, hooks, mailing, prices, making, woocommerce, importing)
    sections += (vendor_accounts, privacy)
    for section in sections:
        section.fill(scene, orders)
    close_chain(limit=300)  # entries about all that, for the page that shows them
    return scene
