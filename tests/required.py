"""What has to be tested: `CI_REQUIRES` names programs that are there, and no test may be skipped for the want of them.

Elsewhere such a test is skipped, and the end of the run lists it with its reason.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest


def missed(reason: str) -> list[str]:
    """Return what is required and was missing, as the reason of a skipped test says."""
    required = os.environ.get("CI_REQUIRES", "").split()
    return [name for name in required if name.lower() in reason.lower()]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[Any]:
    """Let a test fail that was skipped for the want of something that is required."""
    report: Any = yield
    reason = str(report.longrepr[2]) if report.skipped and isinstance(report.longrepr, tuple) else ""
    if names := missed(reason):
        report.outcome = "failed"
        report.longrepr = f"{reason}. It has to run here: CI_REQUIRES names {', '.join(names)}."
    return report
