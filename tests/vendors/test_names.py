"""Nobody outside of a vendor's own package, its sandbox, the demo and its settings names a vendor."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).parents[2]
ROOMS = ("backoffice", "orders", "catalog", "fulfillment", "templates")
# From the registry, so that a new vendor is watched over at once.
PACKAGES = sorted({path.split(".")[-3] for path in settings.VENDORS.values()})
NAMES = re.compile("|".join(package.replace("_", ".?") for package in PACKAGES), re.IGNORECASE)
# A vendor's own, and what only development starts.
OWN = re.compile(
    rf"backoffice/(vendors/({'|'.join(PACKAGES)})/|sandbox/|demo/|embedded/|settings\b)|.*/migrations/"
    r"|.*/management/commands/(demo_storefront|sandbox)\.py"
)
ALLOWED = {
    "backoffice/accounts/models/shop.py": (
        "a shop's account number at a vendor is a column, and its label says whose it is"
    ),
    "orders/rules/services/shipped.py": "examples of rules, about the vendors that there are",
    "templates/catalog/rating_list.html": "the empty page says which setting is missing",
    "templates/catalog/custom_product_list.html": "the empty page says which address is to be entered where",
    "templates/orders/enquiry_list.html": "the empty page says whose forms are meant",
}


def naming() -> dict[str, list[str]]:
    """Return the lines that name a vendor, by file."""
    files = (file for room in ROOMS for end in ("*.py", "*.html") for file in (ROOT / room).rglob(end))
    found: dict[str, list[str]] = {}
    for file in files:
        name = str(file.relative_to(ROOT))
        if not OWN.match(name):
            lines = [line.strip() for line in file.read_text().splitlines() if NAMES.search(line)]
            found |= {name: lines} if lines else {}
    return found


def test_no_vendor_is_named_outside_of_its_own_rooms() -> None:
    assert {name: lines for name, lines in naming().items() if name not in ALLOWED} == {}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_is_allowed_to_name_a_vendor_still_does(name: str) -> None:
    assert name in naming()
