"""Every regular expression of the product takes time by the length of its text, whatever the text is.

Each is tried with texts that are made of what stands in it, repeated and then broken off: what makes a search begin
again at every place, or share a text out in all ways, shows at a thousand characters.
"""

import ast
import re
import time
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from re import _constants, _parser  # type: ignore[attr-defined]  # where the standard library keeps its own parser

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = ("backoffice", "catalog", "fulfillment", "orders")
APART = {"sandbox", "demo", "embedded", "migrations", "management"}
CALLS = {"compile", "match", "search", "sub", "fullmatch", "split", "findall", "finditer"}
# Characters; the first ones are few, for what grows with each. Then time may grow so many times from one to the next,
# where it is more than so many seconds.
LENGTHS = (20, 24, 28, 32, 100, 400, 1600)
SLOW, MOST_GROWTH = 0.003, 8
# What is only ever asked about so many characters, and where that is ensured.
BOUNDED: dict[str, int] = {}


@cache
def patterns() -> dict[str, "re.Pattern[str] | re.Pattern[bytes]"]:
    """Return every expression that is written as one text, by where it stands."""
    found = {}
    for path in sorted(path for folder in PRODUCT for path in (ROOT / folder).rglob("*.py")):
        if set(path.parts) & APART or "settings" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and (text := _text_of(node)) is not None:
                flags = re.IGNORECASE if "IGNORECASE" in ast.unparse(node) else 0
                found[f"{path.relative_to(ROOT)}:{node.lineno}"] = re.compile(text, flags)
    return found


def _text_of(node: ast.Call) -> str | bytes | None:
    is_ours = isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "re" and node.func.attr in CALLS
    first = node.args[0] if is_ours and node.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str | bytes) else None


def pieces(pattern: "re.Pattern[str] | re.Pattern[bytes]") -> list[str]:
    """Return a character for each part of the expression, and some that stand in none."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    found = dict.fromkeys(_characters(_parser.parse(text)))
    return [*list(found)[:10], "a", "1", " ", '"', "\\", "!"]


CATEGORIES = {
    _constants.CATEGORY_DIGIT: "7", _constants.CATEGORY_SPACE: " ", _constants.CATEGORY_WORD: "w",
    _constants.CATEGORY_NOT_DIGIT: "x", _constants.CATEGORY_NOT_SPACE: "x", _constants.CATEGORY_NOT_WORD: "-",
}  # fmt: skip


def _characters(parsed: Iterable[object]) -> Iterator[str]:
    for name, value in parsed:  # type: ignore[misc]
        if name in (_constants.LITERAL, _constants.NOT_LITERAL):
            yield chr(value) if name is _constants.LITERAL else "~"
        elif name is _constants.CATEGORY:
            yield CATEGORIES.get(value, "~")
        elif name is _constants.RANGE:
            yield chr(value[0])
        elif name is _constants.ANY:
            yield "~"
        elif name is _constants.IN:
            yield from _characters([one for one in value if one[0] is not _constants.NEGATE])
        else:
            yield from _within(value)


def _within(value: object) -> Iterator[str]:
    if isinstance(value, _parser.SubPattern):
        yield from _characters(value)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _within(one)


def attacks(pattern: "re.Pattern[str] | re.Pattern[bytes]", length: int) -> Iterator[str | bytes]:
    """Yield texts of the length: each piece repeated, each two in turn, and all in a row, with an end that fits not."""
    chosen = pieces(pattern)
    units = [*chosen, *(one + other for one in chosen[:7] for other in chosen[:7] if one != other), "".join(chosen)]
    for unit in units:
        text = (unit * (length // len(unit)))[: length - 1] + "\x01"
        yield text.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else text


def seconds_of(pattern: "re.Pattern[str] | re.Pattern[bytes]", text: str | bytes) -> float:
    began = time.process_time()
    pattern.search(text)  # type: ignore[arg-type]
    pattern.fullmatch(text)  # type: ignore[arg-type]
    return time.process_time() - began


def grows(pattern: "re.Pattern[str] | re.Pattern[bytes]") -> str:
    """Return the beginning of a text whose time grows faster than its length; empty where none does."""
    before: list[float] = []
    for length in LENGTHS:
        times = []
        for place, text in enumerate(attacks(pattern, length)):
            times.append(seconds_of(pattern, text))
            if times[-1] > SLOW and (length < 100 or times[-1] > MOST_GROWTH * before[place]):
                return repr(text[:12])
        before = times
    return ""


def test_no_expression_takes_longer_than_its_text() -> None:
    assert len(patterns()) > 80
    found = {place: text for place, pattern in patterns().items() if place not in BOUNDED and (text := grows(pattern))}
    assert not found


@pytest.mark.parametrize(
    "bad", [r"(a+)+$", r"\s+$", r"\s+(?=[+-]\d)", r"^\W*(?:orders)?\W*(\d{1,4})(?!\d)", r"(x|xx)*y", r"\d+\w+\d+!"]
)
def test_an_expression_that_does_is_found(bad: str) -> None:
    assert grows(re.compile(bad))


@pytest.mark.parametrize("good", [r"[a-z]{1,40}@", r"\A\s*\d", r"a|b|c", r"\"[^\"]*\""])
def test_one_that_does_not_is_let_through(good: str) -> None:
    assert not grows(re.compile(good))
