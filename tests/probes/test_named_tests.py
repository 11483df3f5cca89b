"""Tests that documents name are there: a renamed or lost one is noticed, and so is a row without one."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLES = {"README.md": 22, "docs/faults.md": 22, "docs/security/asvs.md": 80}
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


def test_the_readme_has_each_of_the_faults_with_a_test_and_a_control_of_its_own_page() -> None:
    rows, known = (
        [line.split(" | ") for line in (ROOT / page).read_text().splitlines() if re.match(r"\| F\d+ \|", line)]
        for page in ("README.md", "docs/faults.md")
    )
    assert [row[0] for row in rows] == [row[0] for row in known]
    assert all(len(row) == 5 and row[4].strip(" |") for row in rows)
    # The same tests and controls, in the same places.
    for row, whole in zip(rows, known, strict=True):
        assert NAME.search(row[2])
        for cell in (2, 3):
            assert set(NAME.findall(row[cell])) <= set(NAME.findall(whole[cell])), row[0]


def rows_of_the_standard(text: str) -> list[str]:
    met = text[text.index("## Encoding") : text.index("## Does not apply")]
    return [line for line in met.splitlines() if re.match(r"\| \d", line)]


def said_again(rows: list[str]) -> set[str]:
    """Return what several rows say that they are met by: one way seldom meets two things, and a filler meets none."""
    counts = Counter(row.split(" | ")[2] for row in rows)
    return {text for text, count in counts.items() if count > 1}


def test_every_row_of_the_standard_has_a_test() -> None:
    text = (ROOT / "docs/security/asvs.md").read_text()
    rows = rows_of_the_standard(text)
    assert len(rows) > 60
    assert [row for row in rows if not NAME.search(row)] == []
    assert said_again(rows) == set()
    # The control: a filler in another chapter.
    filler = rows[0].split(" | ")[2]
    assert said_again([*rows, f"| 17.1.1 | another thing | {filler} | none |"]) == {filler}


def test_a_name_that_nothing_has_is_noticed() -> None:
    assert "test_that_nobody_wrote" not in names_in("probes/test_named_tests")
    assert names_in("nowhere/test_at_all") == set()
