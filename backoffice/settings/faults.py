"""The end of a process whose settings cannot be used."""

import sys
from collections.abc import Sequence

# gunicorn starts a worker that ended with any other code again, for ever.
EXIT_CODE = 3


def stop_on(faults: Sequence[str]) -> None:
    """End the process with one line for each fault, if there is one."""
    if not faults:
        return
    print("Settings that cannot be used (.env.example explains each):", file=sys.stderr)  # noqa: T201 - no log yet
    for line in faults:
        print(f"  {line}", file=sys.stderr)  # noqa: T201
    raise SystemExit(EXIT_CODE)
