"""The control of `test_two_machines.py` that every run can afford: two folders, as on two machines without a bucket."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from backoffice.engine.models import Push
from backoffice.engine.services.files import store
from backoffice.engine.services.sending import deliver
from backoffice.sandbox import Sandbox
from orders.models import HoldReason
from orders.services.files.store import link_file, store_file
from orders.services.lifecycle import release_order
from tests.fulfillment.conftest import sandbox
from tests.orders.pdfs import make_pdf
from tests.orders.rows import make_order

__all__ = ["sandbox"]
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("s3")]


@pytest.mark.parametrize("place", ["local", "s3"], indirect=True)
def test_another_machine_finds_what_lies_in_a_bucket_and_nothing_that_lies_in_a_folder(
    place: str, settings: Settings, sandbox: Sandbox, tmp_path: Path
) -> None:
    settings.MYPROMO_CLIENT_ID, settings.MYPROMO_CLIENT_SECRET = "1", "sandbox-merchant-secret"
    settings.CHECK_PRINT_FILES = True
    order = make_order()
    file, _is_new = store_file([make_pdf((100, 50))], shop=order.shop)
    order.lines.update(files=[{"file_id": file.public_id, "url": link_file(file.public_id), "type": ""}])
    release_order(order, actor="anna")
    settings.MEDIA_ROOT = tmp_path / "another machine"
    shared = place == "s3"
    assert Client().get(urlsplit(link_file(file.public_id)).path).status_code == (200 if shared else 404)
    deliver(Push.objects.get().pk)
    assert order.holds.filter(reason=HoldReason.BAD_FILE).exists() != shared
    assert bool(list(store().walk())) == shared
