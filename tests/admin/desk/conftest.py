"""Staff who may act on orders, and staff who may only look."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.test import Client

from tests.sights import SEES

SignIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def nothing_remembered(db: None) -> None:
    """Forget counts and figures of the test before."""
    cache.clear()


@pytest.fixture
def sign_in(db: None) -> SignIn:
    """Return a client for a staff member with these permissions."""

    def make(*codenames: str, name: str = "mara") -> Client:
        user = User.objects.create_user(name, is_staff=True, first_name="Mara", last_name="Lindqvist")
        user.user_permissions.set(Permission.objects.filter(codename__in=(*codenames, *SEES)))
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def desk(sign_in: SignIn) -> Client:
    """Return a member of the order desk, who sees orders and acts on them."""
    return sign_in("view_order", "change_order", "view_customer")
