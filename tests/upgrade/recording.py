"""Records a release, when it is made: `RECORD_RELEASE=1.1.0 .venv/bin/python -m pytest tests/upgrade/recording.py`.

An order comes in, is read, sent to its vendor, reported on and cancelled or closed; what is executed meanwhile is what
the next releases have to live with (docs/operate/upgrade.md). The commit is noted as well: its code runs before the
tables of the next release (`test_old_code.py`).
"""

import itertools
import json
import os
import random
import subprocess
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import Client

from backoffice.engine.services.releases import FOLDER, version_key
from backoffice.sandbox import Sandbox
from tests.faults.storefront import make_order, open_shop
from tests.flows.conftest import Postbox, postbox, sandbox, work_off
from tests.upgrade.old_release import OldRelease, a_copy, connected_to
from tests.upgrade.record import SAMPLES, used_columns
from tests.upgrade.tape import APART, BEFORE, RECORDED, Recorder, Statement, Tape, start_ids

__all__ = ["postbox", "sandbox"]
VERSION = os.environ.get("RECORD_RELEASE", "")


@pytest.mark.django_db(transaction=True)
def test_a_release_is_recorded(sandbox: Sandbox, postbox: Postbox, client: Client) -> None:
    assert version_key(VERSION), "RECORD_RELEASE=1.1.0"
    leaves = dict(sorted(MigrationLoader(connection).graph.leaf_nodes()))
    (FOLDER / f"{VERSION}.json").write_text(json.dumps(leaves, indent=1) + "\n")
    (SAMPLES / VERSION).mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(f"{json.dumps(table)}: {json.dumps(columns)}" for table, columns in used_columns().items())
    (SAMPLES / VERSION / "columns.json").write_text(f"{{\n{lines}\n}}\n")
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=FOLDER, capture_output=True, text=True, check=True)
    (SAMPLES / VERSION / "commit").write_text(commit.stdout)
    before, recorded = Recorder(), Recorder()
    start_ids(BEFORE)
    with connection.execute_wrapper(before):
        key = open_shop()
        # What is made with the first order and never again: tokens, limits, the epoch.
        take_in(client, key, number=9, reference="FIRST")
        work_off()
        deliver_callbacks(sandbox, postbox)
    ids = start_ids(RECORDED)
    with connection.execute_wrapper(recorded):
        perform(sandbox, postbox, client, key)
    path = SAMPLES / VERSION / "tape.json"
    Tape(before.statements, recorded.statements, ids).write(path)
    with a_copy() as address:
        with connected_to(address):
            call_command("flush", interactive=False, verbosity=0)
        old = OldRelease(Tape.read(path), address)
        old.player.prepare()
        old.perform(3)
        old.player.close()
    Tape(before.statements, forget_counts(recorded.statements, old.faults), ids).write(path)


def forget_counts(statements: list[Statement], faults: list[str]) -> list[Statement]:
    """Give up counting the rows of what finds something else each time, such as what is due or was seldom done."""
    unsure = {int(fault.split(":")[0]) for fault in faults}
    unsure |= {number for number, one in enumerate(statements) if " interval " in one.text}
    return [replace(one, rows=-1) if number in unsure else one for number, one in enumerate(statements)]


def perform(sandbox: Sandbox, postbox: Postbox, client: Client, key: str) -> None:
    """Let two orders go their ways: one to its end, one cancelled on its way."""
    # What vendors number is told apart between performances in the same way as our ids.
    for place, kind in enumerate(("order", "item", "file", "history", "address", "shipment"), start=900):
        sandbox.mypromo.store._counters[kind] = itertools.count(RECORDED + place * APART)
    made = [take_in(client, key, number=number, reference=f"RECORDED-{number}") for number in (1, 2)]
    headers = {"Authorization": f"Bearer {key}"}
    cancel = f"/api/v1/orders/{made[1]}/cancel/"
    answer = client.post(cancel, {"reason": "wrong colour"}, content_type="application/json", headers=headers)
    assert answer.status_code < 300, answer.content
    work_off()
    deliver_callbacks(sandbox, postbox)
    for path in (f"orders/{made[0]}/", f"orders/{made[1]}/", "orders/"):
        assert client.get(f"/api/v1/{path}", headers=headers).status_code == 200


def take_in(client: Client, key: str, *, number: int, reference: str) -> int:
    """Let a storefront place an order. Return our id of it."""
    order = make_order(number, chance=random.Random(number), lines=2) | {"reference": reference}
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"key-{reference}"}
    answer = client.post("/api/v1/orders/", order, content_type="application/json", headers=headers)
    assert answer.status_code == 201, answer.content
    return int(answer.json()["id"])


def deliver_callbacks(sandbox: Sandbox, postbox: Postbox) -> None:
    """Let the vendor make and ship what it has, and report it."""
    for _ in range(2):
        sandbox.advance(6)
        postbox.settle()
        postbox.let_in()
