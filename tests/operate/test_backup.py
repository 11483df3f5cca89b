"""Backups are whole or none, read back to the byte, and restored by whoever has the keys, or not at all."""

import hashlib
import json
import os
import resource
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, connections

from backoffice.accounts.models import Shop
from backoffice.engine.models import Epoch, Heartbeat, VendorToken
from backoffice.engine.services.backups import archive, making, postgres_tools, restoring
from backoffice.engine.services.backups.manifest import BackupError, read_manifest
from backoffice.engine.services.backups.restoring import restore_backup
from backoffice.engine.services.backups.verifying import verify_backup
from backoffice.engine.services.epoch import read_epoch
from backoffice.engine.services.files import keep_file, read_file
from backoffice.engine.services.tokens import SharedTokens
from tests.database import end_other_sessions
from tests.files.buckets import NOWHERE, use_bucket

pytestmark = pytest.mark.django_db(transaction=True)
PARTS = ["manifest.json", "database.dump", "files.tar", "files.sha256"]
LABEL = b"%PDF-1.7 a label"


@pytest.fixture
def target(tmp_path: Path, settings: LazySettings) -> Path:
    """Make a shop, a sealed token and two files; return where backups of them go."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.EPOCH_DIR = tmp_path / "epoch"
    end_other_sessions()
    Shop.objects.create(code="WEB", name="Before")
    SharedTokens("mypromo").renew(stale=None, fetch=lambda: ("a-token", 3600))
    keep_file(LABEL, path="labels/aa/one")
    keep_file(b"x" * 300_000, path="print files/ö/two")
    (settings.MEDIA_ROOT / "parts" / "half").write_bytes(b"half")
    return tmp_path / "backups"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the backup is kept that all tests copy."""
    return tmp_path_factory.mktemp("made")


@pytest.fixture
def backup(target: Path, made: Path) -> Path:
    """Return a backup of the installation; made once, since each is of the same."""
    if not any(made.iterdir()):
        making.make_backup(made)
    [one] = made.iterdir()
    return Path(shutil.copytree(one, target / one.name))


def run(command: str, *arguments: object, **options: Any) -> str:
    out = StringIO()
    call_command(command, *map(str, arguments), stdout=out, **options)
    return out.getvalue()


def test_a_backup_says_what_is_in_it_and_every_byte_is_read_back(target: Path) -> None:
    place = Path(run("backup", target).strip())
    said = run("backup", place, verify=True)
    assert "0 orders, 2 files" in said
    assert "Every byte is as it was written." in said
    assert {path.name for path in place.iterdir()} == {*PARTS, "SHA256SUMS"}
    assert place.stat().st_mode & 0o077 == 0
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=place, check=True)
    lines = (place / "files.sha256").read_text().splitlines()
    assert {line.split("  ")[1] for line in lines} == {"labels/aa/one", "print files/ö/two"}
    assert Heartbeat.objects.filter(name="backup").exists()
    # Keys are told apart by it and known by nobody.
    manifest = (place / "manifest.json").read_text()
    assert all(key not in manifest for key in ("a-token", connection.settings_dict["PASSWORD"]))


def test_a_restore_puts_everything_back_and_nothing_is_sent_before_vendors_are_compared(backup: Path) -> None:
    Shop.objects.update(name="After")
    Shop.objects.create(code="NEW", name="Later")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE of_a_newer_release (id int); CREATE TYPE of_a_newer_kind AS ENUM ('a')")
    default_storage.delete("labels/aa/one")
    keep_file(b"%PDF-1.7 newer", path="labels/bb/later")
    run("restore", backup, replace=True)

    assert list(Shop.objects.values_list("code", "name")) == [("WEB", "Before")]
    assert read_file("labels/aa/one") == LABEL
    assert read_file("labels/bb/later") is not None, "what is newer proves what was done since"
    assert VendorToken.objects.get().token is not None
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('of_a_newer_release'), to_regtype('of_a_newer_kind')")
        assert cursor.fetchone() == (None, None)
    assert read_epoch().is_locked


def test_what_is_restored_again_is_locked_anew_and_gives_no_id_out_twice(backup: Path, target: Path) -> None:
    """Of a database that waits to be compared, too: orders came in meanwhile, and had numbers."""
    restore_backup(backup, replace=True)
    locked = making.make_backup(target / "of-the-locked")
    before, ids = Epoch.objects.get(), next_id()
    restore_backup(locked, replace=True)
    epoch = read_epoch()
    assert epoch.is_locked
    assert epoch.series == before.series + 1
    assert next_id() > ids + 1000


