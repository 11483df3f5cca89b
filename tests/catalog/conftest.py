"""The desk of change sets between our engine and the sandbox, over real HTTP, with the clock moved by hand."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import Permission, User
from pytest_django import Settings

from backoffice.sandbox import Sandbox, running_sandbox
from tests.catalog.change_desk import Desk
from tests.sights import SEES

PERMISSIONS = ("approve_changeset", "push_changeset", "override_changeset", "reset_searchtexts")


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Return somebody who may do all that the desk of change sets knows, or only what is named."""

    def made(name: str, *permissions: str) -> User:
        user = User.objects.create_user(name)
        user.user_permissions.set(Permission.objects.filter(codename__in=(*(permissions or PERMISSIONS), *SEES)))
        return user

    return made


@pytest.fixture
def sandbox(settings: Settings, db: None) -> Iterator[Sandbox]:
    """Run a mypromo whose time stands still, with settings that make waiting short."""
    with running_sandbox(manual_clock=True, rate_limit=0, job_hidden_seconds=0) as sandbox:
        settings.MYPROMO_URL = sandbox.url
        settings.MYPROMO_CLIENT_ID, settings.MYPROMO_CLIENT_SECRET = "1", "sandbox-merchant-secret"
        settings.MYPROMO_FULFILLER_CLIENT_ID = "2"
        settings.MYPROMO_FULFILLER_CLIENT_SECRET = "sandbox-fulfiller-secret"
        settings.MYPROMO_CALLBACK_SECRET = ""
        settings.MYPROMO_REQUESTS_PER_MINUTE = settings.MYPROMO_FULFILLER_REQUESTS_PER_MINUTE = 60_000
        settings.VENDOR_READ_TIMEOUT = 2
        settings.PUSH_SETTLE_SECONDS = 0.2
        settings.PUSH_RETRY_BACKOFF = [0.01]
        settings.JOB_POLL_BACKOFF = [0.0]
        yield sandbox


@pytest.fixture
def desk(sandbox: Sandbox, person: Callable[..., User]) -> Desk:
    return Desk(sandbox, author=person("author"), boss=person("boss"))
