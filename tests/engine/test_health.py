"""What whoever watches over the processes gets to see."""

import pytest
from django.conf import LazySettings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from backoffice.accounts.models import Shop
from backoffice.engine.services import migrating
from backoffice.engine.services.pushes import queue_push
from backoffice.engine.services.sweep import sweep
from tests.engine.toy import MakeBoth

pytestmark = pytest.mark.django_db


def test_a_living_process_says_so_without_asking_anybody(client: Client, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert client.get("/healthz").json() == {"status": "ok"}


def test_readiness_names_what_it_stands_on(client: Client) -> None:
    assert client.get("/readyz").json() == {"status": "ok", "database": "ok", "redis": "ok", "sending": "ok"}


def test_without_redis_requests_are_still_served(client: Client, settings: LazySettings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["redis"]) == (200, "ConnectionError")


def test_metrics_tell_length_and_age_of_the_queues(client: Client, toy_vendor: MakeBoth, shop: Shop) -> None:
    with transaction.atomic():
        queue_push("toy.make", vendor="toy", subject=shop, actor="test")
    client.post("/callbacks/toy/shops/", b"x", content_type="text/plain", headers={"Authorization": "Bearer toy"})
    sweep()
    text = client.get("/metrics").content.decode()
    assert 'backoffice_pushes_open{state="new",vendor="toy"} 1.0' in text
    assert "backoffice_callbacks_waiting 1.0" in text
    assert "backoffice_sweep_age_seconds 0." in text


def test_metrics_are_for_loopback_or_for_who_has_the_token(client: Client, settings: LazySettings) -> None:
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.1").status_code == 401
    settings.METRICS_TOKEN = "long-secret"
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer long-secret"}).status_code == 200


def test_until_all_migrations_are_there_the_server_is_not_ready(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrating, "_found_migrated", [])
    newest = MigrationRecorder.Migration.objects.filter(app="orders").latest("id")
    newest.delete()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, "run migrate")
    newest.save()
    assert client.get("/readyz").status_code == 200
    MigrationRecorder.Migration.objects.all().delete()
    assert client.get("/readyz").status_code == 200, "it is not asked again"


@pytest.mark.django_db(transaction=True)
def test_without_its_tables_the_server_is_not_ready_and_says_what_to_run(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE engine_epoch RENAME TO elsewhere")
        try:
            answer = client.get("/readyz")
        finally:
            cursor.execute("ALTER TABLE elsewhere RENAME TO engine_epoch")
    assert (answer.status_code, answer.json()["database"]) == (503, "run migrate")
