"""Every setting that cannot be used is named in one line, and no process starts on it.

They are read anew for each case, in this process: it stops by `SystemExit` before anything stands on them.
"""

import os
import re
import secrets
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.conf import settings as loaded

import backoffice
from backoffice.demo.conductor import environment
from backoffice.demo.notes import Notes
from backoffice.published_secrets import DEVELOPMENT_ENCRYPTION_KEY, DEVELOPMENT_SECRET_KEY, is_published
from backoffice.settings.database_address import parse_postgres
from backoffice.settings.environment import FORMER_NAMES
from backoffice.settings.faults import EXIT_CODE

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = (ROOT / ".env.example").read_text()
NAMES = re.findall(r"^# ([A-Z0-9_]+)=", EXAMPLE, flags=re.MULTILINE)
# What a vendor or an operator makes up: any one line of text may be right.
FREE = {
    "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD",
    "MYPROMO_CLIENT_ID", "MYPROMO_CLIENT_SECRET", "MYPROMO_FULFILLER_CLIENT_ID", "MYPROMO_FULFILLER_CLIENT_SECRET",
    "MYPROMO_SANDBOX_CLIENT_ID", "MYPROMO_SANDBOX_CLIENT_SECRET",
    "MYPROMO_CALLBACK_SECRET", "MYPROMO_CALLBACK_SECRET_PREVIOUS", "SIGN_CUSTOMISER_TOKEN",
    "SIGN_CUSTOMISER_INTEGRATION_SECRET", "SIGN_CUSTOMISER_INTEGRATION_SECRET_PREVIOUS",
    "SIGN_CUSTOMISER_WEBHOOK_SECRETS", "AUTOLETTER_TOKEN", "LETTRLABS_API_KEY", "LABEL_SECRET", "METRICS_TOKEN",
    "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_NAME", "OIDC_GROUPS_CLAIM", "OIDC_SUPERUSER_GROUP",
    "SECOND_FACTOR_NAME", "AUDIT_ANCHORS",
    "SECRET_KEY", "SECRET_KEY_FALLBACKS", "VAR_DIR", "EPOCH_DIR", "FILES_S3_ACCESS_KEY", "FILES_S3_SECRET_KEY",
}  # fmt: skip
PUBLIC = {"PUBLIC_URL": "https://backoffice.example.com"}
SETTINGS = "backoffice.settings"
SOURCES = sorted((ROOT / "backoffice" / "settings").glob("*.py"))
Load = Callable[..., dict[str, Any]]


def production() -> dict[str, str]:
    return {
        **PUBLIC, "PRODUCTION": "1", "DATABASE_URL": "postgres://nobody@127.0.0.1/none",
        "REDIS_URL": "redis://127.0.0.1/0", "SECRET_KEY": secrets.token_urlsafe(64),
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    }  # fmt: skip


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Load:
    """Return the settings for an environment. No server is started: there are addresses unless a case takes them."""

    def run(env: dict[str, str], **more: str) -> dict[str, Any]:
        for name in os.environ.keys() & {*NAMES, *(f"{name}_FILE" for name in NAMES)}:
            monkeypatch.delenv(name)
        base = {"DATABASE_URL": loaded.DATABASE_URL, "REDIS_URL": loaded.REDIS_URL, "VAR_DIR": str(tmp_path)}
        for name, value in (base | env | more).items():
            monkeypatch.setenv(name, value)
        for name in [name for name in sys.modules if name == SETTINGS or name.startswith(f"{SETTINGS}.")]:
            monkeypatch.delitem(sys.modules, name)  # puts it back afterwards
        monkeypatch.setattr(backoffice, "settings", backoffice.settings)
        return vars(import_module(SETTINGS))

    return run


@pytest.fixture
def faults(load: Load, capsys: pytest.CaptureFixture[str]) -> Callable[..., list[str]]:
    """Return the lines with which the settings stop the process; none when they do not."""

    def run(env: dict[str, str], **more: str) -> list[str]:
        capsys.readouterr()
        code: object = None
        try:
            load(env, **more)
        except SystemExit as stop:
            code = stop.code
        lines = capsys.readouterr().err.splitlines()[1:]
        assert code == (EXIT_CODE if lines else None)
        return lines

    return run


Faults = Callable[..., list[str]]


def test_the_example_names_every_setting_and_no_other() -> None:
    source = "".join(path.read_text() for path in (*SOURCES, ROOT / "backoffice" / "web" / "web_worker.py"))
    read = set(re.findall(r"env(?:iron)?(?:\.\w+)?\(\s*\"([A-Z0-9_]+)\"", source))
    assert len(NAMES) == len(set(NAMES)) > 100
    assert set(NAMES) == read


