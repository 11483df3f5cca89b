"""The lists of the catalogue desk take as many queries for forty rows as for one."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import ChangeSet, SyncRun


def _add_runs(count: int) -> None:
    SyncRun.objects.bulk_create([SyncRun(vendor="mypromo", state="done") for _ in range(count)])


def _add_sets(count: int) -> None:
    ChangeSet.objects.bulk_create([ChangeSet(vendor="mypromo", title="Autumn", created_by="tom") for _ in range(count)])


@pytest.mark.parametrize(("name", "add"), [("syncrun", _add_runs), ("changeset", _add_sets)])
def test_a_list_takes_as_many_queries_for_forty_rows_as_for_one(
    client: Client, db: None, name: str, add: Callable[[int], None]
) -> None:
    client.force_login(User.objects.create_superuser("mara"))
    address = reverse(f"admin:catalog_{name}_changelist")
    counts = []
    for more in (1, 39):
        add(more)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
