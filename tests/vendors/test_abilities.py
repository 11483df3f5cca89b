"""What vendors offer is found by their abilities, and mypy checks both sides of every call."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django import Settings

from backoffice.models.push import Lane
from backoffice.services.integrations import get_vendor
from backoffice.vendors.abilities import (
    CallsUs,
    ReportsOrders,
    SendsCards,
    TakesOrders,
    TakesOrdersAtOnce,
    Vendor,
)
from backoffice.vendors.registry import (
    MissingAbility,
    UnknownVendor,
    as_able,
    has_ability,
    setting_name,
    vendor_type,
    vendors_with,
)

ROOT = Path(__file__).parents[2]
Check = Callable[[str], str]


def test_vendors_are_found_by_what_they_offer() -> None:
    assert vendors_with(Vendor) == list(settings.VENDORS)
    assert vendors_with(TakesOrders) == ["mypromo", "sign-customiser"]
    assert vendors_with(TakesOrdersAtOnce) == ["sign-customiser"]
    assert vendors_with(CallsUs, configured=True) == []


@pytest.mark.parametrize("name", settings.VENDORS)
def test_every_vendor_says_what_it_is(name: str) -> None:
    found = vendor_type(name, Vendor)
    assert found.name == name
    assert found.title
    assert found.purpose
    assert found.settings_prefix.isupper()


def test_a_vendor_without_the_ability_is_refused() -> None:
    with pytest.raises(MissingAbility):
        vendor_type("mypromo", SendsCards)
    with pytest.raises(MissingAbility):
        get_vendor("lettrlabs", ReportsOrders, lane=Lane.READS)
    with pytest.raises(MissingAbility):
        as_able(get_vendor("lettrlabs", Vendor, lane=Lane.READS), TakesOrders)
    with pytest.raises(UnknownVendor):
        vendor_type("nobody", Vendor)
    assert not has_ability("nobody", Vendor)


def test_a_method_that_happens_to_be_there_is_no_ability(settings: Settings) -> None:
    settings.VENDORS = {"chance": f"{__name__}.Chance"}
    assert vendors_with(ReportsOrders) == []


class Chance:
    """It lists orders of its own."""

    def list_orders(self) -> list[str]:
        return []


def test_a_setting_is_the_accounts_own_or_its_systems() -> None:
    assert setting_name("mypromo-fulfiller", "REQUESTS_PER_MINUTE") == "MYPROMO_FULFILLER_REQUESTS_PER_MINUTE"
    assert setting_name("mypromo-fulfiller", "URL") == "MYPROMO_URL"
    assert setting_name("gone-vendor", "URL") == "GONE_VENDOR_URL"


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Run mypy over a few lines as `make check` does over the project, from whose cache it takes what it can."""

    def run(code: str) -> str:
        snippet = tmp_path / "snippet.py"
        snippet.write_text(code)
        environment = os.environ | {
            "DATABASE_URL": "postgres://nobody@127.0.0.1/none",
            "REDIS_URL": "redis://127.0.0.1/0",
        }
        command = [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", str(snippet)]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False).stdout

    return run


CALL = """
from backoffice.models.push import Lane
from backoffice.services.integrations import get_vendor
from backoffice.vendors.abilities import {ability}
from backoffice.vendors.messages import OrderToPlace

def call(order: OrderToPlace) -> None:
    get_vendor("mypromo", {ability}, lane=Lane.ORDERS).{method}(order)
"""


def test_mypy_knows_the_methods_of_vendors(check: Check) -> None:
    rightly = CALL.format(ability="TakesDraftOrders", method="create_order")
    assert "Success" in check(rightly)
    assert 'has no attribute "creat_order"' in check(rightly.replace("create_order", "creat_order"))


INCOMPLETE = """
from typing import ClassVar, final
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from backoffice.vendors.abilities import ReportsOrders

@final
class Half(ReportsOrders):
    name: ClassVar[str] = "half"
    title: ClassVar[str] = "Half"
    purpose: ClassVar[Promise] = gettext_lazy("half")
    settings_prefix: ClassVar[str] = "HALF"
"""


def test_mypy_names_what_an_adapter_leaves_out(check: Check) -> None:
    assert all(f'"{method}"' in check(INCOMPLETE) for method in ("is_configured", "read_order", "order_changes"))