def test_a_setting_that_is_absent_or_empty_has_its_default(load: Load) -> None:
    absent = load({})
    empty = load({name: "" for name in NAMES if name not in ("DATABASE_URL", "REDIS_URL", "VAR_DIR")})
    plain = {name for name in NAMES if not isinstance(absent.get(name), Path)}
    assert {name: absent.get(name) for name in plain} == {name: empty.get(name) for name in plain}


@pytest.mark.parametrize(("name", "former"), FORMER_NAMES.items())
def test_a_former_name_counts_until_the_new_one_has_a_value(load: Load, name: str, former: str) -> None:
    if name == "EXPORT_ORDERS_SECONDS":  # stands in the schedule
        assert load({former: "7"})["CELERY_BEAT_SCHEDULE"]["export-orders"]["schedule"] == 7
        return
    both = load({former: "7"})[name], load({former: "7", name: "8"})[name]
    assert both in ((7, 8), ([7], [8]))


def test_faults_of_all_subjects_are_named_at_once(faults: Faults) -> None:
    wrong = dict.fromkeys(("API_DOCS", "MYPROMO_URL", "PORT", "SECURE_HSTS_SECONDS", "TIME_ZONE"), "wrong!")
    assert {line.split(":")[0].strip() for line in faults(wrong)} == wrong.keys()


@pytest.mark.parametrize("name", NAMES)
def test_control_characters_are_refused_in_every_setting(faults: Faults, name: str) -> None:
    [line] = faults({name: "\x02garbage\x03"})
    assert line.startswith(f"  {name}: ")
    assert "garbage" not in line, "a value may be a secret"


@pytest.mark.parametrize("name", sorted(set(NAMES) - FREE))
def test_garbage_is_refused_where_a_setting_has_a_shape(faults: Faults, name: str) -> None:
    [line] = faults({name: "no such/thing!"})
    assert line.startswith(f"  {name}: ")
    assert line.endswith(".")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("PRODUCTION", ["maybe", "2"]),
        ("MYPROMO_REQUESTS_PER_MINUTE", ["0", "-1", "nan", "inf", "1e999", "1,5"]),
        ("PUSH_RETRY_BACKOFF", ["2,,x", "0", "2;5", ","]),
        ("API_REQUESTS_PER_KEY", ["many", "0/min", "10", "10/week"]),
        ("PUBLIC_URL", ["backoffice.example.com", "https://", "https://host/path", "https://host:port", "ftp://host"]),
        ("MYPROMO_URL", ["nourl", "http//host", "https:///path"]),
        ("DATABASE_URL", ["mysql://h/db", "postgres://", "postgres://h:port/db", "postgres://h/db?foo=1", "h/db",
                          "postgres://h/db?sslmode=maybe", "postgres://h/db?target_session_attrs=yes"]),
        ("REDIS_URL", ["http://h", "redis://", "redis://h/zero", "redis://h:port"]),
        ("TRUSTED_PROXIES", ["-1", "1.5", "many"]),
        ("ENCRYPTION_KEYS", ["abc", "x" * 44]),
        ("TIME_ZONE", ["Mars/Olympus", "../etc/passwd"]),
        ("PORT", ["0", "65536", "http"]),
        ("FILES_S3_BUCKET", ["No", "-files", "s3://files"]),
        ("FILES_S3_PREFIX", ["/files", "files/", "../files", "a//b"]),
        ("FILES_S3_ENCRYPTION", ["aes", "AES128"]),
    ],
)  # fmt: skip
def test_values_that_look_nearly_right_are_refused(faults: Faults, name: str, values: list[str]) -> None:
    for value in values:
        found = faults({name: value})
        assert [line.split(":")[0] for line in found] == [f"  {name}"], value


def test_all_faults_are_named_at_once(faults: Faults) -> None:
    found = faults({"PORT": "x", "TIME_ZONE": "y", "MYPROMO_URL": "z"})
    assert sorted(line.split(":")[0].strip() for line in found) == ["MYPROMO_URL", "PORT", "TIME_ZONE"]


