"""A test that CI requires is not skipped in silence, and what CI requires is what tests are skipped for."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.operate.shipped import ROOT

SKIPPING = """
import pytest

def test_rules():
    pytest.skip("promtool is not installed (Debian: apt-get install prometheus)")

@pytest.mark.skipif(True, reason="PgBouncer is not installed")
def test_pooler():
    pass

def test_other():
    pytest.skip("no disk can be mounted here")
"""


@pytest.mark.parametrize(
    ("required", "failed"), [("", 0), ("caddy", 0), ("promtool", 1), ("pgbouncer", 1), ("nginx promtool pgbouncer", 2)]
)
def test_what_is_required_is_not_skipped(tmp_path: Path, required: str, failed: int) -> None:
    (tmp_path / "test_skipping.py").write_text(SKIPPING)
    quiet = ["-ra", "-p", "tests.required", "-p", "no:django", "-p", "no:cacheprovider", "-c", os.devnull]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *quiet, "--rootdir", str(tmp_path), str(tmp_path)],
        cwd=ROOT, env=os.environ | {"CI_REQUIRES": required}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == (1 if failed else 0), done.stdout + done.stderr
    assert f"{3 - failed} skipped" in done.stdout
    assert done.stdout.count("It has to run here") >= failed
    # What stays skipped is listed with its reason.
    assert "no disk can be mounted here" in done.stdout


def test_ci_requires_what_tests_are_skipped_for() -> None:
    named = set(re.findall(r"\brequire ([\w.-]+)", (ROOT / ".ci" / "run").read_text()))
    assert {"chromium", "pgbouncer", "nginx", "systemd-analyze", "promtool"} <= named
    reasons = "\n".join(path.read_text().lower() for path in (ROOT / "tests").rglob("*.py"))
    for name in named:
        assert re.search(rf"(skip\(|reason=).*{re.escape(name)}|[\"']{re.escape(name)}[\"']", reasons), name
