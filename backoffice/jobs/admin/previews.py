"""Kinds of jobs whose rows are not merely listed before they are done: each has a template of its own for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from backoffice.jobs.models import Job, JobRow


@dataclass(frozen=True)
class Preview:
    """`read` returns what the template shows of the rows of one page, as `preview`; `save` keeps what was typed."""

    template: str
    read: Callable[[Sequence[JobRow]], Any]
    save: Callable[[Job, QueryDict], Any]


PREVIEWS: dict[str, Preview] = {}