def test_a_file_of_a_secret_is_read_without_its_line_end_and_a_missing_one_is_named(
    load: Load, faults: Faults, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("a token of a vendor\n")
    assert load({}, AUTOLETTER_TOKEN_FILE=str(tmp_path / "token"))["AUTOLETTER_TOKEN"] == "a token of a vendor"
    [line] = faults({}, AUTOLETTER_TOKEN_FILE=str(tmp_path / "gone"))
    assert line.startswith("  AUTOLETTER_TOKEN_FILE: ")
    assert "No such file" in line


def test_a_folder_that_cannot_be_made_is_named(faults: Faults, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    [line] = faults({"VAR_DIR": str(tmp_path / "file" / "var")})
    assert line.startswith("  VAR_DIR: ")


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ENCRYPTION_KEYS", "PUBLIC_URL"])
@pytest.mark.parametrize("value", ["", "  "])
def test_production_takes_no_default_that_is_meant_for_development(faults: Faults, name: str, value: str) -> None:
    assert faults(production()) == []
    [line] = faults(production() | {name: value})
    assert line.startswith(f"  {name}: is not set")


def test_a_command_without_its_environment_says_so(faults: Faults, monkeypatch: pytest.MonkeyPatch) -> None:
    # As where only requirements.txt is installed. Django would say that it knows no such command.
    monkeypatch.delattr(backoffice, "embedded", raising=False)
    monkeypatch.setitem(sys.modules, "backoffice.embedded", None)
    found = faults({"DATABASE_URL": "", "REDIS_URL": ""})
    assert [line.split(":")[0].strip() for line in found] == ["DATABASE_URL", "REDIS_URL"]
    assert all("environment of the installation" in line for line in found)


def test_production_starts_no_server_of_the_wheels(faults: Faults, tmp_path: Path) -> None:
    faults(production() | {"DATABASE_URL": "", "REDIS_URL": ""})
    assert not [path for path in tmp_path.iterdir() if path.name in ("postgres", "redis")]


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"FILES_S3_ENDPOINT": "https://minio.example.com"}, "FILES_S3_ENDPOINT"),
        ({"FILES_STORE": "s3"}, "FILES_STORE"),
        ({"FILES_S3_BUCKET": "files", "FILES_S3_ACCESS_KEY": "abc"}, "FILES_S3_SECRET_KEY"),
        ({"FILES_S3_BUCKET": "files", "FILES_S3_KMS_KEY": "alias/x"}, "FILES_S3_KMS_KEY"),
    ],
)
def test_half_of_a_bucket_is_refused(faults: Faults, wrong: dict[str, str], name: str) -> None:
    [line] = faults(wrong)
    assert line.startswith(f"  {name}: ")


def test_files_lie_in_a_folder_or_the_bucket_that_is_named(load: Load) -> None:
    bucket = {"FILES_S3_BUCKET": "files", "FILES_S3_ACCESS_KEY": "a", "FILES_S3_SECRET_KEY": "b"}
    both = {"local": load({}), "s3": load(bucket)}
    assert {name: read["FILES_STORE"] for name, read in both.items()} == {"local": "local", "s3": "s3"}
    for name, read in both.items():
        assert read["STORAGES"]["default"] == read["STORAGES"][name]
    moving = load(bucket, FILES_STORE="local")["STORAGES"]
    assert moving["default"] == moving["local"] != moving["s3"]


def test_production_shows_no_debug_pages(faults: Faults) -> None:
    [line] = faults(production() | {"DEBUG": "1"})
    assert line.startswith("  DEBUG: ")


@pytest.mark.parametrize("where", [PUBLIC, {"ALLOWED_HOSTS": "*"}, {"BIND": "0.0.0.0"}, {"BIND": "[::]"}])
def test_published_secrets_are_refused_wherever_others_get_in(faults: Faults, where: dict[str, str]) -> None:
    assert [line.split(":")[0].strip() for line in faults(where)] == ["SECRET_KEY", "ENCRYPTION_KEYS"]
    own = {key: value for key, value in production().items() if key in ("SECRET_KEY", "ENCRYPTION_KEYS")}
    assert faults(where | own) == []
    assert faults(where | own, SECRET_KEY_FALLBACKS=DEVELOPMENT_SECRET_KEY) != []
    assert faults(where | own, SECRET_KEY="django-insecure-" + secrets.token_urlsafe(60)) != []
    assert faults(where | own, ENCRYPTION_KEYS=f"{DEVELOPMENT_ENCRYPTION_KEY},{own['ENCRYPTION_KEYS']}") != []
    # It may still open what it sealed, until all of that is sealed anew.
    assert faults(where | own, ENCRYPTION_KEYS=f"{own['ENCRYPTION_KEYS']},{DEVELOPMENT_ENCRYPTION_KEY}") == []


@pytest.mark.parametrize("where", [{}, {"PUBLIC_URL": "http://localhost:8000"}, {"BIND": "unix:/run/backoffice.sock"}])
def test_on_this_machine_alone_the_defaults_are_good_enough(faults: Faults, where: dict[str, str]) -> None:
    assert faults(where) == []


