"""The shape of the code: short files and functions, one class a name."""

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("backoffice", "catalog", "fulfillment", "orders")
LONGEST_FILE, LONGEST_FUNCTION = 400, 40
# What only development starts replays vendors in their own words.
APART = ("backoffice/sandbox/", "backoffice/demo/", "backoffice/embedded/")
# Django looks for these by name; each command and migration has its own.
BY_NAME = {"Command", "Migration"}


def sources(*folders: str) -> dict[str, ast.Module]:
    files = (path for folder in folders for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts)
    return {str(path.relative_to(ROOT)): _parse(path) for path in sorted(files)}


@cache
def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def test_no_file_is_longer_than_one_subject_needs() -> None:
    files = [path for folder in (*PRODUCT, "tests") for path in (ROOT / folder).rglob("*.py")]
    lengths = {path: len(path.read_text().splitlines()) for path in files if "migrations" not in path.parts}
    assert [str(path) for path, length in lengths.items() if length > LONGEST_FILE] == []


def test_no_function_is_longer_than_a_screen() -> None:
    assert [
        f"{path}:{node.lineno} {node.name}"
        for path, tree in sources(*PRODUCT, "tests").items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ] == []


def test_a_class_of_the_product_has_a_name_of_its_own() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path, tree in sources(*PRODUCT).items():
        for node in tree.body if not path.startswith(APART) else ():
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and node.name not in BY_NAME:
                places[node.name].append(path)
    assert {name: paths for name, paths in places.items() if len(paths) > 1} == {}
