"""State in words, icon and colour: one language for all staff pages, and each state knows its own."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from django.db import models


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


class StateChoices(models.TextChoices):
    """Choices that know how they look: each member is its value, its tone, its icon, and last its label."""

    tone: Tone
    icon: str

    # Not (tone, icon): type checkers would ask for them where a state is looked up by its value.
    def __new__(cls, value: str, *look: Any) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.tone, member.icon = look
        return member

    def chip(self, hint: str = "") -> Chip:
        """Return the state as pages show it."""
        return Chip(self.tone, self.icon, self.label, hint)
