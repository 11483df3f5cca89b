"""docs/operate/troubleshoot.md quotes what the product says, and every symptom has how to see it, cause and fix."""

import ast
import re
from functools import cache

from tests.operate.shipped import ROOT

PAGE = (ROOT / "docs" / "operate" / "troubleshoot.md").read_text()
SYMPTOMS = PAGE.split("\n### ")[1:]
MESSAGES = [line for box in re.findall(r"```text\n(.*?)```", PAGE, flags=re.DOTALL) for line in box.splitlines()]
# Fewer letters than that are found anywhere.
FEWEST = 12


@cache
def literals() -> set[str]:
    """Return every text in the source of the product; what is filled in stands as a zero."""
    found = set()
    for app in ("backoffice", "orders", "catalog", "fulfillment"):
        for path in (ROOT / app).rglob("*.py"):
            found |= {_text_of(node) for node in ast.walk(ast.parse(path.read_text()))}
    return found


def _text_of(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_text_of(part) or "\0" for part in node.values).replace("\n", " ")
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return node.value.replace("\n", " ") if is_text else ""  # type: ignore[attr-defined]


def is_said(message: str) -> bool:
    """Return whether one text of the source has all fixed parts of the message, in their order."""
    fixed = [part for part in message.split("…") if part]
    in_order = re.compile(".*".join(map(re.escape, fixed)))
    return any(in_order.search(text) for text in literals() if fixed[0] in text)


def test_what_is_quoted_is_what_the_product_says() -> None:
    assert len(MESSAGES) > 40
    assert [message for message in MESSAGES if len(message.replace("…", "")) < FEWEST] == []
    assert [message for message in MESSAGES if not is_said(message)] == []


def test_what_nobody_says_would_be_noticed() -> None:
    assert not is_said("… is paused by …: outgoing requests are lost.")
    assert not is_said("outgoing requests wait. … is paused by …")


def test_every_symptom_says_how_to_see_it_its_cause_and_its_fix() -> None:
    assert len(SYMPTOMS) >= 25
    for symptom in SYMPTOMS:
        parts = re.findall(r"\*\*(See|Cause|Fix|fix)\*\*", symptom)
        assert [part.lower() for part in parts] == ["see", "cause", "fix"], symptom.splitlines()[0]