def next_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('orders_order_id_seq')")
        return int(cursor.fetchone()[0])


def unchanged() -> bool:
    return Shop.objects.get().name == "After" and not read_epoch().is_locked


def refusal(backup: Path, **options: Any) -> str:
    """Return with which words the restore is refused, which changes nothing, tried first or not."""
    Shop.objects.update(name="After")
    said = set()
    for dry_run in (True, False):
        with pytest.raises(CommandError) as caught:
            run("restore", backup, **({"replace": True} | options), dry_run=dry_run)
        said.add(str(caught.value))
        assert unchanged()
    [text] = said
    return text


def test_a_restore_with_other_keys_is_refused_and_says_which_are_missing(backup: Path, settings: LazySettings) -> None:
    old, settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS, [Fernet.generate_key().decode()]
    assert "ENCRYPTION_KEYS lacks 1 of the keys" in refusal(backup)
    # The control: with the old one beside it, all can be read.
    settings.ENCRYPTION_KEYS = [*settings.ENCRYPTION_KEYS, *old]
    assert "could be restored" in run("restore", backup, replace=True, dry_run=True)


def test_keys_that_older_values_need_are_asked_for_too(target: Path, settings: LazySettings) -> None:
    old, new = settings.ENCRYPTION_KEYS, [Fernet.generate_key().decode()]
    settings.ENCRYPTION_KEYS = new + old
    before = making.make_backup(target / "before")
    run("reseal")
    after = making.make_backup(target / "after")
    settings.ENCRYPTION_KEYS = new
    assert "lacks 1 of the keys" in refusal(before)
    assert "could be restored" in run("restore", after, replace=True, dry_run=True)


def test_another_secret_key_is_said_and_is_no_obstacle(backup: Path, settings: LazySettings) -> None:
    settings.SECRET_KEY, old = "another" * 10, settings.SECRET_KEY
    assert "links to print files" in run("restore", backup, replace=True, dry_run=True)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert "links to print files" not in run("restore", backup, replace=True, dry_run=True)


def test_tables_that_are_there_are_given_up_only_when_that_is_said(backup: Path) -> None:
    assert "--replace" in refusal(backup, replace=False)


def test_a_database_that_somebody_uses_is_not_replaced(backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restoring, "_LEAVING_SECONDS", 0.2)
    database = connection.settings_dict
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    address = {ours: database[theirs] for ours, theirs in names.items()}
    with closing(psycopg.connect(**address, application_name="a worker")):
        assert "in use (a worker from" in refusal(backup)


@pytest.mark.parametrize("name", [*PARTS, "SHA256SUMS"])
def test_a_backup_that_was_changed_or_lacks_a_part_is_refused(backup: Path, name: str) -> None:
    path = backup / name
    whole = path.read_bytes()
    path.write_bytes(whole[:30] + bytes([whole[30] ^ 1]) + whole[31:])
    assert refusal(backup)
    path.write_bytes(whole[:-1])
    assert refusal(backup)
    path.unlink()
    assert refusal(backup)
    path.write_bytes(whole)
    assert "could be restored" in run("restore", backup, replace=True, dry_run=True)


def test_a_backup_of_a_newer_release_is_left_to_that_release(backup: Path) -> None:
    manifest = json.loads((backup / "manifest.json").read_text())
    manifest["migrations"].append("orders.9999_of_tomorrow")
    content = json.dumps(manifest).encode()
    (backup / "manifest.json").write_bytes(content)
    lines = (backup / "SHA256SUMS").read_text().splitlines(keepends=True)
    lines[0] = f"{hashlib.sha256(content).hexdigest()}  manifest.json\n"
    (backup / "SHA256SUMS").write_text("".join(lines))
    assert "orders.9999_of_tomorrow" in refusal(backup)


@pytest.mark.parametrize("entry", ["../outside", "/outside", "a/../../outside", "link"])
def test_an_archive_that_leads_elsewhere_is_refused(tmp_path: Path, entry: str) -> None:
    path = tmp_path / "files.tar"
    with tarfile.open(path, "w") as tar:
        info = tarfile.TarInfo(entry)
        if entry == "link":
            info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(info, BytesIO())
    with pytest.raises(BackupError, match="no backup has"):
        list(archive.read_files(path))