@pytest.mark.parametrize("name", ["SECRET_KEY", "MYPROMO_CALLBACK_SECRET", "LABEL_SECRET", "METRICS_TOKEN"])
def test_short_secrets_are_refused_where_others_get_in(faults: Faults, name: str) -> None:
    [line] = faults(production() | {name: "abc"})
    assert line.startswith(f"  {name}: ")
    assert "or more random characters" in line
    [line] = faults(production() | {name: "a" * 80})
    assert line.startswith(f"  {name}: ")


def test_no_setting_has_a_published_secret_that_starts_on_a_public_host(load: Load, faults: Faults) -> None:
    """Whatever is a secret by its name and has a value in what is published: in the defaults, the example, the demo."""
    secret = re.compile("SECRET|KEY|TOKEN|PASSWORD")
    named = {name for name in NAMES if secret.search(name) and not name.endswith("_PER_KEY")} - {
        "MYPROMO_SALES_PRICE_KEY"
    }
    incoming = load({})["INCOMING_SECRETS"]
    defaults = {name for name in incoming if load({})[name]}
    refused = {line.split(":")[0].strip() for line in faults(PUBLIC)}
    assert defaults == refused == {"SECRET_KEY", "ENCRYPTION_KEYS"}
    demo = environment(Notes(), port=1, sandbox_port=2, mail_port=3)
    demo = {name: value for name, value in demo.items() if name in named}
    made_up = {"MYPROMO_CALLBACK_SECRET"}
    assert {name for name, value in demo.items() if is_published(value)} >= (demo.keys() & incoming.keys()) - made_up
    example = dict(re.findall(r"^# ([A-Z_]+)=(\S+)", EXAMPLE, flags=re.MULTILINE))
    assert {name for name in example if name in named} == set()
    source = "".join(path.read_text() for path in SOURCES)
    assert not re.findall(
        r"(?:SECRET|KEY|TOKEN|PASSWORD)\w*\", default=\"[^\"]+", source.replace("MYPROMO_SALES_PRICE_KEY", "")
    )


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("sslmode=require", {"sslmode": "require"}),
        ("sslmode=verify-full&sslrootcert=/etc/ca.pem", {"sslmode": "verify-full", "sslrootcert": "/etc/ca.pem"}),
        ("target_session_attrs=read-write", {"target_session_attrs": "read-write"}),
        ("connect_timeout=7&keepalives_idle=30", {"connect_timeout": "7", "keepalives_idle": "30"}),
        ("application_name=mine", {"application_name": "mine"}),
    ],
)
def test_what_the_address_of_the_database_says_is_obeyed(load: Load, query: str, options: dict[str, str]) -> None:
    entry = load({"DATABASE_URL": f"postgres://anna:p%40ss@db.example.com:6432/shop?{query}"})["DATABASES"]["default"]
    assert {name: entry["OPTIONS"].get(name) for name in options} == options
    assert (entry["HOST"], entry["PORT"], entry["NAME"]) == ("db.example.com", "6432", "shop")
    assert (entry["USER"], entry["PASSWORD"]) == ("anna", "p@ss")
    assert "lock_timeout=3s" in entry["OPTIONS"]["options"]


def test_several_hosts_of_a_database_are_kept() -> None:
    entry = parse_postgres("postgres://a:b@one:5432,two:5433/shop?target_session_attrs=read-write")
    assert (entry["HOST"], entry["PORT"]) == ("one,two", "5432,5433")


def test_start_up_options_of_the_address_come_after_ours(load: Load) -> None:
    address = "postgres://h/db?options=-c%20lock_timeout%3D9s"
    entry = load({"DATABASE_URL": address})["DATABASES"]["default"]
    assert entry["OPTIONS"]["options"].endswith("-c lock_timeout=9s")
    pooled = load({"DATABASE_URL": "postgres://h/db", "DATABASE_POOLED": "1"})["DATABASES"]["default"]
    assert (pooled["OPTIONS"]["options"], pooled["DISABLE_SERVER_SIDE_CURSORS"]) == ("", True)


@pytest.mark.parametrize("fault", [{"REDIS_URL": "nowhere"}, {"DATABASE_URL": "nowhere", "REDIS_URL": ""}])
def test_a_process_that_ends_at_once_starts_no_server(faults: Faults, tmp_path: Path, fault: dict[str, str]) -> None:
    [line] = faults(fault)
    assert line.split(":")[0].strip() in fault
    assert not (tmp_path / "redis").exists()
    assert not (tmp_path / "postgres").exists()
