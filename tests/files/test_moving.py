"""Files from a folder into a bucket and back, and those that nobody names."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from pytest_django import Settings

from backoffice.accounts.models import Shop
from backoffice.engine.services import file_cleaning
from backoffice.engine.services.file_moves import move_files
from backoffice.engine.services.files import keep_file, open_file, read_file, store
from backoffice.jobs.models import Job
from orders.marketing.models import MailCampaign
from orders.models import ShopFile
from orders.services.files.store import store_file
from tests.files.buckets import NOWHERE, use_bucket

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("s3")]


def make_files(number: int = 3) -> list[ShopFile]:
    shop = Shop.objects.create(code="WEB", name="Web")
    return [store_file([b"%%PDF-1.4\n%d\n%%%%EOF" % count], shop=shop)[0] for count in range(number)]


@pytest.fixture
def filled(bucket: str, settings: Settings) -> list[ShopFile]:
    """Fill the folder, beside a bucket that is not in use yet."""
    in_use(settings, "local")
    return make_files()


def in_use(settings: Settings, name: str) -> None:
    settings.STORAGES = settings.STORAGES | {"default": settings.STORAGES[name]}
    settings.FILES_STORE = name


def outcomes(**more: Any) -> list[str]:
    return sorted(moved.outcome.name for moved in move_files(source="local", target="s3", **more))


def names(place: str) -> list[str]:
    found: Any = storages[place]
    return sorted(entry.name for entry in found.walk())


def test_every_file_is_copied_once_compared_and_read_from_the_other_place(
    filled: list[ShopFile], settings: Settings, folder: Path
) -> None:
    keep_file(b"nobody names it", path="other/one")
    assert outcomes(dry_run=True) == ["WANTED"] * 4
    assert names("s3") == []
    assert outcomes() == ["COPIED"] * 4
    assert outcomes() == ["THERE"] * 4
    assert names("s3") == names("local")
    in_use(settings, "s3")
    assert outcomes(delete=True) == ["THERE"] * 4
    assert names("local") == []
    for row in filled:
        with open_file(row) as file:
            assert len(file.read()) == row.size
    back = sorted(moved.outcome.name for moved in move_files(source="s3", target="local"))
    assert back == ["COPIED"] * 4
    assert names("local") == names("s3")


def test_a_move_that_was_interrupted_goes_on(filled: list[ShopFile]) -> None:
    storages["s3"].save(filled[0].path, storages["local"].open(filled[0].path))
    storages["s3"].save(filled[1].path, storages["local"].open(filled[2].path))  # half of one, or another one
    assert outcomes() == ["COPIED", "COPIED", "THERE"]


def test_a_damaged_file_is_named_and_stays_where_it_is(
    filled: list[ShopFile], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / filled[0].path).write_bytes(b"damaged")
    with pytest.raises(CommandError, match="1 files did not arrive"):
        call_command("move_files", "--to", "s3")
    said = capsys.readouterr()
    assert filled[0].path in said.err
    assert "2 copied" in said.out
    assert filled[0].path not in names("s3")
    assert (folder / filled[0].path).exists()


def test_files_in_use_are_not_deleted_and_a_store_that_is_away_ends_the_move(
    filled: list[ShopFile], settings: Settings
) -> None:
    with pytest.raises(CommandError, match="FILES_STORE=s3"):
        call_command("move_files", "--to", "s3", "--delete")
    use_bucket(settings, endpoint=NOWHERE)
    in_use(settings, "local")
    with pytest.raises(CommandError, match="goes on where it stopped"):
        call_command("move_files", "--to", "s3")
    assert len(names("local")) == 3


def test_what_no_row_names_is_cleared_away_once_it_is_old(
    place: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = make_files(1)[0]
    job, campaign = Job.objects.create(kind="x", created_by="mara"), keep_file(b"proof", path="cards/proof").path
    MailCampaign.objects.create(
        name="Autumn", shop=row.shop, vendor="lettrlabs", template_id=1, budget=1, proof_path=campaign
    )
    part = keep_file(b"part", path=f"jobs/parts/{job.pk}-7.pdf").path
    gone = [keep_file(b"a", path="a/one").path, keep_file(b"b", path="jobs/parts/0-1.pdf").path]
    call_command("clean_files", "--delete")
    assert "0 files" in capsys.readouterr().out, "they are too young"
    monkeypatch.setattr(file_cleaning, "LEAST_DAYS", 0)
    call_command("clean_files", "--days", "0")
    assert "2 files" in capsys.readouterr().out
    assert read_file(gone[0]) == b"a"
    call_command("clean_files", "--days", "0", "--delete")
    assert sorted(entry.name for entry in store().walk()) == sorted([row.path, campaign, part])


def test_parts_of_killed_processes_are_no_files(folder: Path) -> None:
    keep_file(b"x", path="one")
    left = folder / "parts" / "left"
    left.write_bytes(b"half")
    os.utime(left, (time.time() - 90_000,) * 2)
    assert [entry.name for entry in store().walk()] == ["one"]
    keep_file(b"y", path="two")
    assert not left.exists()
