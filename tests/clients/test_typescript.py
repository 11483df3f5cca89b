"""The TypeScript client that our document makes: strictly typed, good for a storefront's day and the demo's shop."""

import os
import re
import shutil
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from backoffice.sandbox.storefront.shop_page import PAGE
from tests.api.storefront import CARD, make_catalog, make_storefront
from tests.clients.programs import has_registry, run
from tests.clients.shop_page import SOURCES as SHOP
from tests.clients.shop_page import fingerprint, make_page

SOURCES = Path(__file__).parent / "typescript"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the sources and the tools that they need."""
    if not has_registry():
        pytest.skip("npm has no registry here, from which it gets the makers of the TypeScript client")
    for sources in (SOURCES, SHOP):
        shutil.copytree(sources, tmp_path, dirs_exist_ok=True)
    run("npm", "install", "--silent", "--no-audit", "--no-fund", "--no-package-lock", folder=tmp_path)
    return tmp_path


@pytest.mark.django_db(transaction=True)
def test_the_client_compiles_strictly_and_places_edits_follows_and_cancels(
    live_server: LiveServer, document: Path, folder: Path
) -> None:
    """So does the demo's shop page, which is what its source makes: UPDATE_SHOP_PAGE=1 makes it anew."""
    run("node_modules/.bin/openapi-typescript", str(document), "--output", "api.d.ts", folder=folder)
    for source in (folder / "journey.ts", *SHOP.glob("*.ts")):
        assert "@ts-" not in source.read_text(encoding="utf-8"), source.name
        assert not re.search(r"\b(as|any)\b", _code_of(source)), source.name
    run("node_modules/.bin/tsc", "--project", ".", folder=folder)
    page = make_page(folder)
    if os.environ.get("UPDATE_SHOP_PAGE"):
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page
    make_catalog()
    storefront = make_storefront("CLIENT", release_automatically=False)
    run("node", "made/journey.js", live_server.url, storefront.key, CARD, folder=folder)


def test_the_demos_shop_page_was_made_since_its_source_changed() -> None:
    """Asked without the tools too, which only a registry has."""
    assert fingerprint() in PAGE.read_text(encoding="utf-8"), "run: UPDATE_SHOP_PAGE=1 pytest tests/clients"


def _code_of(source: Path) -> str:
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", source.read_text(encoding="utf-8"), flags=re.DOTALL)
