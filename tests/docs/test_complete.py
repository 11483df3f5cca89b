"""The guide names all that there is, and nothing that there is not."""

import ast
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.test import Client
from rest_framework import exceptions

from backoffice import errors
from backoffice.accounts.models.shop import Scope
from backoffice.api.errors import STATUSES
from backoffice.api.parsers import TooLarge
from backoffice.api.responses import PROBLEMS
from backoffice.api.validation import MalformedInput
from backoffice.engine.services.disk import NoRoom
from backoffice.webhooks.topics import TEST, TOPICS
from catalog.services.orderable import NotOrderable
from orders.models import HoldReason, OrderState, ProductionState, ShipmentState
from tests.docs.pages import GUIDE, SERVER, guide_pages, read_blocks
from tests.docs.reference import reference_page

ROOT = GUIDE.parents[1]
TEXTS = {page.name: page.read_text(encoding="utf-8") for page in guide_pages()}
REFUSALS = (*vars(errors).values(), MalformedInput, NoRoom)
KINDS = {kind.__name__: kind for kind in REFUSALS if isinstance(kind, type) and issubclass(kind, errors.DomainError)}
STATES = r"`state.order`", r"`state.production`", r"`state.shipment`", r"`holds[].reason`"


def first_cells(page: str, head: str) -> list[str]:
    """Return the codes in the first column of the table with that head."""
    table = TEXTS[page].partition(f"| {head} |")[2].partition("\n\n")[0]
    return [code for row in table.splitlines()[2:] for code in re.findall(r"`([^`]+)`", row.split("|")[1])]


@pytest.mark.parametrize(
    ("page", "head", "codes"),
    [
        ("errors.md", "code", PROBLEMS),
        ("webhooks.md", "topic", [*TOPICS, TEST]),
        ("index.md", "scope", Scope.values),
        ("catalogue.md", "`not_orderable_code`", NotOrderable),
        ("orders.md", STATES[0], OrderState.values),
        ("orders.md", STATES[1], ProductionState.values),
        ("orders.md", STATES[2], ShipmentState.values),
        ("orders.md", STATES[3], [reason for reason in HoldReason.values if reason != HoldReason.RULE]),
    ],
)  # fmt: skip
def test_each_code_has_its_row_and_each_row_its_code(page: str, head: str, codes: list[str]) -> None:
    assert sorted(first_cells(page, head)) == sorted(codes)


def test_the_status_of_each_code_is_the_one_it_is_answered_with() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| (\d{3}) \|", TEXTS["errors.md"], flags=re.MULTILINE)
    answered = {"server_error": {500}} | _by_kind()
    for code, status in _raised():
        answered.setdefault(code, set()).add(status)
    assert {code: {int(status)} for code, status in rows} == answered


def _by_kind() -> dict[str, set[int]]:
    """Return the statuses of codes that a kind of refusal has by itself."""
    api = [TooLarge, *(one for one in vars(exceptions).values() if isinstance(one, type))]
    known = {one for one in api if issubclass(one, exceptions.APIException)}
    of_framework = {one.default_code: {one.status_code} for one in known if one.default_code in PROBLEMS}
    return of_framework | {kind.code: {_status_of(kind)} for kind in KINDS.values() if kind.code in PROBLEMS}


def _raised() -> Iterator[tuple[str, int]]:
    """Yield the codes that are given where something is refused, with the status of that refusal."""
    for folder in ("backoffice", "catalog", "orders"):
        for path in (ROOT / folder).rglob("*.py"):
            is_page = "admin" in path.relative_to(ROOT).parts  # of staff, who are answered in words
            if is_page or 'code="' not in (text := path.read_text(encoding="utf-8")):
                continue
            for call in ast.walk(ast.parse(text)):
                code = _code_of(call)
                if code not in PROBLEMS or not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                    continue
                if call.func.id == "answer" and isinstance(call.args[0], ast.Constant):
                    yield code, int(str(call.args[0].value))
                elif kind := (KINDS | {"ineligible": errors.IllegalTransition}).get(call.func.id):
                    yield code, _status_of(kind)


def _status_of(kind: type[errors.DomainError]) -> int:
    return next(status for base, status in STATUSES if issubclass(kind, base))


def _code_of(call: ast.AST) -> str:
    named = [word.value for word in call.keywords if word.arg == "code"] if isinstance(call, ast.Call) else []
    return str(named[0].value) if named and isinstance(named[0], ast.Constant) else ""


def test_the_page_of_all_addresses_is_of_today(client: Client) -> None:
    """UPDATE_GUIDE=1 writes it."""
    document = json.loads(client.get("/api/schema/?format=json").content)
    if os.environ.get("UPDATE_GUIDE"):
        (GUIDE / "reference.md").write_text(reference_page(document), encoding="utf-8")
    assert (GUIDE / "reference.md").read_text(encoding="utf-8") == reference_page(document)
    known = {_unnamed(path.removeprefix("/api/v1")) for path in document["paths"]} | {"/api/problems/{}/"}
    for page, text in TEXTS.items():
        named = re.findall(r"`(?:GET|POST|PUT|PATCH|DELETE) (/[^`?]*)", text)
        assert {_unnamed(path) for path in named} <= known, page


def _unnamed(path: str) -> str:
    return re.sub(r"\{[a-z_]+\}", "{}", path)


@pytest.mark.parametrize("page", TEXTS)
def test_each_link_leads_to_a_page_and_a_heading(page: str) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", TEXTS[page]):
        if "://" in target:
            continue
        name, _sign, anchor = target.partition("#")
        path = (GUIDE / name).resolve() if name else GUIDE / page
        assert path.is_file(), target
        assert not anchor or anchor in _anchors(path), target


def _anchors(page: Path) -> set[str]:
    """Return the anchors that MkDocs gives the headings of a page."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", head).strip().lower()) for head in heads}


def test_each_page_is_reached_from_the_first() -> None:
    assert {name for name in TEXTS if f"({name}" not in TEXTS["index.md"]} == {"index.md"}


def test_what_is_typed_on_the_server_can_be_typed() -> None:
    blocks = [block for text in TEXTS.values() for block in read_blocks(text) if block]
    typed = "".join(block.text for block in blocks if block.language == SERVER)
    commands = re.findall(r"manage\.py ([a-z_]+)([^\n]*)", typed)
    assert len(commands) >= 3
    for name, rest in commands:
        parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
        assert set(re.findall(r"--[a-z][a-z-]*", rest)) <= parser._option_string_actions.keys(), name


def test_the_limits_that_the_guide_says_are_set() -> None:
    rate = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["key"]
    assert rate.startswith("1200/m")
    assert (settings.UPLOAD_HOURS, settings.WEBHOOK_EVENT_DAYS, settings.WEBHOOK_LOG_DAYS) == (24, 90, 30)
    assert (settings.WEBHOOK_RETRY_HOURS, settings.WEBHOOK_SECONDS) == (72, 10)
    assert settings.WEBHOOK_RETRY_BACKOFF[:4] == [5, 30, 120, 600]
