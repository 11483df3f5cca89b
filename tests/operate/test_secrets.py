"""The steps of docs/operate/secrets.md, run as they stand there: what was sealed, signed or owned before still is."""

import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from cryptography.fernet import Fernet
from django.core import signing
from django.db import connection
from pytest_django import Settings

from backoffice.engine.models import WebhookSubscription
from backoffice.engine.services import foundations
from backoffice.published_secrets import find_weak_secrets
from orders.services.files.signed_links import Linked, read_link, sign_link
from tests.operate.shipped import ROOT

PAGE = (ROOT / "docs" / "operate" / "secrets.md").read_text()
SECRET = re.compile(
    r"^# (\w*?(?:SECRET|TOKEN|PASSWORD|DSN|KEY|KEYS|SECRETS)(?:_PREVIOUS|_FALLBACKS)?)=", flags=re.MULTILINE
)
# Named like a secret, and none.
NO_SECRETS = {"API_REQUESTS_PER_KEY", "MYPROMO_SALES_PRICE_KEY"}


def block(section: str, language: str = "sh", number: int = 0) -> str:
    """Return what the section says to type."""
    text = PAGE.partition(f"\n## {section}")[2].partition("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)[number]


def type_in(commands: str, *, folder: Path, settings: Settings, show: str, **environment: str) -> list[str]:
    """Run the commands; each must succeed. Return the lines that they said, and the variables in `show` at the end."""
    url = urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}")
    (folder / "manage.py").symlink_to(ROOT / "manage.py")
    (folder / ".venv").symlink_to(Path(sys.prefix))
    own = {"DATABASE_URL": urlunsplit(url), "REDIS_URL": settings.REDIS_URL, "VAR_DIR": str(folder / "var")}
    done = subprocess.run(
        ["sh", "-ec", f"{commands}\nprintf '\\n%s' {show}"],
        cwd=folder,
        env=os.environ | own | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def test_every_secret_has_its_way() -> None:
    names = set(SECRET.findall((ROOT / ".env.example").read_text())) - NO_SECRETS
    assert len(names) > 20
    assert {name for name in names if f"`{name}`" not in PAGE} == set()


@pytest.mark.django_db(transaction=True)
def test_what_is_sealed_is_read_with_the_new_key_alone(tmp_path: Path, settings: Settings) -> None:
    old = settings.ENCRYPTION_KEYS[0]
    WebhookSubscription.objects.create(vendor="toy", topic="t", url="x", secret={"secret": "of before"})
    said = type_in(
        block("`ENCRYPTION_KEYS`"), folder=tmp_path, settings=settings, show='"$ENCRYPTION_KEYS"', ENCRYPTION_KEYS=old
    )
    new = said[-1]
    assert Fernet(new)
    line = "engine_webhooksubscription.secret: "
    assert [one.removeprefix(line) for one in said if one.startswith(line)] == [
        "1 sealed anew, 0 as they should be",
        "0 sealed anew, 1 as they should be",
    ]
    settings.ENCRYPTION_KEYS = [new]
    assert WebhookSubscription.objects.get(topic="t").secret == {"secret": "of before"}
    assert list(foundations.examine_seals()) == []
    settings.ENCRYPTION_KEYS = [old]
    assert list(foundations.examine_seals()) != []


@pytest.mark.django_db
def test_links_that_vendors_hold_go_on_until_the_old_key_is_taken_out(tmp_path: Path, settings: Settings) -> None:
    settings.SECRET_KEY = secrets.token_urlsafe(64)
    token = sign_link(Linked.FILE, 7).rstrip("/").rpartition("/")[2]
    show = '"$SECRET_KEY" "$SECRET_KEY_FALLBACKS"'
    said = type_in(block("`SECRET_KEY`"), folder=tmp_path, settings=settings, show=show, SECRET_KEY=settings.SECRET_KEY)
    new, fallback = said[-2:]
    assert (fallback, new != fallback) == (settings.SECRET_KEY, True)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = new, [fallback]
    assert read_link(Linked.FILE, token) == "7"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(signing.BadSignature):
        read_link(Linked.FILE, token)


@pytest.mark.django_db
def test_the_secret_of_before_stays_beside_the_new_one(tmp_path: Path, settings: Settings) -> None:
    show = '"$MYPROMO_CALLBACK_SECRET" "$MYPROMO_CALLBACK_SECRET_PREVIOUS"'
    commands, old = block("What vendors show when they call us"), secrets.token_urlsafe(48)
    said = type_in(commands, folder=tmp_path, settings=settings, show=show, MYPROMO_CALLBACK_SECRET=old)
    new, previous = said[-2:]
    assert (previous, new != old) == (old, True)
    assert find_weak_secrets({"MYPROMO_CALLBACK_SECRET": ([new], 24)}, hosts=["backoffice.example.com"]) == []


@pytest.fixture
def roles(settings: Settings) -> Iterator[tuple[str, str]]:
    """Make a role that owns a table, as `backoffice` does; name it and the one that is to follow."""
    first = f"rotated_{secrets.token_hex(4)}"
    second = f"{first}_b"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {first} LOGIN PASSWORD 'the old one'")
        cursor.execute(f"CREATE SCHEMA {first} AUTHORIZATION {first}")
        cursor.execute(f"CREATE TABLE {first}.kept (id integer)")
        cursor.execute(f"ALTER TABLE {first}.kept OWNER TO {first}")
    yield first, second
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA {first} CASCADE")
        cursor.execute(f"DROP ROLE IF EXISTS {second}")
        cursor.execute(f"DROP ROLE {first}")


@pytest.mark.django_db(transaction=True)
def test_a_second_role_owns_what_the_first_one_does(roles: tuple[str, str], settings: Settings) -> None:
    first, second = roles
    follow, close = (block("The way to PostgreSQL", "sql", number).replace("backoffice", first) for number in (0, 1))
    with connection.cursor() as cursor:
        cursor.execute(follow)
        cursor.execute(close)
    url = urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}")

    def enter(role: str, password: str) -> psycopg.Connection:
        return psycopg.connect(urlunsplit(url), user=role, password=password)

    with enter(second, "a new one") as entered:
        assert entered.execute("SELECT current_user, session_user").fetchone() == (first, second)
        entered.execute(f"INSERT INTO {first}.kept VALUES (1)")
        entered.execute(f"CREATE TABLE {first}.new_one (id integer)")
        owner = "SELECT tableowner FROM pg_tables WHERE tablename = 'new_one' AND schemaname = current_user"
        assert entered.execute(owner).fetchone() == (first,)
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        enter(first, "the old one")
