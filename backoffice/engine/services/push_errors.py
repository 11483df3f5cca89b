"""What a vendor refused a push for, as people read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backoffice.engine.models import Push
from backoffice.vendors.explaining import Explanation, explain, explain_in_common


@dataclass(frozen=True)
class PushExplanation:
    """The cause, and the errors by the vendor's name of the field."""

    cause: Explanation
    errors: list[tuple[str, Explanation]]

    @property
    def main(self) -> Explanation:
        """What says most, for where there is room for one sentence."""
        return self.in_order[0][1]

    @property
    def field(self) -> str:
        """The field that `main` is about, empty where it is about the whole."""
        return self.in_order[0][0]

    @property
    def others(self) -> list[tuple[str, Explanation]]:
        """The errors beside `main`."""
        return self.in_order[1:]

    @property
    def in_order(self) -> list[tuple[str, Explanation]]:
        """All that is shown, what says most first."""
        says_little = not self.cause.text or (self.cause.known is not None and self.cause.known.is_general)
        return self.errors if self.errors and says_little else [("", self.cause), *self.errors]

    @property
    def known_causes(self) -> list[str]:
        """What it was refused for, each cause once, whatever it names; empty where the catalogue misses one."""
        causes = {shown.cause_key for _field, shown in self.in_order}
        return [] if "" in causes else sorted(causes)

    @property
    def is_hopeless(self) -> bool:
        """Whether the very same is bound to be refused again, as far as the catalogue knows."""
        known = self.main.known
        return known is not None and not known.is_retryable and not known.is_ours


def explain_push(push: Push) -> PushExplanation:
    """Return both. A cause that only repeats the errors, joined, is left out."""
    errors = [_explain_error(push.vendor, error) for error in push.errors]
    cause = explain(push.vendor, push.cause)
    if errors and cause.is_unknown and all(error.get("text", "") in push.cause for error in push.errors):
        cause = Explanation("")
    return PushExplanation(cause, errors)


def explain_together(several: Sequence[PushExplanation]) -> PushExplanation:
    """Return what is to be shown of pushes with the same causes, in the order of the first."""
    if len(several) == 1:
        return several[0]
    found: dict[str, list[tuple[str, Explanation]]] = {}
    for explained in several:
        for field, shown in explained.in_order:
            found.setdefault(shown.cause_key, []).append((field, shown))
    return PushExplanation(Explanation(""), [_in_common(errors) for errors in found.values()])


def _in_common(errors: Sequence[tuple[str, Explanation]]) -> tuple[str, Explanation]:
    fields = {field for field, _shown in errors}
    return fields.pop() if len(fields) == 1 else "", explain_in_common([shown for _field, shown in errors])


def _explain_error(vendor: str, error: dict[str, Any]) -> tuple[str, Explanation]:
    field = error.get("field", "")
    return field, explain(vendor, error.get("text", ""), field=field)
