"""What the demo remembers between its runs: secrets and passwords it made up, in `var/demo.json`."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass
class Notes:
    """The demo's own secrets. They open nothing but this machine's demo."""

    staff_password: str = field(default_factory=lambda: secrets.token_urlsafe(9))
    callback_secret: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    api_key: str = ""
    runs: int = 0

    @classmethod
    def read(cls, path: Path) -> "Notes":
        """Return the notes of the last run, or new ones."""
        return cls(**json.loads(path.read_text())) if path.exists() else cls()

    def write(self, path: Path) -> None:
        """Keep them for the next run; readable by the owner only."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(asdict(self), file, indent=2)
