"""The toy vendor with pushes and callbacks in every state, and staff who may do more or less."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.db import transaction
from django.test import Client
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.engine.models import Heartbeat, Push
from backoffice.engine.services.pushes import queue_push
from backoffice.engine.services.sending import deliver
from backoffice.vendors.errors import FieldError, VendorAmbiguous, VendorRejected
from tests.engine import toy
from tests.engine.conftest import shop, toy_vendor
from tests.sights import SEES

__all__ = ["shop", "toy_vendor"]

VIEWS = ("view_push", "view_callback", "view_integration")
SignIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def beating(db: None, toy_vendor: toy.MakeBoth) -> None:
    """Keep the background work alive, with the toy as the only vendor."""
    Heartbeat.objects.update_or_create(name="sweep", defaults={"at": timezone.now()})


@pytest.fixture
def sign_in(db: None) -> SignIn:
    """Sign in a staff member who may read the machinery and has these permissions besides."""

    def make(*codenames: str, name: str = "jana") -> Client:
        user = User.objects.create_user(name, is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=(*VIEWS, *codenames, *SEES)))
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def push(shop: Shop) -> Push:
    with transaction.atomic():
        return queue_push("toy.make", vendor="toy", subject=shop, actor="test")


def _fail_with(error: Exception) -> Callable[[str], None]:
    def mishap(name: str) -> None:
        raise error

    return mishap


@pytest.fixture
def refused(push: Push) -> Push:
    error = VendorRejected("The vendor refused.", errors=(FieldError("street", "is too long"),))
    toy.SHELF.mishaps = [_fail_with(error)]
    deliver(push.pk)
    push.refresh_from_db()
    return push


@pytest.fixture
def unknown(push: Push) -> Push:
    toy.SHELF.mishaps = [_fail_with(VendorAmbiguous("No answer came."))]
    deliver(push.pk)
    push.refresh_from_db()
    return push
