"""What others' tools say of the shipped files. Where one is missing its test is skipped; test_deploy.py never is."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.operate.shipped import DEPLOY, ROOT

BIN = Path(sys.executable).parent


def run(program: str, *arguments: str, how: str = "pip install -r requirements-lint.txt") -> str:
    """Return what the program says; it has to be content."""
    found = shutil.which(program, path=f"{BIN}:/usr/bin:/bin:/usr/sbin")
    if found is None:
        pytest.skip(f"{program} is not installed ({how})")
    done = subprocess.run([found, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_hadolint_has_nothing_to_say_of_the_dockerfile() -> None:
    assert run("hadolint", "Dockerfile") == ""


def test_compose_yaml_is_one() -> None:
    assert "ok" in run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml")


def test_every_kubernetes_object_is_what_its_schema_says() -> None:
    pytest.importorskip(
        "kubernetes_validate", reason="kubernetes-validate is not installed (pip install -r requirements-lint.txt)"
    )
    paths = sorted(str(path) for path in (DEPLOY / "kubernetes").glob("*.yaml"))
    # Their schemas are not the API's own.
    of_others = ("kustomization.yaml", "autoscaling-keda.yaml")
    said = run("kubernetes-validate", "--strict", *(path for path in paths if not path.endswith(of_others)))
    assert said.count("passed") > 15


def test_systemd_understands_every_unit_and_finds_little_to_attack(tmp_path: Path) -> None:
    names = []
    for path in (DEPLOY / "systemd").glob("backoffice*"):
        # Where it is installed there is something to start.
        text = re.sub(r"/opt/backoffice/\.venv/bin/\w+", "/bin/true", path.read_text())
        name = path.name.replace("@.", "@celery.")
        (tmp_path / name).write_text(text)
        names.append(name)
    how = "Debian: apt-get install systemd"
    said = run("systemd-analyze", "verify", "--man=no", *(str(tmp_path / name) for name in names), how=how)
    assert said == ""
    for name in names:
        if name.endswith(".service"):
            said = run("systemd-analyze", "security", "--offline=true", "--threshold=20", str(tmp_path / name), how=how)
            assert "OK" in said.splitlines()[-1]


def test_promtool_accepts_the_alerts_and_they_fire_when_they_should() -> None:
    how = "Debian: apt-get install prometheus"
    folder = DEPLOY / "monitoring"
    run("promtool", "check", "rules", str(folder / "backoffice-alerts.yml"), how=how)
    run("promtool", "check", "config", "--syntax-only", str(folder / "prometheus.yml"), how=how)
    run("promtool", "test", "rules", str(folder / "backoffice-alerts-test.yml"), how=how)
