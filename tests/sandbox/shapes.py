"""Compares the shape of an answer with a documented example, and reads the examples."""

import json
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parents[1] / "samples" / "mypromo"


def sample(name: str) -> Any:
    """Return a documented example, decoded."""
    return json.loads((SAMPLES / name).read_bytes())


def differences(example: Any, answer: Any, path: str = "$") -> list[str]:
    """Return where an answer has other keys or other types than the example.

    Null fits anything, whole numbers fit numbers, and each row of a list has to fit one of the example's rows.
    """
    if example is None or answer is None:
        return []
    if _kind(example) != _kind(answer):
        return [f"{path}: {_kind(example)} expected, {_kind(answer)} found"]
    if isinstance(example, dict):
        found = [f"{path}.{key}: missing" for key in example.keys() - answer.keys()]
        found += [f"{path}.{key}: not in the example" for key in answer.keys() - example.keys()]
        for key in example.keys() & answer.keys():
            found += differences(example[key], answer[key], f"{path}.{key}")
        return found
    if isinstance(example, list) and example:
        rows = enumerate(answer)
        return [line for n, row in rows for line in _row_differences(example, row, f"{path}[{n}]")]
    return []


def _row_differences(examples: list[Any], row: Any, path: str) -> list[str]:
    return min((differences(example, row, path) for example in examples), key=len)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, int | float) else type(value).__name__
