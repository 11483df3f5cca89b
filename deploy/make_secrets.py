"""Makes the secrets of compose.yaml, each in a file of its own: `python3 deploy/make_secrets.py deploy/secrets`.

What is there stays as it is. Keep copies of all of them in a safe place, apart from the backups: without
`encryption_keys` no credential in a backup can be read.
"""

import base64
import os
import secrets
import sys
from pathlib import Path


def make(folder: Path) -> list[Path]:
    """Return the files that were made. Containers read them as another user, so the folder alone keeps others out."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    made = [
        *_write(folder / "postgres_password", secrets.token_urlsafe(32)),
        *_write(folder / "secret_key", secrets.token_urlsafe(64)),
        *_write(folder / "encryption_keys", base64.urlsafe_b64encode(os.urandom(32)).decode()),
        *_write(folder / "metrics_token", secrets.token_urlsafe(32)),
    ]
    password = (folder / "postgres_password").read_text().strip()
    address = f"postgres://backoffice:{password}@postgres:5432/backoffice?sslmode=disable"
    return [*made, *_write(folder / "database_url", address)]


def _write(path: Path, value: str) -> list[Path]:
    if path.exists():
        return []
    path.touch(mode=0o600)
    path.write_text(value + "\n")
    path.chmod(0o444)
    return [path]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for one in make(Path(sys.argv[1])):
        sys.stdout.write(f"made {one}\n")
