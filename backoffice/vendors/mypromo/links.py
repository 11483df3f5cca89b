"""Which links in mypromo's answers our token may be sent to: those of the configured API and no others."""

from urllib.parse import unquote, urlsplit

from backoffice.text.translatable import gettext as _
from backoffice.vendors.addresses import UnsafeUrl
from backoffice.vendors.auth import origin


def is_theirs(url: str, *, base: str) -> bool:
    """Return whether an address in an answer lies below our base address."""
    try:
        path_below(url, base=base.rstrip("/") + "/")
    except UnsafeUrl:
        return False
    return True


def path_below(url: str, *, base: str) -> str:
    """Return the part of a link behind our base address, with its query. Raises UnsafeUrl for any other link.

    mypromo's own examples name other hosts of theirs; a link decides neither where the token goes nor what we call.
    """
    refused = UnsafeUrl(_("The link does not lead to mypromo's API as it is configured here."))
    if not url.isprintable() or " " in url or "\\" in url:
        raise refused
    root = urlsplit(base).path
    try:
        parts = urlsplit(url)
        is_ours = origin(url) == origin(base) and parts.username is None and parts.path.startswith(root)
    except ValueError:
        raise refused from None
    path = parts.path.removeprefix(root)
    steps = unquote(path).split("/")
    if not is_ours or not path or path.startswith("/") or {".", ".."} & set(steps):
        raise refused
    path = f"{path}?{parts.query}" if parts.query else path
    if "://" in path:
        raise refused
    return path
