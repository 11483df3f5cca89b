"""docs/adding-a-vendor.md says what is true: it names what there is, and four shared files."""

import re
from pathlib import Path

from backoffice.vendors import abilities
from tests.vendors.contract.calls import all_abilities

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "adding-a-vendor.md").read_text()
MOST_SHARED = 4


def test_at_most_four_shared_files_are_touched() -> None:
    table = GUIDE.split("| shared |")[1].split("\n\n")[0]
    shared = re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)
    assert 1 <= len(shared) <= MOST_SHARED
    assert all((ROOT / name).is_file() for name in shared)


def test_the_files_and_names_of_the_guide_are_there() -> None:
    named = [name for name in re.findall(r"`((?:backoffice|tests|docs|locale)/[^`<*]+)`", GUIDE) if name]
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
    for name in re.findall(r"^\d\. `(\w+\.py)`", GUIDE, re.MULTILINE):
        assert (Path(__file__).parent / name).is_file()
    for name in re.findall(r"^\| `(test_\w+\.py)` \|", GUIDE, re.MULTILINE):
        assert (ROOT / "tests" / "vendors" / "contract" / name).is_file()


def test_every_ability_and_policy_is_explained() -> None:
    explained = set(re.findall(r"`(\w+)`", GUIDE))
    bases = {abilities.Vendor, abilities.TakesOrders, abilities.TakesChanges}
    assert {ability.__name__ for ability in all_abilities() if ability not in bases} <= explained
    policies = {
        name
        for ability in all_abilities()
        for name in vars(ability).get("__annotations__", {})
        if name.isupper() and name not in ("MAX_BATCH", "MAX_RECIPIENTS", "MAX_CONVERSIONS")
    }
    assert policies <= explained
