"""The doors to the synchronisations, against the sandbox over real HTTP."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from backoffice.engine.models import Integration
from backoffice.sandbox.running import Sandbox, running_sandbox
from catalog.models import SyncRun, Variant, VariantText
from catalog.models.sync import SyncState
from catalog.tasks import sync_catalog
from fulfillment.models import Carrier, Country, State
from fulfillment.tasks import sync_reference

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with (
        running_sandbox(rate_limit=0, catalog_variants=60) as running,
        override_settings(
            MYPROMO_URL=running.url,
            MYPROMO_CLIENT_ID="1",
            MYPROMO_CLIENT_SECRET="sandbox-merchant-secret",
            MYPROMO_REQUESTS_PER_MINUTE=60_000,
        ),
    ):
        yield running


def run(*command: str, **options: Any) -> str:
    out = StringIO()
    call_command(*command, stdout=out, stderr=out, **options)
    return out.getvalue()


def test_the_whole_catalogue_comes_in_and_the_second_time_nothing_is_written(sandbox: Sandbox) -> None:
    first = run("sync_catalog")
    variants = Variant.objects.count()
    assert variants > 50
    assert f"{variants} variants new" in first
    assert set(VariantText.objects.values_list("language", flat=True)) == {"DE", "EN"}
    assert f"{variants} unchanged." in run("sync_catalog")


@pytest.mark.parametrize("page_cap", [3, 15])
def test_a_server_that_caps_its_pages_gives_the_same_catalogue(sandbox: Sandbox, page_cap: int) -> None:
    run("sync_catalog")
    sandbox.settings.page_cap = page_cap
    assert "changed" not in run("sync_catalog", full=True).replace("unchanged", "")
    assert SyncRun.objects.latest("pk").counts["unchanged"] == Variant.objects.filter(gone_at=None).count()


def test_a_dry_run_says_so_and_keeps_the_tables_empty(sandbox: Sandbox) -> None:
    assert "nothing of this was written" in run("sync_catalog", dry_run=True)
    assert not Variant.objects.exists()


def test_one_sku_can_be_asked_for(sandbox: Sandbox) -> None:
    run("sync_catalog", sku=["TESTPRODUCT123"])
    assert Variant.objects.filter(sku="TESTPRODUCT123").exists()
    assert Variant.objects.values("product").distinct().count() == 1


def test_a_vendor_that_cannot_be_reached_fails_the_command(sandbox: Sandbox) -> None:
    with override_settings(MYPROMO_CLIENT_SECRET="wrong"), pytest.raises(CommandError, match="run it again"):
        run("sync_catalog")
    assert SyncRun.objects.latest("pk").state == SyncState.FAILED


@pytest.mark.parametrize("command", ["sync_catalog", "sync_reference"])
def test_a_vendor_that_is_not_set_up_is_not_called(command: str) -> None:
    with override_settings(MYPROMO_URL=""), pytest.raises(CommandError, match="mypromo is not set up"):
        run(command)
    assert not SyncRun.objects.exists()


def test_the_scheduled_tasks_do_the_same(sandbox: Sandbox) -> None:
    sync_catalog()
    sync_reference()
    assert Variant.objects.exists()
    assert Country.objects.exists()


def test_reference_data_comes_in_by_code_and_twice_is_once(sandbox: Sandbox) -> None:
    assert "251 countries" in run("sync_reference")
    before = (Country.objects.count(), State.objects.count(), Carrier.objects.count())
    Carrier.objects.filter(key="dhl").update(name="old")
    run("sync_reference")
    assert (Country.objects.count(), State.objects.count(), Carrier.objects.count()) == before
    assert Country.objects.get(iso2="DE").name == "Germany"
    assert State.objects.get(country="DE", iso2="BW").name == "Baden-Württemberg"
    assert Carrier.objects.get(key="dhl").name == "DHL"


def test_check_vendors_tells_a_welcome_from_a_refusal(sandbox: Sandbox) -> None:
    assert "token accepted, says 'OK'" in run("check_vendors")


def test_check_vendors_fails_when_the_credentials_are_refused(sandbox: Sandbox) -> None:
    with override_settings(MYPROMO_CLIENT_SECRET="wrong"), pytest.raises(CommandError, match="mypromo"):
        run("check_vendors")


def test_check_vendors_fails_when_nobody_answers() -> None:
    with (
        override_settings(MYPROMO_URL="http://127.0.0.1:9/", MYPROMO_CLIENT_ID="1", MYPROMO_CLIENT_SECRET="x"),
        pytest.raises(CommandError, match="mypromo"),
    ):
        run("check_vendors")


def test_check_vendors_leaves_out_who_is_not_configured() -> None:
    with override_settings(MYPROMO_URL=""):
        assert "mypromo: not configured" in run("check_vendors")
    assert not Integration.objects.exists()
