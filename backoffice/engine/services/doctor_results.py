"""What `manage.py doctor` finds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DoctorResult:
    """One thing looked at; `remedy` is the next step where it is not well."""

    what: str
    text: str
    remedy: str = ""

    @property
    def is_well(self) -> bool:
        return not self.remedy
