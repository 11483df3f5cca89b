"""What the documents for operators tell them to type can be typed."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.core.management.base import CommandParser

from tests.operate.shipped import NAMES, ROOT, SERVICES

PAGES = sorted((ROOT / "docs" / "operate").glob("*.md"))
OTHERS = [ROOT / "README.md", ROOT / "docs" / "api" / "first-order.md", ROOT / "docs" / "sign-in.md"]
TEXTS = {path.name: path.read_text() for path in [*PAGES, *OTHERS]}
# What ends a command in a line of the shell; `run` is what install.md makes of "manage.py as the right user".
TYPED = re.compile(r"(?:manage\.py|^run) ([a-z_]+)([^;|&)#>\n]*)", flags=re.MULTILINE)


def parser_of(name: str) -> CommandParser:
    assert name in get_commands(), name
    return load_command_class(get_commands()[name], name).create_parser("manage.py", name)


def typed(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the commands in blocks of the shell, with their arguments."""
    for block in re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL):
        for name, rest in TYPED.findall(block.replace("\\\n", " ")):
            yield name, shlex.split(rest)


@pytest.mark.parametrize("page", [page for page, text in TEXTS.items() if "manage.py" in text])
def test_every_command_and_each_of_its_options_is_there(page: str) -> None:
    for name, rest in re.findall(r"manage\.py ([a-z_]+)([^`\n;|#]*)", TEXTS[page]):
        options = re.findall(r"(?<=\s)--[a-z][a-z-]*", rest)
        assert set(options) <= parser_of(name)._option_string_actions.keys(), (name, options)
    for name, arguments in typed(TEXTS[page]):
        # Raises CommandError where something is missing, or too much.
        parser_of(name).parse_args(arguments)


def test_the_guide_has_many_commands_and_a_wrong_one_would_be_noticed() -> None:
    assert sum(len([*typed(text)]) for text in TEXTS.values()) > 40
    [(name, arguments)] = typed("```sh\n.venv/bin/python manage.py backup --every-day   # as we like\n```")
    with pytest.raises(Exception, match=r"unrecognized arguments|required"):
        parser_of(name).parse_args(arguments)


def test_each_step_names_files_services_and_settings_that_are_there() -> None:
    joined = "".join(path.read_text() for path in PAGES)
    settings = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)(?:=[^`]*)?`", joined))
    assert {name for name in settings if name.removesuffix("_FILE") not in NAMES} <= {"NAME_FILE"}
    services = set(
        re.findall(r"docker compose (?:stop|exec|run --rm -v \S+|up --detach --scale)((?: [a-z-]+)+)", joined)
    )
    named = {word for group in services for word in group.split()}
    assert {word for word in named if word.startswith(("web", "work", "beat", "migr"))} <= SERVICES.keys()
    for path in re.findall(r"deploy/[\w/.-]+\.(?:py|yaml|yml|json|conf|example)", joined):
        assert (ROOT / path).exists() or "secrets" in path, path


def test_every_alert_has_its_page() -> None:
    alerts = (ROOT / "deploy" / "monitoring" / "backoffice-alerts.yml").read_text()
    for page in re.findall(r"docs/operate/\w+\.md", alerts):
        assert Path(ROOT / page).exists()
