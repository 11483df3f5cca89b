"""The steps of docs/operate/backup.md, run as they stand there: nothing twice, nobody else's number.

The drill: what docs/operate/disaster.md asks for each quarter.
"""

import os
import random
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from redis import Redis

from backoffice.embedded.postgres import postgres_bin
from backoffice.engine.models import Epoch, Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services import epoch_places, limiter
from backoffice.engine.services.sending import deliver
from backoffice.engine.services.sweep import due_pushes, sweep
from backoffice.sandbox import Sandbox
from orders.models import Order, StrayOrder
from tests.admin.inbox import read_inbox
from tests.database import end_other_sessions
from tests.faults.storefront import make_order, open_shop

pytestmark = pytest.mark.django_db(transaction=True)

PROJECT = Path(__file__).resolve().parents[2]
# Where the first of the commands stands that compare with the vendors.
RECONCILE = ".venv/bin/python manage.py reconcile"
# How the guide calls the folder of all backups, and of one.
ALL_BACKUPS = "/var/backups/backoffice"
SOME_BACKUP = re.compile(r"backups/backoffice-[0-9]{8}T[0-9]{6}Z")
# Without our command: what whoever knows PostgreSQL would do.
BY_HAND = """
psql --quiet --command="DROP SCHEMA public CASCADE; CREATE SCHEMA public" "$DATABASE_URL"
pg_restore --no-owner --single-transaction --dbname="$DATABASE_URL" "$BACKUP/database.dump"
"""


class Operator:
    """Types what the guide says, in the order in which it says it."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        page = (PROJECT / "docs" / "operate" / "backup.md").read_text().replace(ALL_BACKUPS, "backups")
        steps = re.findall(r"^## (Made|Restored) by[^\n]*\n.*?```sh\n(.*?)```", page, flags=re.DOTALL | re.MULTILINE)
        self.backup, self.restore = dict(steps)["Made"], dict(steps)["Restored"]
        self.folder = folder
        url = urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}")
        own = ("REDIS_URL", "MYPROMO_URL", "MYPROMO_CLIENT_ID", "MYPROMO_CLIENT_SECRET", "PUBLIC_URL")
        self.environment = {name: getattr(settings, name) for name in own} | {
            "DJANGO_SETTINGS_MODULE": "backoffice.settings",
            "DATABASE_URL": urlunsplit(url),
            "EPOCH_DIR": str(settings.EPOCH_DIR),
            "VAR_DIR": str(folder / "var"),
            "MYPROMO_SANDBOX": "1",
            "MYPROMO_REQUESTS_PER_MINUTE": "60000",
            "PATH": os.pathsep.join([str(postgres_bin()), os.environ["PATH"]]),
        }
        (folder / "var" / "media" / "labels").mkdir(parents=True)
        (folder / "manage.py").symlink_to(PROJECT / "manage.py")
        (folder / ".venv").symlink_to(Path(sys.prefix))

    def type(self, commands: str) -> str:
        """Run the commands; each must succeed. Return all that they said. Nothing else is connected meanwhile."""
        end_other_sessions()
        connections.close_all()
        backup = max((str(path) for path in self.folder.glob("backups/*")), default="").removeprefix(f"{self.folder}/")
        done = subprocess.run(
            ["sh", "-ec", SOME_BACKUP.sub(backup, commands)],
            cwd=self.folder,
            env=os.environ | self.environment | {"BACKUP": backup},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def operator(tmp_path: Path, settings: Settings, sandbox: Sandbox) -> Operator:
    settings.EPOCH_DIR = tmp_path / "epoch"
    settings.CHECK_PRINT_FILES = False
    return Operator(tmp_path, settings)


@pytest.fixture
def shop(operator: Operator) -> "Storefront":
    return Storefront(open_shop())


class Storefront:
    """A shop: `given` are the numbers it was told, by its own references."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.client = Client()
        self.given: dict[str, list[str]] = {}

    def order(self, number: int) -> str:
        """Send the order of that number of the shop's, always under the same key and with the same body."""
        body = one_order(number)
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": f"key-{number}"}
        answer = self.client.post("/api/v1/orders/", body, content_type="application/json", headers=headers)
        assert answer.status_code == 201, answer.content
        told = str(answer.json()["number"])
        self.given.setdefault(body["reference"], []).append(told)
        return told


def one_order(number: int) -> dict[str, Any]:
    return make_order(number, chance=random.Random(number), lines=2)


def work() -> None:
    """Do what sweep and workers do until nothing is left that can be done now."""
    for _ in range(200):
        sweep()
        Push.objects.filter(state__in=[PushState.NEW, PushState.UNKNOWN]).update(next_at=timezone.now())
        Push.objects.filter(state=PushState.UNKNOWN).update(settles_at=timezone.now())
        due = due_pushes(limit=100)
        if not due:
            return
        for push_id in due:
            deliver(push_id)
    raise AssertionError(list(Push.objects.open().values("kind", "state", "step", "cause")))


