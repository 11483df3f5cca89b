"""Each module signs in as a member of one group of `setup_groups`, its GROUP, with that group's rights only."""

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

from backoffice.engine.models import Heartbeat
from tests.browser.clicks import Clicks


@pytest.fixture
def staff(request: pytest.FixtureRequest, transactional_db: None) -> User:
    cache.clear()
    call_command("setup_groups", verbosity=0)
    if "desk" not in request.fixturenames:  # which does so itself
        # The background work is alive: else that would be the first need of all.
        Heartbeat.objects.create(name="sweep", at=timezone.now())
    user = User.objects.create_user("clara", is_staff=True, first_name="Clara", last_name="Lindqvist")
    user.groups.add(Group.objects.get(name=request.module.GROUP))
    return user


@pytest.fixture
def clicks() -> Clicks:
    return Clicks()
