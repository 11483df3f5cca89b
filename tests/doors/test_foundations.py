"""What the doctor knows of the ground: static files, proxies, encryption of the way to the database."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.db import connection
from django.test import Client

from backoffice.accounts.models import Shop
from backoffice.engine.services import foundations
from backoffice.engine.services.foundations import examine_files, examine_foundations, examine_static_files
from orders.services.files.store import store_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def collected(settings: LazySettings, tmp_path: Path) -> Path:
    """Serve static files as in production, from an empty folder."""
    name = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": name}}
    return tmp_path


def test_without_collectstatic_the_server_is_not_ready_and_the_doctor_says_why(client: Client, collected: Path) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["static"]) == (503, "run collectstatic")
    [finding] = examine_static_files()
    assert "collectstatic" in finding.remedy


def test_files_of_a_new_version_that_are_not_collected_are_named(client: Client, collected: Path) -> None:
    manifest = {"version": "1.1", "hash": "", "paths": {}}
    own = Path(foundations.__file__).parents[2] / "staff" / "static"
    names = [str(path.relative_to(own)) for path in own.rglob("*.*") if not path.name.startswith(".")]
    staticfiles_storage.hashed_files = manifest["paths"] = {name: name for name in names}
    assert list(examine_static_files()) == []
    assert client.get("/readyz").status_code == 200
    del staticfiles_storage.hashed_files["backoffice/desk.css"]
    [finding] = examine_static_files()
    assert "backoffice/desk.css" in finding.text


def test_https_without_a_proxy_that_is_believed_is_found(settings: LazySettings) -> None:
    settings.SECURE_SSL_REDIRECT, settings.TRUSTED_PROXIES = True, 0
    assert [finding.text.split(":")[0] for finding in examine_foundations()] == ["TRUSTED_PROXIES"]
    settings.TRUSTED_PROXIES = 1
    assert list(examine_foundations()) == []


def test_a_database_elsewhere_is_reached_by_tls_or_with_open_eyes() -> None:
    connection.ensure_connection()
    before = connection.settings_dict
    connection.settings_dict = before | {"HOST": "db.example.com"}
    try:
        [finding] = examine_foundations()
        assert "db.example.com is not encrypted" in finding.text
        known = {"OPTIONS": before["OPTIONS"] | {"sslmode": "disable"}}
        connection.settings_dict = before | {"HOST": "db.example.com"} | known
        assert list(examine_foundations()) == []
    finally:
        connection.settings_dict = before


def test_groups_are_made_without_a_word_when_asked_to(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("setup_groups", verbosity=0)
    assert capsys.readouterr().out == ""


def test_files_that_another_machine_keeps_are_missed_here(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "one"
    shop = Shop.objects.create(code="WEB", name="Web")
    store_file([b"%PDF-1.4\n%%EOF"], shop=shop)
    assert list(examine_files()) == []
    settings.MEDIA_ROOT = tmp_path / "two"
    [finding] = examine_files()
    assert finding.text.startswith("1 of the newest 1 files of orders_shopfile is not under ")
