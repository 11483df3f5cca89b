"""The shop's page: one file, with its style and its script in it, which may speak to the shop's own server only.

It is made of `shop/` by `tests/clients/test_shop_page.py`, which compiles the script against the document of the API.
"""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

from backoffice.sandbox.wire import Response

PAGE = Path(__file__).with_name("shop.html")


def show_shop() -> Response:
    """Return the page."""
    page, policy = _page()
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy,
        "Cache-Control": "no-cache",
    }
    return Response(200, page, headers)


@cache
def _page() -> tuple[bytes, str]:
    """Return the page, and what it may do: run this script and no other."""
    text = PAGE.read_text(encoding="utf-8")
    script, style = (_hash(text, tag) for tag in ("script", "style"))
    return text.encode(), (
        f"default-src 'none'; script-src {script}; style-src {style}; connect-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _hash(text: str, tag: str) -> str:
    found = re.search(rf"<{tag}[^>]*>(.*?)</{tag}>", text, re.DOTALL)
    digest = hashlib.sha256((found[1] if found else "").encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
