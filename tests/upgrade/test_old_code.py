"""Code of before serves storefronts and vendors on today's tables, then beside today's code, until that has taken over.

It is the code of the last release where its commit was noted. None was for 0.9.0, and no commit has just its migrations
(docs/operate/upgrade.md): there it is the earliest commit with all tables of today.
"""

import io
import os
import random
import signal
import subprocess
import threading
import zipfile
from pathlib import Path

import pytest
import requests
from django.db import connection

from backoffice.engine.services.releases import last_release
from backoffice.sandbox import Sandbox
from tests.faults.checker import describe_open, is_quiet, judge
from tests.faults.conftest import sandbox, system
from tests.faults.storefront import Storefront, make_order, open_shop
from tests.faults.system import PROJECT, System, wait_until
from tests.upgrade.record import SAMPLES

__all__ = ["sandbox", "system"]
pytestmark = [pytest.mark.soak, pytest.mark.xdist_group("faults")]
EARLIEST = "e587f321"
SECONDS = 120


def old_commit() -> str:
    noted = SAMPLES / last_release().version / "commit"
    return os.environ.get("OLD_COMMIT") or (noted.read_text().strip() if noted.exists() else EARLIEST)


@pytest.fixture
def old_code(tmp_path: Path) -> Path:
    """Unpack the code of before; it runs with the libraries of today."""
    command = ["git", "archive", "--format=zip", old_commit()]
    archive = subprocess.run(command, cwd=PROJECT, capture_output=True, check=False)
    if archive.returncode:
        pytest.skip(f"the commit {old_commit()} is not in this clone")
    folder = tmp_path / "before"
    with zipfile.ZipFile(io.BytesIO(archive.stdout)) as packed:
        packed.extractall(folder)
    return folder


def start_all(system: System) -> None:
    system.start_web()
    system.start_beat()
    system.start_worker("old", children=2)
    wait_until(lambda: system.is_consuming("old"), seconds=SECONDS, what="the old worker takes tasks")


def end(system: System, name: str) -> None:
    system.process(name).send_signal(signal.SIGTERM)
    wait_until(lambda: system.has_ended(name), seconds=SECONDS, what=f"{name} has ended")


def test_code_of_before_goes_on_until_todays_has_taken_over(system: System, sandbox: Sandbox, old_code: Path) -> None:
    orders = int(os.environ.get("ROLLING_ORDERS", "400"))
    storefront, chance = Storefront(url=system.url, key=open_shop()), random.Random(1)
    system.code = old_code
    start_all(system)
    sold = [make_order(number, chance=chance, lines=1) for number in range(1, orders + 1)]
    placing = threading.Thread(target=storefront.place_all, args=(sold,), kwargs={"at_once": 4})
    placing.start()

    def wait_for_share(share: float) -> None:
        wait_until(lambda: len(storefront.placed) >= orders * share, seconds=600, what=f"{share} of the orders came")

    # In the order of docs/operate/upgrade.md: web, workers (both for a while), beat.
    wait_for_share(0.3)
    assert "before" in str(system.process("web").cwd())
    system.code = PROJECT
    end(system, "web")
    system.start_web()
    system.start_worker("new", children=2)
    wait_until(lambda: system.is_consuming("new"), seconds=SECONDS, what="the new worker takes tasks")
    wait_for_share(0.6)
    for name in ("old", "beat"):
        end(system, name)
    system.start_beat()
    placing.join()
    wait_until(is_quiet, seconds=300, what="every push has ended", every=0.5)
    verdict = judge(sandbox, sold=storefront.placed)
    print(
        f"\n{len(storefront.placed)} orders, code of {old_commit()[:8]} first, {storefront.repeats} requests repeated"
    )
    assert verdict.is_clean, (verdict, describe_open())
    assert len(storefront.placed) == orders


BREAKING = {
    "renamed": (
        "ALTER TABLE orders_order RENAME COLUMN customer_email TO email",
        "ALTER TABLE orders_order RENAME COLUMN email TO customer_email",
    ),
    "asked for": (
        (
            "ALTER TABLE orders_orderline ADD COLUMN n int NOT NULL DEFAULT 0; "
            "ALTER TABLE orders_orderline ALTER COLUMN n DROP DEFAULT"
        ),
        "ALTER TABLE orders_orderline DROP COLUMN n",
    ),
}


@pytest.mark.parametrize("kind", BREAKING)
def test_control_tables_that_it_cannot_use_are_noticed(system: System, old_code: Path, kind: str) -> None:
    key, (statement, back) = open_shop(), BREAKING[kind]
    system.code = old_code
    system.start_web()

    def place(number: int) -> int:
        order = make_order(number, chance=random.Random(number), lines=1)
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"key-{number}"}
        return requests.post(f"{system.url}/api/v1/orders/", json=order, headers=headers, timeout=20).status_code

    assert place(1) == 201
    with connection.cursor() as cursor:
        cursor.execute(statement)
    try:
        assert place(2) >= 500
    finally:
        with connection.cursor() as cursor:
            cursor.execute(back)
    assert place(3) == 201
