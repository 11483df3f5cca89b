"""Every library has one version, and maintainers say how soon a vulnerable one is gone."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LISTS = sorted(ROOT.glob("requirements*.txt"))
PINNED = re.compile(r"[\w-]+(\[[\w,]+\])?==[\w.]+(; [^#]+\S)?  # \S.+")


def unpinned(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if line and not line.startswith(("#", "-r "))]
    return [line for line in lines if not PINNED.fullmatch(line)]


@pytest.mark.parametrize("path", LISTS, ids=[path.name for path in LISTS])
def test_every_library_is_pinned_and_has_a_time_frame(path: Path) -> None:
    assert unpinned(path.read_text()) == []
    policy = (ROOT / "SECURITY.md").read_text().partition("\n## Libraries\n")[2].partition("\n## ")[0]
    days = [int(found) for found in re.findall(r"\| (\d+) days \|", policy)]
    assert len(days) == 3
    assert days == sorted(days)


def test_a_line_without_a_version_would_be_noticed() -> None:
    assert unpinned("# Web\nDjango>=5  # framework\nrequests\nmsgspec==0.22.0  # decodes\n") == [
        "Django>=5  # framework",
        "requests",
    ]


@pytest.mark.soak
def test_the_inventory_names_every_library_with_its_version(tmp_path: Path) -> None:
    """`make sbom`, which takes a minute: it installs the product beside this."""
    subprocess.run(["make", "sbom", f"VAR_DIR={tmp_path}"], cwd=ROOT, env=os.environ, check=True)
    document = json.loads((tmp_path / "sbom.json").read_text())
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    listed = {part["name"].lower().replace("_", "-"): part["version"] for part in document["components"]}
    pinned = re.findall(r"^([\w-]+)(?:\[.*?\])?==([\w.]+)", (ROOT / "requirements.txt").read_text(), flags=re.MULTILINE)
    assert len(pinned) > 20
    assert {name: version for name, version in pinned if listed.get(name.lower().replace("_", "-")) != version} == {}
    assert "pytest" not in listed