def nothing_left(target: Path) -> bool:
    return not target.exists() or list(target.iterdir()) == []


def test_a_dump_that_fails_leaves_nothing_behind(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c no_such_setting=1")
    with pytest.raises(BackupError, match="pg_dump failed"):
        making.make_backup(target)
    assert nothing_left(target)
    assert not Heartbeat.objects.filter(name="backup").exists()


def test_a_full_disk_leaves_nothing_behind(target: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, before[1]))
    try:
        with pytest.raises(CommandError, match="could not be written"):
            run("backup", target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert nothing_left(target)


def test_one_that_was_killed_is_no_backup_and_is_cleared_away_later(target: Path, backup: Path) -> None:
    growing = target / "backoffice-20261129T000000Z-x.partial"
    backup.rename(growing)
    for refused in (growing, target):
        with pytest.raises(BackupError):
            read_manifest(refused)
    assert making.whole_backups(target) == []
    making.make_backup(target)
    assert growing.exists(), "it may be growing still"
    os.utime(growing, (1, 1))
    making.make_backup(target / "again")
    making._clear_forgotten(target)
    assert not growing.exists()


def test_a_restore_that_breaks_off_leaves_the_database_as_it_was(backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_restore ends with an error after all tables were dropped, and most of them made anew."""
    Shop.objects.update(name="After")
    whole = (backup / "database.dump").read_bytes()
    broken = backup / "broken.dump"
    broken.write_bytes(whole[: len(whole) - len(whole) // 8])
    connections.close_all()
    with pytest.raises(BackupError, match="is as it was"):
        restoring._put_database(broken, tools=postgres_tools.find_tools(at_least=postgres_tools.server_version()))
    assert unchanged()


def test_old_backups_are_dropped_and_the_newest_stay(target: Path, backup: Path) -> None:
    older = backup.with_name("backoffice-20200101T000000Z")
    backup.rename(older)
    run("backup", target, keep=1)
    [left] = making.whole_backups(target)
    assert left != older
    assert not older.exists()
    verify_backup(left)


def test_the_database_alone_where_the_store_keeps_the_files(target: Path) -> None:
    place = Path(run("backup", target, without_files=True).strip())
    assert {path.name for path in place.iterdir()} == {"manifest.json", "database.dump", "SHA256SUMS"}
    assert verify_backup(place).files is None


def test_files_of_a_bucket_are_in_it_and_come_back(target: Path, bucket: str) -> None:
    keep_file(LABEL, path="labels/aa/one")
    keep_file(b"x" * 300_000, path="print files/ö/two")
    place = making.make_backup(target)
    assert verify_backup(place).files == 2
    default_storage.delete("labels/aa/one")
    assert restoring._put_files(place / "files.tar") == (1, 1)
    assert read_file("labels/aa/one") == LABEL


def test_a_store_that_is_away_leaves_no_backup_behind(target: Path, settings: LazySettings) -> None:
    use_bucket(settings, endpoint=NOWHERE)
    with pytest.raises(CommandError, match="unavailable"):
        run("backup", target)
    assert nothing_left(target)


def test_tools_that_do_not_fit_the_server_are_refused_and_say_what_to_install(settings: LazySettings) -> None:
    tools = postgres_tools.find_tools(at_least=postgres_tools.server_version())
    assert tools.version >= postgres_tools.server_version()
    with pytest.raises(BackupError, match="postgresql-client-99"):
        postgres_tools.find_tools(at_least=99)
    settings.POSTGRES_BIN = "/nowhere"
    with pytest.raises(BackupError, match="POSTGRES_BIN"):
        postgres_tools.find_tools(at_least=14)


def test_behind_a_pooler_the_way_to_the_server_itself_is_asked_for(target: Path, settings: LazySettings) -> None:
    settings.DATABASE_POOLED = True
    with pytest.raises(CommandError, match="DATABASE_POOLED=0"):
        run("backup", target)
    assert nothing_left(target)


def test_the_password_is_in_no_command_line() -> None:
    assert connection.settings_dict["PASSWORD"] not in postgres_tools.address()
    assert postgres_tools.environment()["PGPASSWORD"] == connection.settings_dict["PASSWORD"]


@pytest.fixture(autouse=True)
def migrated_again() -> Iterator[None]:
    """Whatever a restore locked is open again for the next test."""
    yield
    Epoch.objects.all().delete()
