"""The documentation as a site: built without a warning, complete, and nothing of it comes from elsewhere."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.operate.shipped import DEPLOY, ROOT

MKDOCS = shutil.which("mkdocs", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
_spec = importlib.util.spec_from_file_location("site_hooks", DEPLOY / "site.py")
assert _spec
assert _spec.loader
hooks = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(hooks)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if MKDOCS is None:
        pytest.skip("mkdocs is not installed (pip install -r requirements-docs.txt)")
    folder = tmp_path_factory.mktemp("site")
    command = [MKDOCS, "--quiet", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_site_has_every_page_and_loads_nothing_from_elsewhere(site: Path) -> None:
    pages = [path.relative_to(ROOT / "docs").with_suffix(".html") for path in (ROOT / "docs").rglob("*.md")]
    assert [str(page) for page in pages if not (site / page).exists()] == []
    loads = re.compile(
        r"<(?:script|img|iframe)[^>]*src=\"?(https?:[^\">]+)|<link[^>]*rel=\"?stylesheet[^>]*(https?:[^\">]+)"
    )
    assert [loads.findall(path.read_text()) for path in site.rglob("*.html") if loads.search(path.read_text())] == []
    # As a script, so that it can be searched without a server.
    assert "rotating secrets" in (site / "search" / "search_index.js").read_text().lower()


def test_links_to_the_source_lead_to_pages_of_the_site(site: Path) -> None:
    page = (site / "operate" / "surroundings.html").read_text()
    assert 'href="../source/deploy/nginx.conf.html"' in page
    assert "proxy_pass" in (site / "source" / "deploy" / "nginx.conf.html").read_text()


def test_patterns_of_the_nav_take_each_page_once_and_leave_out_what_is_not_there() -> None:
    seen: set[str] = set()
    found = hooks._expand(
        ["index.md", {"Operate": ["operate/backup.md", "operate/*.md"]}, {"None": ["none/*.md"]}], seen
    )
    assert [*found[1]] == ["Operate"]
    assert len(found) == 2
    pages = found[1]["Operate"]
    assert pages[:2] == ["operate/backup.md", "operate/index.md"]
    assert len(pages) == len(set(pages)) == len([*(ROOT / "docs" / "operate").glob("*.md")])


@pytest.mark.parametrize(
    ("link", "where"),
    [
        ("docs/operate/backup.md", "operate/backup.md"),
        ("docs/operate", "operate/index.md"),
        ("deploy/nginx.conf", "source/deploy/nginx.conf.md"),
        ("deploy/monitoring", "source/deploy/monitoring/index.md"),
        ("CHANGELOG.md", "source/CHANGELOG.md"),
    ],
)
def test_each_target_has_its_place_in_the_site(link: str, where: str) -> None:
    assert hooks.uri_of(link) == where


def test_links_in_code_are_left_alone() -> None:
    text = "[a](b.md)\n```\n[a](b.md)\n```\n"
    assert hooks.each_link(text, lambda link: "c.md") == "[a](c.md)\n```\n[a](b.md)\n```\n"
