"""State in words, icon and colour: one language for all staff pages."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Tone(StrEnum):
    """Grey waits, blue moves, green is done, amber needs a look, red needs a person now."""

    GREY = "grey"
    BLUE = "blue"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True)
class Chip:
    """A word with an icon (a Material Symbols name) and a tone; `hint` is shown on hover and read aloud."""

    tone: Tone
    icon: str
    word: Any
    hint: Any = ""
