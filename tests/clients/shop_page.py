"""Makes the demo's shop page of its source: one file, with its style and its script in it."""

import hashlib
from pathlib import Path

from backoffice.sandbox.storefront.shop_page import PAGE
from tests.clients.programs import run

SOURCES = PAGE.with_name("shop")
# What the page is made by; another version may make another page of the same source.
TOOLS = Path(__file__).parent / "typescript" / "package.json"


def fingerprint() -> str:
    """Return what stands for the source and the tools, and is written in the page that was made of them."""
    files = [TOOLS, *sorted(SOURCES.iterdir())]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def make_page(folder: Path) -> str:
    """Return the page; `folder` has the source and the tools."""
    bundle = ("--bundle", "--format=esm", "--target=es2022", "--charset=utf8", "--legal-comments=inline")
    script = run("node_modules/.bin/esbuild", "shop.ts", *bundle, "--log-level=error", folder=folder)
    assert "</script" not in script
    page = (SOURCES / "page.html").read_text(encoding="utf-8")
    page = page.replace("/* style */", f"\n{(SOURCES / 'shop.css').read_text(encoding='utf-8')}")
    made = f"<!-- Made of shop/ by tests/clients, sha256 {fingerprint()}. -->"
    return page.replace("/* script */", f"\n{script}").replace("<html", f"{made}\n<html", 1)
