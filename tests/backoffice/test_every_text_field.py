"""No text comes in without `text.cleaning`: every struct of the API, every form, every page and every command."""

import ast
import importlib
import json
import pkgutil
import typing
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_origin

import msgspec
import pytest
from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import RequestFactory

from backoffice.api.converters import CodeConverter
from backoffice.staff.base import FactsAdmin
from backoffice.staff.text_fields import CleanField
from backoffice.text.structs import clean_texts
from backoffice.urls import urlpatterns

ROOT = Path(__file__).parents[2]
APPS = ("backoffice", "catalog", "fulfillment", "orders")
# Packages that only development starts.
BESIDES = ("sandbox", "demo", "embedded", "migrations")


@cache
def modules() -> list[tuple[Path, ast.Module]]:
    return list(_modules())


def _modules() -> Iterator[tuple[Path, ast.Module]]:
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if not set(path.relative_to(ROOT).parts) & set(BESIDES):
                yield path, ast.parse(path.read_text())


@cache
def load_all() -> None:
    for app in APPS:
        package = importlib.import_module(app)
        for found in pkgutil.walk_packages(package.__path__, f"{app}."):
            if not set(found.name.split(".")) & {*BESIDES, "management", "wsgi", "settings", "__main__"}:
                importlib.import_module(found.name)


def subclasses(kind: type) -> Iterator[type]:
    for one in kind.__subclasses__():
        yield one
        yield from subclasses(one)


def inputs() -> list[type[msgspec.Struct]]:
    """Return the structs that come in: unlike those that go out or come from vendors, they refuse unknown fields."""
    load_all()
    found = {one for one in subclasses(msgspec.Struct) if one.__struct_config__.forbid_unknown_fields}
    return sorted((one for one in found if one.__module__.startswith(APPS)), key=lambda one: one.__qualname__)


