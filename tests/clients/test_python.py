"""The Python client that our document makes: strictly typed, and good for a storefront's day."""

import re
import sys
from pathlib import Path

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests.api.storefront import CARD, build_order, make_catalog, make_storefront
from tests.clients.programs import run
from tests.docs.claims import faults
from tests.docs.pages import GUIDE, read_steps
from tests.orders.pdfs import make_pdf

HERE = Path(__file__).parent
JOURNEY = HERE / "journey.py"
IN_GUIDE = read_steps((GUIDE / "clients.md").read_text(encoding="utf-8"))


@pytest.mark.django_db(transaction=True)
def test_the_client_compiles_strictly_and_places_edits_follows_and_cancels(
    live_server: LiveServer, document: Path, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    generated = run(
        *(sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--path", str(document)),
        *("--output-path", str(tmp_path / "storefront_client"), "--config", str(HERE / "generator.yml")),
        folder=tmp_path,
    )
    assert "WARNING" not in generated.upper()
    assert not re.search(r"\bcast\b|\bAny\b|# type:|# noqa", JOURNEY.read_text())
    strictly = (sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "types"))
    run(*strictly, str(JOURNEY), str(HERE / "control.py"), folder=tmp_path, MYPYPATH=str(tmp_path))
    make_catalog()
    storefront = make_storefront("CLIENT", release_automatically=False)
    run(
        *(sys.executable, str(JOURNEY), live_server.url, storefront.key, CARD),
        folder=tmp_path,
        given=make_pdf((100, 50)),
        PYTHONPATH=str(tmp_path),
    )
    lines = [
        {"sku": CARD, "quantity": 100, "unit_price": "1.29", "files": [{"url": "https://files.example.com/a.pdf"}]}
    ]
    placed = storefront.place(build_order(reference="FIRST-1", lines=lines, total="1172.15"))
    assert placed.status_code == 201, placed.content
    _run_the_guides(tmp_path, API=f"{live_server.url}/api/v1", KEY=storefront.key)


def _run_the_guides(folder: Path, **environment: str) -> None:
    """Run what the guide shows of the client, and compare what it prints."""
    (step,) = (one for one in IN_GUIDE if one.block.language == "python")
    (folder / "shown.py").write_text(step.block.text, encoding="utf-8")
    printed = run(sys.executable, "shown.py", folder=folder, **environment)
    assert [fault for claim in step.claims for fault in faults(claim, printed)] == []
    assert step.claims


def test_the_guide_hands_out_the_same_settings_of_the_generator() -> None:
    (settings,) = (one.block.text for one in IN_GUIDE if one.block.title == "generator.yml")
    assert (HERE / "generator.yml").read_text(encoding="utf-8").endswith(settings)
