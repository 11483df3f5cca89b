"""An older backup restored as docs/operate/backup.md has it: who was erased since is erased again, files too."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from pytest_django import Settings

from backoffice.audit.services.chain import close_all
from backoffice.privacy.models import PrivacyRequest, RequestState
from backoffice.privacy.services import outside, requests
from backoffice.privacy.services.requests import Meant
from orders.models import Order
from tests.database import end_other_sessions
from tests.privacy.dump import everything, find, lines_with
from tests.privacy.lives import JANA, OTTO

pytestmark = pytest.mark.django_db(transaction=True)


def _run(command: str, *arguments: object, **options: object) -> str:
    end_other_sessions()
    out = StringIO()
    call_command(command, *map(str, arguments), stdout=out, **options)
    return out.getvalue()


def _assert_erased_again(lives: dict[str, Order]) -> None:
    assert find(JANA.needles, everything()) == {}
    order = Order.objects.get(pk=lives[JANA.first].pk)
    assert (order.number, order.erased_at is not None) == (lives[JANA.first].number, True)
    assert PrivacyRequest.objects.get().state == RequestState.DONE
    assert Order.objects.filter(customer_email=OTTO.email).exists()


def test_who_was_erased_since_the_backup_stands_in_no_table_and_no_file_after_its_restore(
    lives: dict[str, Order], settings: Settings, tmp_path: Path
) -> None:
    settings.EPOCH_DIR = tmp_path / "epoch"
    target = tmp_path / "backups"
    close_all()
    backup = _run("backup", target).strip()
    before = everything()
    found = find(JANA.needles, before)
    assert {"orders_order", "orders_address", "audit_auditentry"} <= set(found)
    assert any(place.startswith("file ") for place in found)
    requests.ask_for_erasure(Meant(JANA.name, [JANA.email]), reason="asked", actor="mara")
    requests.work_requests(seconds=60)
    _assert_erased_again(lives)

    # By the list among the files, which are newer than the backup.
    assert "files were added" in _run("restore", backup, replace=True)
    _assert_erased_again(lives)
    assert lines_with(OTTO.last, everything())["orders_address"] == lines_with(OTTO.last, before)["orders_address"]

    # By the list beside the backups, where the machine with the files is lost.
    outside.copy_beside(target)
    default_storage.delete(outside.PLACE)
    _run("restore", backup, replace=True)
    _assert_erased_again(lives)

    # The control: without both lists nobody knows, and all of it is back.
    default_storage.delete(outside.PLACE)
    (target / outside.BESIDE_BACKUPS).unlink()
    _run("restore", backup, replace=True)
    assert set(find(JANA.needles, everything())) >= {place for place in found if place.startswith("file ")}
    assert "orders_address" in find(JANA.needles, everything())
