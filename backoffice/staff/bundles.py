"""Style sheets and scripts that every staff page needs, as one file each: a page seen for the first time asks for two
files instead of forty.

The parts stay files of their own, edited where they lie. The bundles are written anew from them when `collectstatic`
or the development server looks for them (`BundleFinder`).
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

# In the order in which a page would load them: what stands later wins.
BUNDLES = {
    "backoffice/staff.css": [
        "backoffice/fonts.css",
        "backoffice/theme.css",
        "backoffice/tokens.css",
        "backoffice/desk.css",
        "backoffice/order.css",
        "backoffice/lists.css",
        "backoffice/order-page.css",
        "backoffice/machine.css",
        "backoffice/catalog.css",
        "backoffice/production-desk.css",
        "backoffice/rules.css",
        "backoffice/mail.css",
        "backoffice/inbox.css",
        "backoffice/complaints.css",
        "backoffice/customers.css",
        "backoffice/webhooks.css",
        "backoffice/api-keys.css",
        "backoffice/signin.css",
        "backoffice/privacy.css",
        "unfold/css/styles.css",
        "unfold/css/simplebar/simplebar.css",
    ],
    # Alpine.js begins as soon as it has run: what it is to know stands before it.
    "backoffice/staff.js": [
        "unfold/js/htmx/htmx.js",
        "backoffice/alpine-words.js",
        "backoffice/desk.js",
        "backoffice/live.js",
        "backoffice/order-page.js",
        "backoffice/conversation.js",
        "backoffice/keys.js",
        "backoffice/inbox.js",
        "unfold/js/app.js",
        "unfold/js/simplebar/simplebar.js",
        "unfold/js/alpine/alpine.anchor.js",
        "unfold/js/alpine/alpine.persist.js",
        "unfold/js/alpine/alpine.resize.js",
        "unfold/js/alpine/alpine.js",
    ],
}
# A script that ends without a semicolon does not run into the next one.
_BETWEEN = {".css": "\n", ".js": "\n;\n"}


class BundleFinder(BaseFinder):
    """Finds the bundles among the static files; they lie in a folder of their own under `VAR_DIR`."""

    def __init__(self, app_names: Iterable[str] | None = None) -> None:
        self.storage = FileSystemStorage(location=settings.VAR_DIR / "bundles")

    def check(self, **_kwargs: object) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **_kwargs: object) -> Any:
        if path not in BUNDLES:
            return []
        found = str(self._write(path))
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for name in BUNDLES:
            self._write(name)
            yield name, self.storage

    def _write(self, name: str) -> Path:
        target = Path(self.storage.path(name))
        whole = join_parts(name)
        if not target.exists() or target.read_text() != whole:
            target.parent.mkdir(parents=True, exist_ok=True)
            # Two processes may begin at once.
            with NamedTemporaryFile("w", dir=target.parent, delete=False) as half:
                half.write(whole)
            Path(half.name).chmod(0o644)
            Path(half.name).replace(target)
        return target


def join_parts(name: str) -> str:
    """Return the content of the bundle of that name. Raises FileNotFoundError that names a part which is missing."""
    parts = []
    for part in BUNDLES[name]:
        path = finders.find(part)
        if path is None:
            raise FileNotFoundError(f"{part}, a part of {name}, is not among the static files")
        parts.append(Path(path).read_text())
    return _BETWEEN[Path(name).suffix].join(parts)
