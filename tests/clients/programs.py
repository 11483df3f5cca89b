"""Programs that make clients, check and run them."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

# Programs of the virtual environment come first, whether it is activated or not: among them are Node.js and npm.
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


def run(*command: str, folder: Path, given: bytes = b"", fails: bool = False, **environment: str) -> str:
    """Return what the program says, which is expected to do its work, or to fail."""
    done = subprocess.run(
        command,
        input=given,
        cwd=folder,
        env=os.environ | {"PATH": PATH} | environment,
        capture_output=True,
        timeout=300,
        check=False,
    )
    said = (done.stdout + done.stderr).decode()
    assert bool(done.returncode) == fails, said
    return said


@cache
def has_registry() -> bool:
    """Return whether npm can get what makes and checks TypeScript."""
    done = subprocess.run(
        ["npm", "view", "typescript", "version", "--fetch-timeout=10000", "--fetch-retries=0"],
        env=os.environ | {"PATH": PATH},
        capture_output=True,
        timeout=60,
        check=False,
    )
    return done.returncode == 0
