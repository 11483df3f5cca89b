"""Whether what runs in this container is well: exit 0, or 1 with the reason. It loads nothing of the product.

`health.py` asks the web server; `health.py FILE` looks when a worker or beat last touched its ALIVE_PATH.
"""

import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

SECONDS = 4
# A worker shows life every two seconds, beat every five.
LONGEST_SILENCE = 60


def ask_web() -> str:
    """Return what is wrong with the web server; empty when it can serve."""
    host = urlsplit(os.environ.get("PUBLIC_URL", "")).netloc or "localhost"
    address = f"http://127.0.0.1:{os.environ.get('PORT') or 8000}/readyz"
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers={"Host": host}), timeout=SECONDS):
            return ""
    except urllib.error.HTTPError as error:
        return error.read(1000).decode(errors="replace")
    except OSError as error:
        return str(error)


def look_at(path: Path) -> str:
    """Return how long the file was not touched; empty when that is no sign of anything."""
    try:
        silence = time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return f"{path} was never touched"
    return "" if silence < LONGEST_SILENCE else f"{path} was last touched {silence:.0f} s ago"


if __name__ == "__main__":
    fault = look_at(Path(sys.argv[1])) if len(sys.argv) > 1 else ask_web()
    sys.exit(fault or 0)
