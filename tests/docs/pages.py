"""A page of the guide as a list of steps: what is typed, and what the page claims to be answered.

`bash`, `python` and `typescript` are run, in the order of the page; with `title="name"` a block is a file of that name.
`json`, `http` and `text` after them are claims about what was printed, by each tab where they follow tabs. `console` is
typed on the server of the back office.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "api"
RUN, CLAIMS, SERVER = ("bash", "python", "typescript"), ("json", "http", "text"), "console"
_FENCE = re.compile(r'^(?P<indent> *)```(?P<language>\w+)(?: title="(?P<title>[^"]+)")?$')
_TAB = re.compile(r'^=== "[^"]+"$')


@dataclass(frozen=True)
class Block:
    """A fenced block of a page, without its indentation; `line` is where it begins."""

    language: str
    text: str
    line: int
    title: str = ""
    in_tab: bool = False


@dataclass
class Step:
    """A block that is run or kept as a file, with what the page claims of it."""

    block: Block
    claims: list[Block] = field(default_factory=list)


class BadPage(Exception):
    """The page has a block that no test can make sense of."""


def read_blocks(text: str) -> Iterator[Block | None]:
    """Yield the blocks, and None for text that stands between them and ends a set of tabs."""
    lines = iter(enumerate(text.splitlines(), start=1))
    for number, line in lines:
        if line.lstrip().startswith("```"):
            if not (match := _FENCE.match(line)):
                raise BadPage(f"line {number}: a block needs a language, and at most a title: {line}")
            indent, end = len(match["indent"]), f"{match['indent']}```"
            body = []
            for _number, inner in lines:
                if inner == end:
                    break
                body.append(inner[indent:])
            else:
                raise BadPage(f"line {number}: the block has no end")
            yield Block(match["language"], "\n".join([*body, ""]), number, match["title"] or "", indent > 0)
        elif line.strip() and not line.startswith(" ") and not _TAB.match(line):
            yield None


def read_steps(text: str) -> list[Step]:
    """Return the steps of a page. Raise BadPage for a block of another kind, and for a claim about nothing."""
    steps: list[Step] = []
    claimed: list[Step] = []
    tabs_are_open = False
    for block in read_blocks(text):
        if block is None:
            tabs_are_open = False
        elif block.title or block.language in RUN:
            step = Step(block)
            steps.append(step)
            if not block.title:
                claimed = [*claimed, step] if tabs_are_open and block.in_tab else [step]
                tabs_are_open = block.in_tab
        elif block.language in CLAIMS and claimed:
            for step in claimed[-1:] if block.in_tab else claimed:
                step.claims.append(block)
        elif block.language != SERVER:
            raise BadPage(f"line {block.line}: what is this {block.language} block about?")
    return steps


def guide_pages() -> list[Path]:
    return sorted(GUIDE.glob("*.md"))
