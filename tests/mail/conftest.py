"""A mail server on this machine that keeps what it gets, and fails when asked to."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from backoffice.accounts.models import Shop
from backoffice.mail.services.choices import choose_for_shop
from backoffice.mail.services.kinds import Audience, kinds_for
from backoffice.sandbox import Sandbox
from backoffice.sandbox.mail.app import MailApp
from backoffice.sandbox.running import running_sandbox


@pytest.fixture(scope="session")
def mail_sandbox() -> Iterator[Sandbox]:
    with running_sandbox(mail_port=0) as sandbox:
        yield sandbox


@pytest.fixture
def catcher(mail_sandbox: Sandbox, settings: Settings) -> Iterator[MailApp]:
    """Return the catcher, empty and without faults; pytest-django would keep mails in memory."""
    settings.EMAIL_BACKEND = "backoffice.mail.backend.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mail_sandbox.mail_port
    settings.EMAIL_TIMEOUT = 5
    settings.MAIL_RETRY_BACKOFF = [0.001]
    mail_sandbox.mail.mails.clear()
    mail_sandbox.mail.options.change(kept=5000)
    yield mail_sandbox.mail
    mail_sandbox.mail.options.change(fault="", every=1)


@pytest.fixture
def shop(db: None) -> Shop:
    """Return a shop whose customers get every kind of mail."""
    shop = Shop.objects.create(code="WEB", name="Printed <with> love", language="EN")
    kinds = [kind.name for kind in kinds_for(Audience.CUSTOMER)]
    choose_for_shop(shop, kinds=kinds, sender_name="", reply_to="help@shop.example", actor="mara")
    return shop
