"""What of the code would leave something behind in a session of PostgreSQL, which a pooler gives to somebody else."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOUSES = ("backoffice", "catalog", "fulfillment", "orders")
# By kind: how it is written in a statement; key words are capitals in all of ours.
OF_A_SESSION = {
    "advisory lock of a session": r"\bpg_(?:try_)?advisory_(?:lock|unlock)",
    "setting of a session": r"(?:^|;)\s*(?:SET (?!LOCAL |CONSTRAINTS |TRANSACTION )[A-Za-z_. ]+(?:=| TO )|RESET )",
    "setting of a session by a function": r"\bset_config\((?!.*,\s*true\s*\))",
    "temporary table that outlasts its transaction": r"\bCREATE\s+(?:TEMP|TEMPORARY)\b(?!.*\bON COMMIT DROP\b)",
    "prepared statement": r"(?:^|;)\s*(?:PREPARE|EXECUTE|DEALLOCATE)\s",
    "notification": r"(?:^|;)\s*(?:LISTEN|UNLISTEN)\s",
    "cursor that outlasts its transaction": r"\bWITH HOLD\b",
    "state of a sequence": r"\b(?:currval|lastval)\(",
    "loaded library": r"(?:^|;)\s*(?:LOAD|DISCARD)\s",
}
_KINDS = {kind: re.compile(pattern, re.DOTALL) for kind, pattern in OF_A_SESSION.items()}
# Arguments of the driver that do the same.
DRIVER = {"prepare_threshold", "prepare", "withhold"}


def find_session_state(source: str) -> Iterator[str]:
    """Return each kind that the code's texts and calls show; f-strings are read with their holes closed."""
    tree = ast.parse(source)
    pieces = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if node in pieces:
            continue
        if isinstance(node, ast.Call):
            yield from (f"{word.arg}=" for word in node.keywords if word.arg in DRIVER and _is_on(word.value))
        text = _text(node)
        if text:
            yield from (kind for kind, pattern in _KINDS.items() if pattern.search(text))


def _is_on(value: ast.expr) -> bool:
    return not (isinstance(value, ast.Constant) and value.value in (None, False))


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
    return ""


_HINTS = re.compile(
    r"advisory_|\bSET |RESET |set_config|TEMP|PREPARE|LISTEN|WITH HOLD|currval|lastval|LOAD|DISCARD|prepare|withhold"
)


def may_have_session_state(source: str) -> bool:
    """Return whether it is worth reading closely."""
    return bool(_HINTS.search(source))


def sources() -> Iterator[tuple[str, str]]:
    """Return all code that is run in production, by path; not migrations, which are refused behind a pooler."""
    for house in HOUSES:
        for path in sorted((ROOT / house).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(ROOT)), path.read_text()
