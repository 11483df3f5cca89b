"""What mkdocs.yml cannot say: a nav of patterns, and links to what lies outside docs/, which get pages of their own.

MkDocs calls the functions named `on_…`; `make docs` runs it.
"""

import importlib
import re
from collections.abc import Callable
from pathlib import Path
from posixpath import normpath, relpath
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DOCS = "docs"
# Where the pages of files outside docs/ stand in the site.
OUTSIDE = "source"
LINK = re.compile(r"(?<=\]\()([^)\s]+)(?=\))")
UNSEARCHED = "---\nsearch:\n  exclude: true\n---\n"

# The folder of the repository that the links of a page start from, by the page's name in the site.
folders: dict[str, str] = {}


def on_config(config: Any) -> Any:
    """Replace the patterns of the nav by the pages that are there, each once."""
    seen: set[str] = set()
    config.nav = _expand(config.nav, seen)
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add a page for whatever outside docs/ a page links to, and for what these link to, if they are pages too."""
    folders.clear()
    for file in list(files.documentation_pages()):
        folders[file.src_uri] = normpath(f"{DOCS}/{file.src_uri}/..")
    made = importlib.import_module("mkdocs.structure.files")
    waiting = {file.src_uri: file.content_string for file in files.documentation_pages()}
    while waiting:
        page, text = waiting.popitem()
        for target in targets_of(text, folder=folders[page]):
            uri = uri_of(target)
            if not uri.startswith(f"{OUTSIDE}/") or uri in folders or not (ROOT / target).exists():
                continue
            folders[uri], content = page_of(target)
            level = made.InclusionLevel.NOT_IN_NAV
            files.append(made.File.generated(config, uri, content=UNSEARCHED + content, inclusion=level))
            waiting[uri] = content
    return files


def on_page_markdown(markdown: str, page: Any, **_context: Any) -> str:
    """Let the links of a page lead to where their targets stand in the site."""
    here = page.file.src_uri

    def lead(link: str) -> str:
        target, mark, anchor = link.partition("#")
        if not target or "://" in link or link.startswith(("mailto:", "/")):
            return link
        uri = uri_of(normpath(f"{folders[here]}/{target}"))
        return relpath(uri, normpath(f"{here}/..")) + mark + anchor

    return each_link(markdown, lead)


def each_link(markdown: str, change: Callable[[str], str]) -> str:
    """Return the text with each link changed; what stands in fences is left as it is."""
    parts = re.split(r"(^(?:```|~~~).*?^(?:```|~~~)[^\n]*$)", markdown, flags=re.DOTALL | re.MULTILINE)
    return "".join(
        part if part.startswith(("```", "~~~")) else LINK.sub(lambda found: change(found[1]), part) for part in parts
    )


def targets_of(markdown: str, *, folder: str) -> list[str]:
    """Return the files and folders that a page links to, seen from the top of the repository."""
    links: list[str] = []
    each_link(markdown, lambda link: str(links.append(link) or link))
    local = (link.partition("#")[0] for link in links if "://" not in link and not link.startswith("mailto:"))
    return [normpath(f"{folder}/{link}") for link in local if link]


def uri_of(target: str) -> str:
    """Return where a file or folder of the repository stands in the site."""
    is_folder = (ROOT / target).is_dir()
    if target.startswith(f"{DOCS}/") and (not is_folder or (ROOT / target / "index.md").exists()):
        return target.removeprefix(f"{DOCS}/") + ("/index.md" if is_folder else "")
    if is_folder:
        return f"{OUTSIDE}/{target}/index.md"
    return f"{OUTSIDE}/{target}" + ("" if target.endswith(".md") else ".md")


def page_of(target: str) -> tuple[str, str]:
    """Return the folder that the links of a page start from, and its text: itself, a list, or what the file has."""
    path = ROOT / target
    if path.is_dir():
        names = sorted(one.name for one in path.iterdir() if not one.name.startswith((".", "__")))
        return target, f"# {target}\n\n" + "\n".join(f"- [{name}]({name})" for name in names) + "\n"
    if target.endswith(".md"):
        return normpath(f"{target}/.."), path.read_text()
    return normpath(f"{target}/.."), f"# {target}\n\n~~~~~~ text\n{path.read_text()}\n~~~~~~\n"


def _expand(items: list[Any], seen: set[str]) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if isinstance(item, dict):
            sections = {title: _expand(below, seen) for title, below in item.items()}
            found += [{title: below} for title, below in sections.items() if below]
            continue
        names = sorted(path.relative_to(ROOT / DOCS).as_posix() for path in (ROOT / DOCS).glob(item))
        # The index of a folder stands before its other pages.
        new = sorted((name for name in names if name not in seen), key=lambda name: not name.endswith("index.md"))
        seen.update(new)
        found += new
    return found
