"""Texts call vendors by their titles: nothing hands the key of a vendor to one."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from backoffice.vendors.registry import SIMULATED, vendor_title

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("backoffice", "catalog", "fulfillment", "orders")
# What texts call the vendor that is put into them.
NAMES = {"vendor", "vendors"}
MAKES_TITLES = re.compile(r"vendor_title\(|_titles\(|\.title\b")
# A value of a row where people read it; in attributes and addresses it is the key that is needed.
SHOWN = re.compile(r"""(?<![=#"'/-])\{\{\s*(?:\w+\.)*vendors?\s*(?:\|join:[^{}]*)?\}\}""")
HEAD = re.compile(r"\{%\s*blocktranslate\b[^%]*%\}")
HANDED = re.compile(r"\b\w+=(?:\w+\.)*vendors?(?=[\s%])")
BLOCK = re.compile(r"(\{%\s*blocktranslate\b[^%]*%\}).*?\{%\s*endblocktranslate\s*%\}", re.DOTALL)
BARE = re.compile(r"\{%\s*blocktranslate\b(?P<head>[^%]*)%\}(?P<body>.*?)\{%\s*endblocktranslate\s*%\}", re.DOTALL)

# How code names a vendor by its key, and what makes a text a sentence.
KEY = re.compile(r"(?:^|[._])(?:vendor|VENDOR)$|(?:^|[._])(?:vendor|session|source)\.name$")
WORD = re.compile(r"[A-Za-z]{2,} | [a-z]{2,}")
REGISTRY = re.compile(r"^(?:\w+_)?(?:vendors|accounts|names)(?:_\w+)?\(")
# The simulator's is a word of any language.
KEYS = [key for key in (*settings.VENDORS, *settings.TEST_VENDORS) if key not in (vendor_title(key), SIMULATED)]
LITERAL = re.compile(rf"(?<![\w./-])(?:{'|'.join(KEYS)}) [a-z]+(?: |$)")


def keys_in_sentences(source: str) -> Iterator[int]:
    """Yield the lines that have a vendor's key in a sentence, or as the label of a choice."""
    for parent in ast.walk(ast.parse(source)):
        for node in ast.iter_child_nodes(parent):
            is_text = (
                isinstance(node, ast.Constant) and isinstance(node.value, str) and not isinstance(parent, ast.Expr)
            )
            if (is_text and LITERAL.search(node.value)) or _spells_key(node) or _offers_key(node):
                yield node.lineno


def _spells_key(node: ast.AST) -> bool:
    """Return whether a key is put into words; one that is quoted (`!r`) is for developers."""
    if isinstance(node, ast.JoinedStr):
        words = "".join(part.value for part in node.values if isinstance(part, ast.Constant))
        put_in = [part for part in node.values if isinstance(part, ast.FormattedValue) and part.conversion == -1]
        return bool(WORD.search(words)) and any(KEY.search(ast.unparse(part.value)) for part in put_in)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return ast.unparse(node.left).startswith(("_(", "gettext(")) and bool(KEY.search(ast.unparse(node.right)))
    return False


def _offers_key(node: ast.AST) -> bool:
    """Return whether vendors are listed as pairs of value and label that are the same."""
    if not isinstance(node, ast.ListComp | ast.GeneratorExp) or not isinstance(node.elt, ast.Tuple | ast.List):
        return False
    pair = [ast.unparse(one) for one in node.elt.elts]
    listed = [ast.unparse(one.iter) for one in node.generators]
    return len(pair) == 2 and pair[0] == pair[1] and any(REGISTRY.match(one) for one in listed)


def keys_in_code(source: str) -> Iterator[int]:
    """Yield the lines that put something else than a title into a text as its vendor."""
    module = ast.parse(source)
    scopes = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for scope in scopes:
        assigned = _assigned(scope)
        for node in ast.walk(scope):
            if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Mod):
                params = node.right if isinstance(node, ast.BinOp) else node.value
                yield from (value.lineno for value in _vendors(params, assigned) if not _is_title(value, assigned))


def _assigned(scope: ast.AST) -> dict[str, list[ast.expr]]:
    """Return what names are set to within a function; of several names at once each its own."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(scope):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        for target in targets:
            if isinstance(target, ast.Name) and node.value is not None:
                found.setdefault(target.id, []).append(node.value)
            elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = zip(target.elts, node.value.elts, strict=False)
                [found.setdefault(name.id, []).append(value) for name, value in pairs if isinstance(name, ast.Name)]
    return found


def _vendors(params: ast.expr, assigned: dict[str, list[ast.expr]]) -> Iterator[ast.expr]:
    """Yield what stands under the names of vendors in the values of a text; the last of several counts."""
    if isinstance(params, ast.Name):
        for value in assigned.get(params.id, []):
            if not isinstance(value, ast.Name):
                yield from _vendors(value, assigned)
    elif isinstance(params, ast.BinOp) and isinstance(params.op, ast.BitOr):
        right = list(_vendors(params.right, assigned))
        yield from right or _vendors(params.left, assigned)
    elif isinstance(params, ast.Dict):
        pairs = zip(params.keys, params.values, strict=True)
        yield from (value for key, value in pairs if isinstance(key, ast.Constant) and key.value in NAMES)


def _is_title(value: ast.expr, assigned: dict[str, list[ast.expr]]) -> bool:
    if MAKES_TITLES.search(ast.unparse(value)):
        return True
    inner = [node.id for node in ast.walk(value) if isinstance(node, ast.Name) and node.id in assigned]
    return any(MAKES_TITLES.search(ast.unparse(one)) for name in inner for one in assigned[name])


def keys_in_template(source: str) -> Iterator[str]:
    """Yield what shows a vendor's key to the reader of a page."""
    yield from (match[0] for match in SHOWN.finditer(BLOCK.sub(r"\1", source)))
    for head in HEAD.findall(source):
        yield from HANDED.findall(head)
    for match in BARE.finditer(source):
        if re.search(r"\{\{\s*vendors?\s*\}\}", match["body"]) and not re.search(r"\bvendors?=", match["head"]):
            yield match[0]


def test_no_code_hands_a_vendors_key_to_a_text() -> None:
    paths = [path for folder in PRODUCT for path in (ROOT / folder).rglob("*.py")]
    found = [(str(path.relative_to(ROOT)), line) for path in paths for line in set(keys_in_code(path.read_text()))]
    assert len(paths) > 500
    assert found == []


def test_no_sentence_and_no_choice_has_a_vendors_key() -> None:
    paths = [path for folder in PRODUCT for path in (ROOT / folder).rglob("*.py")]
    # Whoever types commands knows the keys, and the sandbox is nobody's product.
    read = [path for path in paths if not {"management", "sandbox", "demo"} & set(path.parts)]
    found = [(str(path.relative_to(ROOT)), line) for path in read for line in keys_in_sentences(path.read_text())]
    assert found == []


@pytest.mark.parametrize(
    ("line", "is_key"),
    [
        ('raise Refused(f"{vendor} did not answer in time.")', True),
        ('raise Refused(f"{self.vendor} is paused: nothing is sent.")', True),
        ('raise Refused(f"{self.session.name} gives us no token: {error}")', True),
        ('raise Refused(f"Calls to {self.vendor} are stopped for now.")', True),
        ('raise Refused("lettrlabs names no price.")', True),
        ('text = _("A webhook from %s has arrived.") % push.vendor', True),
        ("choices = [[one, one] for one in vendor_names()]", True),
        ("choices = [(name, name) for name in vendors_with(ExportsOrders)]", True),
        ('raise Refused(f"{vendor_title(vendor)} did not answer in time.")', False),
        ('raise Refused("LettrLabs names no price.")', False),
        ('raise LookupError(f"{vendor!r} is no vendor that {ability}")', False),
        ('key = f"duplicate:{report.vendor}:{report.vendor_id}"', False),
        ("choices = [(name, vendor_title(name)) for name in vendors_with(ExportsOrders)]", False),
    ],
)
def test_a_key_in_a_sentence_or_a_choice_is_noticed(line: str, is_key: bool) -> None:
    assert bool(list(keys_in_sentences(line))) is is_key


def test_no_template_shows_a_vendors_key() -> None:
    paths = list((ROOT / "templates").rglob("*.html"))
    found = [(str(path.relative_to(ROOT)), text) for path in paths for text in keys_in_template(path.read_text())]
    assert found == []


@pytest.mark.parametrize(
    "body",
    [
        'return _("%(vendor)s waits") % {"vendor": row.vendor}',
        'names = {"vendor": row.vendor}\n    return _("%(vendor)s waits") % names',
        'text = _("%(vendors)s wait")\n    text %= {"vendors": ", ".join(keys)}',
        'params = {"vendor": row.vendor}\n    return text % (params | {"number": 1})',
    ],
)
def test_a_key_that_is_handed_to_a_text_is_noticed(body: str) -> None:
    assert list(keys_in_code(f"def describe(row, keys, text):\n    {body}\n"))


@pytest.mark.parametrize(
    "body",
    [
        'return _("%(vendor)s waits") % {"vendor": vendor_title(row.vendor)}',
        'name = vendor_title(row.vendor)\n    return _("%(vendor)s waits") % {"vendor": name}',
        'params = {"vendor": row.vendor}\n    return text % (params | {"vendor": vendor_title(row.vendor)})',
        'params = {"vendor": row.vendor}\n    order.events.create(params=params)',
    ],
)
def test_a_title_and_a_key_that_is_kept_are_left_alone(body: str) -> None:
    assert not list(keys_in_code(f"def describe(row, text, order):\n    {body}\n"))


@pytest.mark.parametrize(
    ("source", "is_key"),
    [
        ("<dd>{{ variant.vendor }}</dd>", True),
        ("<dd>{{ variant.vendor|vendor_name }}</dd>", False),
        ('<a href="?vendor={{ row.vendor }}">', False),
        ("{% blocktranslate with vendor=row.vendor %}Send to {{ vendor }}{% endblocktranslate %}", True),
        ("{% blocktranslate with vendor=row.vendor|vendor_name %}Send to {{ vendor }}{% endblocktranslate %}", False),
        ("{% blocktranslate %}Send to {{ vendor }}{% endblocktranslate %}", True),
    ],
)
def test_a_key_in_a_template_is_noticed(source: str, is_key: bool) -> None:
    assert bool(list(keys_in_template(source))) is is_key
