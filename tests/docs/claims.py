"""Whether what was printed is what a page claims.

Of JSON a page may show less than there is: what it shows has to be there, with that value. What differs from one run
to the next differs in its digits, or is written "…" in the page.
"""

import json
import re
from typing import Any

from tests.docs.pages import Block

# Numbers that count things of a whole installation.
VARYING = {"id", "order", "replaces", "split_from", "merged_into", "product", "size"}
_HEAD = re.compile(r"\AHTTP/[\d.]+ (\d{3})[^\r\n]*\r?\n((?:[^\r\n]+\r?\n)*)\r?\n")


def faults(claim: Block, printed: str) -> list[str]:
    """Return where the output is not what is claimed; nothing when it is."""
    if claim.language == "text":
        return [] if _fits(claim.text.strip(), printed.strip()) else [f"it printed {printed.strip()!r}"]
    if claim.language == "http":
        return _head_faults(claim, printed)
    _status, _headers, body = split_answer(printed)
    try:
        given = json.loads(body)
    except ValueError:
        return [f"it printed no JSON: {printed!r}"]
    return list(_value_faults(json.loads(claim.text), given, path="$"))


def split_answer(printed: str) -> tuple[int, dict[str, str], str]:
    """Return status, headers and body of what `curl -i` prints; 0 and none where it prints a body alone."""
    status, headers = 0, {}
    while match := _HEAD.match(printed):  # 100 Continue comes before the answer
        pairs = (line.partition(":") for line in match[2].splitlines())
        status, headers = int(match[1]), {name.strip().lower(): value.strip() for name, _colon, value in pairs}
        printed = printed[match.end() :]
    return status, headers, printed


def _head_faults(claim: Block, printed: str) -> list[str]:
    shown_status, shown, _none = split_answer(claim.text.strip() + "\n\n")
    status, headers, _body = split_answer(printed)
    if not shown_status or status != shown_status:
        return [f"the status is {status or 'not printed'}: {printed!r}"]
    return [
        f"{name} is {headers.get(name)!r}"
        for name, value in shown.items()
        if name not in headers or not _fits(value, headers[name])
    ]


def _value_faults(shown: Any, given: Any, *, path: str) -> list[str]:
    if isinstance(shown, dict) and isinstance(given, dict):
        found = [f"{path}.{name} is not there" for name in shown.keys() - given.keys()]
        for name in shown.keys() & given.keys():
            found += _value_faults(shown[name], given[name], path=f"{path}.{name}")
        return found
    if isinstance(shown, list) and isinstance(given, list):
        if len(shown) > len(given) or (given and not shown):
            return [f"{path} has {len(given)} items"]
        pairs = enumerate(zip(shown, given, strict=False))
        return [fault for index, (a, b) in pairs for fault in _value_faults(a, b, path=f"{path}[{index}]")]
    if isinstance(shown, str) and isinstance(given, str):
        return [] if _fits(shown, given) else [f"{path} is {given!r}"]
    is_same = shown == given or path.rpartition(".")[2] in VARYING
    return [] if type(shown) is type(given) and is_same else [f"{path} is {given!r}"]


def _fits(shown: str, given: str) -> bool:
    """Return whether a text is the one that is shown, whatever its numbers are and what "…" stands for."""
    parts = (re.sub(r"[0-9]+", "[0-9]+", re.escape(part)) for part in shown.split("…"))
    return re.fullmatch(".*".join(parts), given, re.DOTALL) is not None