def filled(kind: Any, text: str, path: str, found: list[str], *, depth: int = 0) -> Any:
    """Return a JSON value of the kind with the text everywhere; `found` gets the paths."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is typing.Annotated:
        return filled(arguments[0], text, path, found, depth=depth)
    if origin in (typing.Union, type(int | str)):
        options = [one for one in arguments if one not in (type(None), int, msgspec.UnsetType)]
        structs = [one for one in options if isinstance(one, type) and issubclass(one, msgspec.Struct)]
        return filled((structs or options)[-1], text, path, found, depth=depth)
    if origin is list:
        return [filled(arguments[0], text, f"{path}[0]", found, depth=depth)]
    if origin is dict:
        return {"key": filled(arguments[1], text, f"{path}.key", found, depth=depth)}
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        hints = typing.get_type_hints(kind, include_extras=True)
        tag = {kind.__struct_config__.tag_field: kind.__struct_config__.tag} if kind.__struct_config__.tag else {}
        if depth > 4:
            return tag
        return tag | {
            field.encode_name: filled(
                hints[field.name], text, f"{path}.{field.encode_name}".lstrip("."), found, depth=depth + 1
            )
            for field in msgspec.structs.fields(kind)
        }
    if kind in (int, float, bool):
        return 1
    found.append(path)
    return text


def test_every_text_of_every_input_is_cleaned():
    assert len(inputs()) > 15
    for kind in inputs():
        paths: list[str] = []
        value = filled(kind, "a\0b", "", paths)
        errors: dict[str, list[str]] = {}
        clean_texts(value, kind, errors=errors)
        assert set(errors) == set(paths), kind


def test_texts_are_trimmed_and_composed_unless_they_are_passwords():
    for kind in inputs():
        paths: list[str] = []
        value = clean_texts(filled(kind, " Gro\u0308\u00dfe\u200b ", "", paths), kind, errors={})
        left = json.dumps(value, ensure_ascii=False)
        # Addresses on the web are only trimmed.
        assert (" Gro" in left) == (kind.__name__ in SECRET), kind
        assert "\u200b" not in left or kind.__name__ in SECRET, kind


# Structs that hold a password, themselves or in a part.
SECRET = {
    "BasicAuth", "Auth", "PrintFile", "NewDocument", "NewLine", "NewOrder", "LineChange", "LineChanges", "OrderChanges",
    "BulkOrder", "BulkOrders",
}  # fmt: skip


# Files are bodies themselves; of many orders each is read alone, so that a fault of one is not that of all.
READ_IN_PARTS = {"files.py", "designs.py", "bulk.py", "uploads.py"}


def test_the_api_reads_requests_through_structs_only():
    """`request.data` and `request.GET` go nowhere but into `read_struct` and `read_query`."""
    allowed = {"read_struct", "read_query"}
    for path, tree in modules():
        if "api" not in path.parts or path.name in ("callbacks.py", "pagination.py"):
            continue
        inside = {
            id(part)
            for call in ast.walk(tree)
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in allowed
            for part in ast.walk(call)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in ("data", "GET", "POST", "query_params"):
                is_request = isinstance(node.value, ast.Name) and node.value.id == "request"
                known = path.name in READ_IN_PARTS and node.attr == "data"
                assert not is_request or id(node) in inside or known, (path, ast.unparse(node), node.lineno)


def test_parts_of_api_addresses_are_codes_or_numbers():
    def converters(patterns: Any) -> Iterator[Any]:
        for one in patterns:
            yield from one.pattern.converters.values()
            yield from converters(getattr(one, "url_patterns", ()))

    ours = [one for one in urlpatterns if str(one.pattern) == "api/"]
    found = {type(one).__name__ for one in converters(ours)}
    assert CodeConverter.__name__ in found
    assert "StringConverter" not in found
    assert "PathConverter" not in found


def form_classes() -> list[type[forms.BaseForm]]:
    load_all()
    found = {one for one in subclasses(forms.BaseForm) if one.__module__.startswith(APPS)}
    return sorted(found, key=lambda one: (one.__module__, one.__qualname__))


def is_plain_text(field: forms.Field) -> bool:
    """Return whether nothing cleans the text; choices are compared with ours, and passwords stay as they are."""
    hides = isinstance(field.widget, forms.PasswordInput)
    return isinstance(field, forms.CharField) and not isinstance(field, CleanField) and not hides


def test_every_text_of_every_form_is_cleaned():
    assert len(form_classes()) > 20
    plain = [
        (form.__qualname__, name)
        for form in form_classes()
        for name, field in getattr(form, "base_fields", {}).items()
        if is_plain_text(field)
    ]
    assert plain == []


@pytest.mark.django_db
def test_every_text_of_every_admin_is_cleaned(rf: RequestFactory):
    request = rf.get("/")
    request.user = User(is_superuser=True, is_active=True, is_staff=True, username="mara")
    plain, texts = [], 0
    for model, page in admin.site._registry.items():
        # Rows of facts are acted upon by pages of their own, and never typed in.
        if page.__module__.startswith(APPS) and not isinstance(page, FactsAdmin):
            for field_name, field in page.get_form(request).base_fields.items():
                texts += isinstance(field, CleanField)
                # Django has a normaliser of its own for the names of users.
                is_known = (model, field_name) == (User, "username")
                is_choice = isinstance(getattr(field, "base_field", None), forms.ChoiceField)
                if is_plain_text(field) and not is_known and not is_choice and field_name not in page.readonly_fields:
                    plain.append((model.__name__, field_name))
    assert plain == []
    assert texts > 5


# What pages read beside any form: keys that are compared with rows or choices of ours, numbers, and ways back, which
# are checked to be on this site. A text that is kept is read by `posted_text` or a form.
COMPARED = {
    "accept_difference", "action", "active", "after", "agreed", "all", "anyway", "assignee", "assignee_before", "back",
    "before", "callback", "campaign", "cancelled", "cards", "choice", "code", "code_is_confirmed", "column",
    "compact", "confirmed", "connection", "copy", "draft", "enabled", "field", "filters", "format", "from", "happened",
    "key", "kind", "mine", "older", "order", "part", "price", "query", "question", "recipient", "revision", "rule",
    "save", "shop", "sku", "state", "to", "token", "tracking_code", "unmapped",
}  # fmt: skip
WHOLE = {
    "POST.urlencode()",
    "POST.get(name, '')",
    "POST.dict()",
    "GET.urlencode()",
    "GET.items()",
    "GET.dict()",
    "GET.copy()",
}
# Shown again beside its complaint as it was typed, and kept nowhere.
SHOWN_AGAIN = ("typed = request.POST.get('reason', '')",)


def test_pages_read_texts_through_forms_or_the_cleaner():
    unknown = []
    for path, tree in modules():
        if not {"admin", "staff"} & set(path.parts):
            continue
        again = {
            id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Assign) and ast.unparse(one) in SHOWN_AGAIN
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call | ast.Subscript) or id(node) in again:
                continue
            source = node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
            source = node.value if isinstance(node, ast.Subscript) else source
            if source is None or ast.unparse(source) not in ("request.POST", "request.GET"):
                continue
            # As a whole, or handed on to a form by the names of its fields.
            if ast.unparse(node).partition(".")[2] in WHOLE:
                continue
            name = node.args[0] if isinstance(node, ast.Call) and node.args else getattr(node, "slice", None)
            if not (isinstance(name, ast.Constant) and name.value in COMPARED):
                unknown.append(f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)}")
    assert unknown == []
