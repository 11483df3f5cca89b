"""What vendors offer is found by their abilities, and mypy checks both sides of every call."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django import Settings

from backoffice.engine.models.push import Lane
from backoffice.engine.services.integrations import get_vendor
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


CALL = """
from backoffice.engine.models.push import Lane
from backoffice.engine.services.integrations import get_vendor
from backoffice.vendors.abilities import TakesDraftOrders
from backoffice.vendors.messages import OrderToPlace

def call(order: OrderToPlace) -> None:
    get_vendor("mypromo", TakesDraftOrders, lane=Lane.ORDERS).create_order(order)
"""
HALF = """
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


def test_mypy_checks_calls_to_vendors_and_what_adapters_leave_out(tmp_path: Path) -> None:
    """In one run, as `make check` makes it, since mypy needs its time."""
    snippets = {"right": CALL, "misspelt": CALL.replace("create_order", "creat_order"), "half": HALF}
    for name, text in snippets.items():
        (tmp_path / f"{name}.py").write_text(text)
    environment = os.environ | {"DATABASE_URL": "postgres://nobody@127.0.0.1/none", "REDIS_URL": "redis://127.0.0.1/0"}
    command = [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", str(tmp_path)]
    found = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False).stdout
    assert 'misspelt.py:8: error: "TakesDraftOrders" has no attribute "creat_order"' in found
    assert all(f'"{method}"' in found for method in ("is_configured", "read_order", "order_changes"))
    assert "Found 2 errors in 2 files" in found
