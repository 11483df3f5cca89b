"""What the OpenAPI document says beyond what msgspec derives of the structs: times, named enums, tags, servers."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from msgspec import inspect

from backoffice.api.schema_examples import add_examples

REF = "#/components/schemas/{name}"
# Marks an enum that is a component of its own; see `name_enums`.
ENUM_NAME = "x-enum-name"
# Statuses that say after how many seconds to try again.
RETRIED = ("429", "503", "507")
# What answers say beside their bodies, by the name of the header.
HEADERS: dict[str, dict[str, Any]] = {
    "Retry-After": {
        "description": "Seconds to wait before the next try.",
        "schema": {"type": "integer", "minimum": 1, "examples": [30]},
    },
    "X-Request-ID": {
        "description": "The number of this request. Name it when you ask us about it.",
        "schema": {"type": "string", "examples": ["8d1f0f2c6c4f4a1fb3f9c4ad1f0a9b77"]},
    },
    "RateLimit-Policy": {
        "description": "How many requests (`q`) a key has in so many seconds (`w`).",
        "schema": {"type": "string", "examples": ['"key";q=1200;w=60']},
    },
    "RateLimit": {
        "description": "How many requests of the key are left (`r`), and for how many seconds that holds (`t`).",
        "schema": {"type": "string", "examples": ['"key";r=1187;t=42']},
    },
}
# These come before the key is counted.
UNCOUNTED = ("401", "403")
# Enums that apps above add values to, by name: asked for when the document is made.
OPEN_ENUMS: dict[str, Callable[[], list[str]]] = {}
TAGS = (
    ("me", "The key that asks: whose it is, what it may do, and how much."),
    ("orders", "Placing orders, following, editing and cancelling them."),
    ("draft orders", "Orders that are not whole yet, kept until they are placed."),
    ("files", "Print files that a shop hands over itself."),
    ("designs", "The vendor's editor: what a shopper designs and orders then."),
    ("complaints", "What customers complained about, and what became of it."),
    ("catalog", "Products, variants, prices and stock, many at once or by what changed."),
    ("events", "What happened, in its order: for shops that ask rather than be called."),
    ("webhooks", "Where events are sent, and what became of sending them."),
    ("reference", "The codes that orders are written in: countries, states, carriers."),
)


def mark_times(schema: dict[str, Any], kind: inspect.Type) -> None:
    """Say of all times in the schema of a type that they are some: msgspec does for those only that demand a zone."""
    match kind:
        case inspect.Metadata():
            mark_times(schema, kind.type)
        case inspect.DateTimeType():
            schema.setdefault("format", "date-time")
        case inspect.UnionType():
            for part in kind.types:
                for option in schema.get("anyOf", ()):
                    if isinstance(_bare(part), inspect.DateTimeType) and option.get("type") == "string":
                        mark_times(option, part)
        case inspect.ListType() | inspect.VarTupleType():
            mark_times(schema.get("items", {}), kind.item_type)
        case inspect.DictType():
            mark_times(schema.get("additionalProperties", {}), kind.value_type)


def find_structs(kind: inspect.Type, *, seen: set[type] | None = None) -> Iterator[inspect.StructType]:
    """Yield the structs that a type is made of, each once."""
    seen = set() if seen is None else seen
    match kind:
        case inspect.StructType() if kind.cls not in seen:
            seen.add(kind.cls)
            yield kind
            inner = [field.type for field in kind.fields]
        case inspect.Metadata():
            inner = [kind.type]
        case inspect.UnionType():
            inner = list(kind.types)
        case inspect.ListType() | inspect.VarTupleType():
            inner = [kind.item_type]
        case inspect.DictType():
            inner = [kind.value_type]
        case _:
            inner = []
    for part in inner:
        yield from find_structs(part, seen=seen)


def complete_struct(schema: dict[str, Any], struct: inspect.StructType, *, sent: bool) -> None:
    """Mark the times of a struct, and where it is `sent` by us its fields as required: those with defaults come too."""
    for field in struct.fields:
        mark_times(schema["properties"][field.encode_name], field.type)
    if sent and not struct.cls.__struct_config__.omit_defaults:
        schema["required"] = [field.encode_name for field in struct.fields]
    for name in () if sent else getattr(struct.cls, "ALWAYS_NEEDED", ()):
        schema["required"] = sorted({*schema.get("required", []), name}, key=list(schema["properties"]).index)
        schema["properties"][name] = _without_null(schema["properties"][name])
    if example := getattr(struct.cls, "EXAMPLE", None):
        schema["examples"] = [example]


def drop_defaults(schema: dict[str, Any]) -> None:
    """Say no defaults of a struct's fields: makers of clients take what has one for required, and the answer shows it
    anyway.
    """
    for field in schema.get("properties", {}).values():
        field.pop("default", None)


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a field that may not be left out."""
    others = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    return others | next(option for option in schema["anyOf"] if option.get("type") != "null")


def complete_document(result: dict[str, Any], **_others: Any) -> dict[str, Any]:
    """Finish the document: every enum once, by its name; who serves it; what its parts are about."""
    enums: dict[str, Any] = {}
    result = name_enums(result, enums)
    components = result["components"]
    components["schemas"] = dict(sorted((components["schemas"] | enums).items()))
    titles = Counter(schema.get("title") for schema in components["schemas"].values())
    for name, schema in components["schemas"].items():
        # What is posted and what is patched may be described by one struct: generators want a name for each.
        if titles[schema.get("title")] > 1:
            schema["title"] = name
    components["headers"] = HEADERS
    for address, path in result["paths"].items():
        for method, operation in path.items():
            if method == "patch":
                operation["requestBody"]["required"] = True
            if "{" not in address:
                operation["responses"].pop("404", None)
            _complete_answers(operation)
    add_examples(result)
    result["servers"] = [{"url": settings.PUBLIC_URL, "description": "This installation."}]
    used = {tag for path in result["paths"].values() for operation in path.values() for tag in operation["tags"]}
    result["tags"] = [{"name": name, "description": text} for name, text in TAGS if name in used]
    return result


def _complete_answers(operation: dict[str, Any]) -> None:
    """Describe the good answer by what the operation is for, and the headers of all."""
    for status, answer in operation["responses"].items():
        answer["description"] = answer.get("description") or f"{operation['summary']}."
        names = ["X-Request-ID"]
        names += [] if status in UNCOUNTED else ["RateLimit-Policy", "RateLimit"]
        names += ["Retry-After"] if status in RETRIED else []
        answer.setdefault("headers", {}).update({name: {"$ref": f"#/components/headers/{name}"} for name in names})


def name_enums(part: Any, enums: dict[str, Any]) -> Any:
    """Return the part of a document with every marked enum as a reference, which `enums` gets by its name.

    Raises ValueError for two different ones of one name: clients would get the wrong one.
    """
    if isinstance(part, list):
        return [name_enums(item, enums) for item in part]
    if not isinstance(part, dict):
        return part
    name = part.get(ENUM_NAME)
    if name is None:
        return {key: name_enums(value, enums) for key, value in part.items()}
    enum = {"title": name, "type": "string", "enum": OPEN_ENUMS[name]() if name in OPEN_ENUMS else part["enum"]}
    if enums.setdefault(name, enum) != enum:
        raise ValueError(f"Two enums are called {name}")
    described = {key: part[key] for key in ("description",) if key in part}
    return described | {"$ref": REF.format(name=name)}


def _bare(kind: inspect.Type) -> inspect.Type:
    return _bare(kind.type) if isinstance(kind, inspect.Metadata) else kind
