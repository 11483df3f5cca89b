"""Tests that documents name are there: a renamed or lost one is noticed, and so is a row without one."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLES = {"docs/faults.md": 22, "docs/security/asvs.md": 80}
NAME = re.compile(r"`([a-z_/]+)::(test_\w+)`")


@cache
def names_in(file: str) -> set[str]:
    path = ROOT / "tests" / f"{file}.py"
    tree = ast.parse(path.read_text()) if path.exists() else ast.Module([], [])
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("page", TABLES)
def test_every_test_that_is_named_is_there(page: str) -> None:
    named = NAME.findall((ROOT / page).read_text())
    assert len(named) >= TABLES[page]
    assert [f"{file}::{test}" for file, test in named if test not in names_in(file)] == []


def test_each_of_the_faults_has_a_test_and_a_control() -> None:
    lines = (ROOT / "docs" / "faults.md").read_text().splitlines()
    rows = [line.split(" | ") for line in lines if re.match(r"\| F\d+ \|", line)]
    assert [row[0].strip("| ") for row in rows] == [f"F{number}" for number in range(1, 23)]
    assert all(NAME.search(row[2]) and row[3].strip() and row[4].strip(" |") for row in rows)


def test_every_row_of_the_standard_has_a_test() -> None:
    text = (ROOT / "docs/security/asvs.md").read_text()
    met = text[text.index("## Encoding") : text.index("## Does not apply")]
    rows = [line for line in met.splitlines() if re.match(r"\| \d", line)]
    assert len(rows) > 60
    assert [row for row in rows if not NAME.search(row)] == []


def test_a_name_that_nothing_has_is_noticed() -> None:
    assert "test_that_nobody_wrote" not in names_in("probes/test_named_tests")
    assert names_in("nowhere/test_at_all") == set()
