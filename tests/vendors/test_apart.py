"""Who may know a vendor: its own package, and the registry by the path in the settings."""

import grimp
from django.conf import settings


def test_nobody_imports_a_vendor_by_name_and_none_sees_another() -> None:
    """Over the registry, so that a new vendor needs no rule of its own."""
    graph = grimp.build_graph("backoffice", "catalog", "fulfillment", "orders", exclude_type_checking_imports=True)
    packages = {path.rsplit(".", 2)[0] for path in (settings.VENDORS | settings.TEST_VENDORS).values()}
    assert packages <= graph.modules
    found = [
        f"{importer} -> {module}"
        for package in packages
        for module in {package, *graph.find_descendants(package)}
        for importer in graph.find_modules_that_directly_import(module)
        if not f"{importer}.".startswith(f"{package}.")
    ]
    assert found == []
