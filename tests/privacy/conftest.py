"""Two customers in a database that was filled through its doors."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from backoffice.sandbox import Sandbox
from orders.models import Order
from tests.api.storefront import make_catalog, make_storefront
from tests.flows.conftest import Postbox, postbox, sandbox
from tests.privacy.gifts import IN_TABLE, give
from tests.privacy.lives import JANA, OTTO, World, live, live_together
from tests.signs.desk import HOOK_SECRET

__all__ = ["postbox", "sandbox"]


@pytest.fixture
def world(sandbox: Sandbox, postbox: Postbox, settings: Settings, tmp_path: Path) -> World:
    """Return a shop, its catalogue, the vendors of the sandbox and somebody of the staff."""
    cache.clear()
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.SIGN_CUSTOMISER_WEBHOOK_SECRETS = [HOOK_SECRET]
    settings.AUTOLETTER_URL = sandbox.autoletter.public_url + "v2/orders"
    settings.AUTOLETTER_TOKEN = sandbox.autoletter.options.token
    settings.AUTOLETTER_REQUESTS_PER_MINUTE, settings.AUTOLETTER_BATCH_SIZE = 60_000, 100
    settings.FILE_CHECKS = False
    make_catalog()
    storefront = make_storefront(least_margin_percent=None)
    return World(storefront, sandbox, postbox, Client(), User.objects.create_user("mara", is_staff=True))


@pytest.fixture
def lives(world: World) -> dict[str, Order]:
    """Return the orders of Jana and Otto, each made, shipped and told of, by first name."""
    orders = {life.first: live(life, world) for life in (JANA, OTTO)}
    live_together([JANA, OTTO], world, list(orders.values()))
    return {name: Order.objects.get(pk=order.pk) for name, order in orders.items()}


@pytest.fixture
def gift(world: World) -> Order:
    """Return what Otto ordered for his grandmother, made and shipped beside an order of his own."""
    orders = [live(OTTO, world), give(world)]
    live_together([OTTO, IN_TABLE], world, orders)
    return Order.objects.get(pk=orders[1].pk)