def restart() -> None:
    """Restart web, worker and beat: no connection and no memory is left of before."""
    connections.close_all()
    epoch_places._memory.clear()


def forget_outside() -> None:
    """Take what is remembered outside back together with the database: nothing shows that it is an older one."""
    row = Epoch.objects.get()
    with Redis.from_url(epoch_places.settings.REDIS_URL) as client:
        client.delete(epoch_places.REDIS_KEY)
    epoch_places.file_of(row.installation).unlink()
    epoch_places.remember(row.installation, epoch_places.Mark(row.counter, row.series))


def made(sandbox: Sandbox) -> Counter[str]:
    """Return how often each order of the shop is made, by the shop's reference."""
    return Counter(order["reference2"] for order in sandbox.ledger.physical_orders())


def writes(sandbox: Sandbox) -> int:
    """Return how many requests came that may change something, tokens aside."""
    changing = (line for line in sandbox.ledger.requests if not line.startswith("GET ") and "token" not in line)
    return sum(sandbox.ledger.requests[line] for line in changing)


def references(sandbox: Sandbox) -> Counter[str]:
    """Return how many orders the vendor makes under each of our references."""
    return Counter(order["reference"] for order in sandbox.ledger.physical_orders())


def disaster(operator: Operator, shop: Storefront) -> None:
    """Make two orders while two wait for the vendor, then back up; make those two, and five later ones."""
    for number in (1, 2):
        shop.order(number)
    work()
    limiter.pause("mypromo", actor="jo")
    for number in (3, 4):
        shop.order(number)
    limiter.resume("mypromo")
    label = operator.folder / "var" / "media" / "labels" / "one.pdf"
    label.write_bytes(b"%PDF-1.7 a label")
    make, _, verify = operator.backup.partition("\n")
    assert "backups/backoffice-" in operator.type(make)
    assert "Every byte is as it was written." in operator.type(verify)
    label.unlink()
    for number in (5, 6, 7, 8, 9):
        shop.order(number)
    work()


def test_after_the_steps_of_the_guide_nothing_is_made_twice_and_all_is_shown(
    operator: Operator, shop: Storefront, sandbox: Sandbox, admin_client: Client
) -> None:
    disaster(operator, shop)
    assert set(made(sandbox).values()) == {1}
    before = sandbox.ledger.physical_orders(), writes(sandbox)
    restore, _, compare = operator.restore.partition(RECONCILE)
    assert "1 files were added" in operator.type(restore)
    assert (operator.folder / "var/media/labels/one.pdf").read_bytes() == b"%PDF-1.7 a label"
    restart()

    # Started before anybody compared: orders come in, one of them a second time, and nothing leaves.
    shop.order(10)
    shop.order(5)
    work()
    assert (sandbox.ledger.physical_orders(), writes(sandbox)) == before
    assert "nothing is sent" in read_inbox(admin_client)

    said = operator.type(RECONCILE + compare)
    assert "Nothing was changed." in said
    assert said.endswith("Requests leave again.\n")
    restart()
    shop.order(11)
    shop.order(6)
    work()

    assert made(sandbox) == {f"SHOP-{number}": 1 for number in range(1, 12)}
    assert set(references(sandbox).values()) == {1}
    numbers = [(told, reference) for reference, all_told in shop.given.items() for told in set(all_told)]
    assert len({told for told, _reference in numbers}) == len(numbers), "one number for two orders"
    # Sent again after the comparison, an order has the number that its customer knows.
    assert len(set(shop.given["SHOP-6"])) == 1
    for reference in ("SHOP-5", "SHOP-6"):
        [row] = Order.objects.get(reference=reference).vendor_orders.all()
        assert row.submitted_at is not None
    strays = StrayOrder.objects.filter(state="open")
    assert {stray.shop_reference for stray in strays} == {"SHOP-7", "SHOP-8", "SHOP-9"}
    home = read_inbox(admin_client)
    assert all(stray.reference in home for stray in strays)
    assert not Push.objects.open().exists()


def test_without_what_is_remembered_outside_goods_are_made_twice(
    operator: Operator, shop: Storefront, sandbox: Sandbox
) -> None:
    """The control: the epoch goes back with the database, and nobody thinks of comparing."""
    disaster(operator, shop)
    operator.type(BY_HAND)
    forget_outside()
    restart()
    shop.order(10)
    shop.order(5)
    work()

    assert made(sandbox)["SHOP-5"] == 2
    assert max(references(sandbox).values()) == 2
    told = [number for numbers in shop.given.values() for number in set(numbers)]
    assert len(set(told)) < len(told)
