"""What is asked for once for all rows of a job."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise


class InputKind(StrEnum):
    """How it is entered."""

    TEXT = "text"
    LONG = "long"
    PERSON = "person"
    # Two buttons to start it with, yes and no.
    YES_NO = "yes_no"


@dataclass(frozen=True)
class JobInput:
    """One field. `longest` in characters; the label of yes and no is that of no, yes is the kind's own title."""

    name: str
    label: Promise
    kind: InputKind = InputKind.TEXT
    is_required: bool = False
    longest: int = 1000
    help: Promise | str = ""
