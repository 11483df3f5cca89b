"""The page of all addresses, as the OpenAPI document and the views say them."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import resolve

HEAD = """# All addresses

All begin with `/api/v1`. Each with its parameters, fields, limits and headers stands at `/api/docs/` of your back
office, and for programs at `/api/schema/`. What a key needs is its
[scope](index.md#keys); "or": one of them is enough.
"""
PAGES = {
    "me": ("Keys", "index.md#keys"),
    "orders": ("Orders", "orders.md"),
    "draft orders": ("Drafts", "drafts.md"),
    "files": ("Files", "files.md"),
    "designs": ("Designs", "designs.md"),
    "complaints": ("Change and cancel orders", "changing-orders.md#complain"),
    "catalog": ("The catalogue", "catalogue.md"),
    "events": ("The stream", "webhooks.md#the-stream"),
    "webhooks": ("Webhooks and events", "webhooks.md"),
    "reference": ("Orders", "orders.md#what-else-an-order-may-say"),
}


def reference_page(document: dict[str, Any]) -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *(line for tag in document["tags"] for line in _section(tag, document))])


def _section(tag: dict[str, str], document: dict[str, Any]) -> Iterator[str]:
    title, page = PAGES[tag["name"]]
    yield f"## {tag['name'].capitalize()}\n\n{tag['description']} See [{title}]({page}).\n"
    yield "| address | does | scope |\n|---|---|---|"
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if operation["tags"] == [tag["name"]]:
                short = path.removeprefix("/api/v1")
                yield f"| `{method.upper()} {short}` | {operation['summary']} | {_scopes(path, method.upper())} |"
    yield ""


def _scopes(path: str, method: str) -> str:
    """Return what the view asks of a key."""
    view: Any = resolve(re.sub(r"\{[a-z_]+\}", "1", path)).func
    needed = view.cls.required_scopes[method]
    several = needed if isinstance(needed, tuple) else (needed,)
    is_any = len(several) == len(type(several[0]))
    return "any" if is_any else " or ".join(f"`{scope}`" for scope in several)
