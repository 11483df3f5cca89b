"""Refusals of the domain. Turned into words for people in two places only: `api/errors.py` and the admin's mixin."""

from dataclasses import dataclass
from typing import Any

# Complaints by the path of the field that they are about.
Errors = dict[str, list[str]]


class DomainError(Exception):
    """Something asked for is not possible now. `text` is for people; `code` is stable, for programs.

    `details` are further facts by name that help the one who asked (see `backoffice.api.responses.Problem`).
    """

    code = "refused"

    def __init__(self, text: str, *, code: str = "", **details: Any) -> None:
        super().__init__(text)
        self.text = text
        self.code = code or self.code
        self.details = details


class IllegalTransition(DomainError):
    """The thing's state does not allow it."""

    code = "illegal_transition"


class NotAllowed(DomainError):
    """The actor may not do that."""

    code = "not_allowed"


class Conflict(DomainError):
    """Something else got there first."""

    code = "conflict"


class Outdated(Conflict):
    """Somebody else has changed it since it was read."""

    code = "outdated"


class PreconditionMissing(DomainError):
    """The request has to say which state of the thing it is about."""

    code = "precondition_required"


class Unavailable(DomainError):
    """Somebody we have to ask does not answer now; the detail `retry_after` is in seconds."""

    code = "unavailable"


class InvalidInput(DomainError):
    """Input that breaks limits. `errors` maps the field's path to its complaints."""

    code = "invalid"

    def __init__(self, text: str, *, errors: Errors, **details: Any) -> None:
        super().__init__(text, **details)
        self.errors = errors


def add_error(errors: Errors, path: str, text: str) -> None:
    """Add a complaint about the field."""
    errors.setdefault(path, []).append(text)


def merge(*several: Errors) -> Errors:
    """Return the complaints of all."""
    merged: Errors = {}
    for errors in several:
        for path, texts in errors.items():
            merged.setdefault(path, []).extend(texts)
    return merged


@dataclass(frozen=True)
class Eligibility:
    """Whether something can be done now: true, or false with the refusal that says why not.

    A service asks under its lock and ends with `ensure`; a page asks the same function without one, and shows the
    `reason` where the button would be.
    """

    refusal: DomainError | None = None

    def __bool__(self) -> bool:
        return self.refusal is None

    @property
    def reason(self) -> str:
        """Why not, for people; empty when it can be done."""
        return self.refusal.text if self.refusal else ""

    @property
    def code(self) -> str:
        """Why not, for programs; empty when it can be done."""
        return self.refusal.code if self.refusal else ""

    def ensure(self) -> None:
        """Raise the refusal, if there is one."""
        if self.refusal:
            raise self.refusal


ELIGIBLE = Eligibility()


def ineligible(text: str, *, code: str = "") -> Eligibility:
    """Return that the thing's state does not allow it, and why."""
    return Eligibility(IllegalTransition(text, code=code))
