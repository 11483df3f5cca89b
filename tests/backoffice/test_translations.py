import ast
import gettext
import re
import struct
from collections import deque
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
MARKED = ("backoffice", "catalog", "fulfillment", "orders", "templates")
GERMAN = ROOT / "locale" / "de" / "LC_MESSAGES"
# Of each function, where its context, its text and its plural stand among the arguments.
PLACES: dict[str, tuple[int | None, int, int | None]] = {
    "gettext": (None, 0, None),
    "ngettext": (None, 0, 1),
    "pgettext": (0, 1, None),
    "npgettext": (0, 1, 2),
}
MODULES = ("django.utils.translation", "backoffice.text.translatable")
QUOTED = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL = re.compile(rf"\b(_|n?p?gettext)\(\s*({QUOTED}(?:\s*,\s*{QUOTED})*)", re.DOTALL)
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[-+#0]*\d*(?:\.\d+)?[diouxXeEfFgGs%]|\{\w*\}")


class Text(NamedTuple):
    context: str | None
    text: str
    plural: str | None


class Entry(NamedTuple):
    """The German of one text: one form, or two where it has a plural."""

    text: Text
    forms: list[str]


@cache
def _parse(source: str) -> ast.Module:
    return ast.parse(source if any(module in source for module in MODULES) else "")


def _text(function: str, arguments: list[str | None]) -> Text | None:
    """Return None where the text itself is not written out: it is marked where it is."""
    taken = [None if place is None else arguments[place] for place in PLACES[function]]
    return Text(taken[0], taken[1], taken[2]) if taken[1] is not None else None


def texts_of_code(source: str) -> Iterator[Text]:
    """Yield calls of Django's functions under whatever name they were imported."""
    names: dict[str, str] = {}
    for node in ast.walk(_parse(source)):  # what stands outside comes first, so imports do
        if isinstance(node, ast.ImportFrom) and node.module in MODULES:
            names |= {alias.asname or alias.name: re.sub("_(lazy|noop)$", "", alias.name) for alias in node.names}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if (function := names.get(node.func.id, "")) not in PLACES:
                continue
            arguments = [one.value if isinstance(one, ast.Constant) else None for one in node.args]
            if text := _text(function, [one if isinstance(one, str) else None for one in arguments]):
                yield text


def translated_early(source: str) -> list[int]:
    """Return lines that translate while the module is loaded: they would keep one language for every reader."""
    names: set[str] = set()
    found = []
    left: deque[ast.AST] = deque([_parse(source)])
    while left:
        node = left.popleft()
        if isinstance(node, ast.ImportFrom) and node.module in MODULES:
            names |= {alias.asname or alias.name for alias in node.names if alias.name in PLACES}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            found.append(node.lineno)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            left.extend(ast.iter_child_nodes(node))
    return found


def texts_of_template(source: str) -> Iterator[Text]:
    """Yield what Django's own reader of templates hands to xgettext."""
    for name, quoted in CALL.findall(templatize(source)):
        arguments = list(ast.literal_eval(f"({quoted},)"))
        if text := _text("gettext" if name == "_" else name, arguments):
            yield text


def marked_texts() -> dict[tuple[str | None, str], Text]:
    found: dict[tuple[str | None, str], Text] = {}
    for folder in MARKED:
        for path in (ROOT / folder).rglob("*.*"):
            read = {".py": texts_of_code, ".html": texts_of_template}.get(path.suffix)
            for text in read(path.read_text()) if read else ():
                if text.plural or (text.context, text.text) not in found:
                    found[text.context, text.text] = text
    return found


def read_entries(source: str) -> Iterator[Entry]:
    """Yield the entries of a .po file, its header (the empty text) among them."""
    for block in re.split(r"\n\s*\n", source):
        parts = re.findall(r'^(msg\w+(?:\[\d\])?)\s+((?:".*"\s*)+)', block, flags=re.MULTILINE)
        values = {
            name: "".join(ast.literal_eval(line) for line in quoted.split("\n") if line) for name, quoted in parts
        }
        if "msgid" in values:
            text = Text(values.get("msgctxt"), values["msgid"], values.get("msgid_plural"))
            yield Entry(text, [value for name, value in values.items() if name.startswith("msgstr")])


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return list(read_entries((GERMAN / "django.po").read_text()))


@pytest.fixture(scope="module")
def marked() -> dict[tuple[str | None, str], Text]:
    return marked_texts()


def test_every_text_for_people_has_its_german(entries: list[Entry], marked: dict[tuple[str | None, str], Text]) -> None:
    german = {(entry.text.context, entry.text.text): entry for entry in entries if all(entry.forms)}
    assert len(marked) > 2000
    assert [text for key, text in marked.items() if key not in german] == []
    assert [text for key, text in marked.items() if text.plural and text.plural != german[key].text.plural] == []


def test_no_german_is_kept_of_texts_that_are_gone(
    entries: list[Entry], marked: dict[tuple[str | None, str], Text]
) -> None:
    known = [(entry.text.context, entry.text.text) for entry in entries if entry.text.text]
    assert [key for key in known if key not in marked] == []
    assert len(known) == len(set(known))


def test_the_german_has_the_placeholders_of_its_text(entries: list[Entry]) -> None:
    assert [entry for entry in entries if entry.text.text and not _fits(entry)] == []


@pytest.mark.parametrize("forms", [["%(number)s Karte", "%(count)s Karten"], ["%(count)s Karte", "Karten"], ["", "%d"]])
def test_other_placeholders_are_noticed(forms: list[str]) -> None:
    text = Text(None, "%(count)s card", "%(count)s cards")
    assert _fits(Entry(text, ["%(count)s Karte", "%(count)s Karten"]))
    assert not _fits(Entry(text, forms))


def test_what_is_loaded_is_what_was_written(entries: list[Entry]) -> None:
    content = (GERMAN / "django.mo").read_bytes()
    with (GERMAN / "django.mo").open("rb") as file:
        loaded = gettext.GNUTranslations(file)
    assert struct.unpack("<I", content[8:12]) == (len(entries),)
    assert [entry for entry in entries if entry.text.text and _loaded(loaded, entry.text) != entry.forms] == []


def test_texts_are_found_in_code_whatever_the_function_is_called() -> None:
    source = (
        "from django.utils.translation import gettext as _t, ngettext, pgettext_lazy as _p\n"
        "a = _t('Order ' 'gone')\nb = ngettext('%d card', '%d cards', n)\nc = _p('order', 'closed')\nd = _t(word)\n"
    )
    assert list(texts_of_code(source)) == [
        Text(None, "Order gone", None),
        Text(None, "%d card", "%d cards"),
        Text("order", "closed", None),
    ]


def test_texts_of_modules_and_classes_wait_for_the_reader() -> None:
    modules = [path for folder in MARKED for path in (ROOT / folder).rglob("*.py")]
    assert [str(path) for path in modules if translated_early(path.read_text())] == []


def test_a_text_that_is_translated_when_the_module_is_loaded_is_noticed() -> None:
    source = (
        "from django.utils.translation import gettext as _, gettext_lazy as _l\n"
        "class Admin:\n    title = _('early')\n    name = _l('late')\n    def say(self):\n        return _('now')\n"
    )
    assert translated_early(source) == [3]


def test_texts_are_found_in_templates() -> None:
    source = (
        '{% load i18n %}{% translate "Of 5 %" %}{{ name|default:_("somebody") }}'
        "{% blocktranslate with n=facts.number %}Push #{{ n }}{% endblocktranslate %}"
        "{% blocktranslate count n=n %}{{ n }} card{% plural %}{{ n }} cards{% endblocktranslate %}"
    )
    assert list(texts_of_template(source)) == [
        Text(None, "Of 5 %%", None),
        Text(None, "somebody", None),
        Text(None, "Push #%(n)s", None),
        Text(None, "%(n)s card", "%(n)s cards"),
    ]


def _fits(entry: Entry) -> bool:
    """Return whether every form has the placeholders of its own text; the order is free."""
    sources = [entry.text.text, entry.text.plural or ""][: len(entry.forms)]
    pairs = zip(sources, entry.forms, strict=True)
    return all(sorted(PLACEHOLDER.findall(source)) == sorted(PLACEHOLDER.findall(form)) for source, form in pairs)


def _loaded(loaded: gettext.GNUTranslations, text: Text) -> list[str]:
    if text.plural is not None and text.context:
        return [loaded.npgettext(text.context, text.text, text.plural, count) for count in (1, 2)]
    if text.plural is not None:
        return [loaded.ngettext(text.text, text.plural, count) for count in (1, 2)]
    return [loaded.pgettext(text.context, text.text) if text.context else loaded.gettext(text.text)]
