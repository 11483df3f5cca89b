"""How processes start that find settings they cannot use."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import LazySettings

from backoffice import checks
from backoffice.settings.faults import EXIT_CODE

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
# Those of production, not the ones of tests that this process has.
SETTINGS = {"DJANGO_SETTINGS_MODULE": "backoffice.settings"}
PROCESSES = {
    "web": [str(BIN / "gunicorn"), "backoffice.wsgi"],
    "worker": [str(BIN / "celery"), "--app", "backoffice", "worker"],
    "beat": [str(BIN / "celery"), "--app", "backoffice", "beat"],
    "doctor": [sys.executable, "manage.py", "doctor"],
}


def start(*command: str, **env: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command, cwd=ROOT, env=os.environ | SETTINGS | env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def test_every_process_names_what_it_cannot_use_in_one_line_and_ends() -> None:
    started = {name: start(*command, TIME_ZONE="Mars", PORT="http") for name, command in PROCESSES.items()}
    for name, process in started.items():
        said = process.communicate(timeout=60)[0]
        assert process.returncode == EXIT_CODE, (name, said)
        assert [line.split(":")[0].strip() for line in said.splitlines()[1:]] == ["TIME_ZONE", "PORT"], (name, said)


def test_gunicorn_refuses_published_secrets_on_an_address_of_its_command_line() -> None:
    process = start(*PROCESSES["web"], "--bind", "0.0.0.0:0", "--log-level", "error")
    said = process.communicate(timeout=60)[0]
    assert process.returncode == EXIT_CODE
    assert [line.split(":")[0].strip() for line in said.splitlines()[1:]] == ["SECRET_KEY", "ENCRYPTION_KEYS"]


@pytest.mark.parametrize("path", ["no.such.Thing", "orders.services.files.generic_labels.Gone", "orders"])
def test_a_class_that_cannot_be_loaded_is_named(settings: LazySettings, path: str) -> None:
    settings.LABEL_SOURCE = path
    [line] = checks.find_missing_classes()
    assert line.startswith("LABEL_SOURCE: ")
