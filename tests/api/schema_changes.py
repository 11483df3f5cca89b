"""What would break for those who use the API: two of its documents compared.

New operations, new fields of answers, new values in them and new fields that may be left out break nothing; so it is
said in docs/api/versioning.md.
"""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]
# What a request may not have to keep to all at once, and in which direction it gets narrower.
_LOWER = ("maxLength", "maxItems", "maximum")
_HIGHER = ("minLength", "minItems", "minimum")


def find_breaks(before: Schema, after: Schema) -> list[str]:
    """Return what worked by the document before and does not by the one after, each as a sentence."""
    return list(_Comparison(before, after).run())


class _Comparison:
    def __init__(self, before: Schema, after: Schema) -> None:
        self.before, self.after = before, after
        self.seen: set[tuple[str, str, bool]] = set()

    def run(self) -> Iterator[str]:
        for address, path in self.before["paths"].items():
            for method, old in path.items():
                new = self.after["paths"].get(address, {}).get(method)
                if new is None:
                    yield f"{method.upper()} {address} is gone"
                else:
                    yield from self._operation(old, new, name=str(old["operationId"]))

    def _operation(self, old: Schema, new: Schema, *, name: str) -> Iterator[str]:
        if new["operationId"] != name:
            yield f"{name} is called {new['operationId']}"
        yield from self._parameters(old, new, name=name)
        for kind, media in old.get("requestBody", {}).get("content", {}).items():
            now = new.get("requestBody", {}).get("content", {}).get(kind)
            if now is None:
                yield f"{name} takes no {kind} any more"
            else:
                yield from self._schema(media["schema"], now["schema"], where=f"{name} request", is_request=True)
        for status, answer in old["responses"].items():
            if status[0] == "2":
                yield from self._answer(answer, new["responses"].get(status), where=f"{name} {status}")

    def _answer(self, old: Schema, new: Schema | None, *, where: str) -> Iterator[str]:
        if new is None:
            yield f"{where} is never answered any more"
            return
        for header in old.get("headers", {}).keys() - new.get("headers", {}).keys():
            yield f"{where}: the header {header} is gone"
        for kind, media in old.get("content", {}).items():
            if kind not in new.get("content", {}):
                yield f"{where}: no {kind} any more"
            else:
                yield from self._schema(media["schema"], new["content"][kind]["schema"], where=where, is_request=False)

    def _parameters(self, old: Schema, new: Schema, *, name: str) -> Iterator[str]:
        before = {(one["in"], one["name"]): one for one in old.get("parameters", [])}
        after = {(one["in"], one["name"]): one for one in new.get("parameters", [])}
        for key, one in before.items():
            where = f"{name} parameter {key[1]}"
            if key not in after:
                yield f"{where} is gone"
            else:
                yield from self._schema(one["schema"], after[key]["schema"], where=where, is_request=True)
        for key, one in after.items():
            if one.get("required") and not before.get(key, {}).get("required"):
                yield f"{name} parameter {key[1]} is required now"

    def _schema(self, old: Schema, new: Schema, *, where: str, is_request: bool) -> Iterator[str]:
        names = old.get("$ref", ""), new.get("$ref", "")
        if all(names):
            if (*names, is_request) in self.seen:
                return
            self.seen.add((*names, is_request))
            where = f"{where} {names[0].rsplit('/', 1)[1]}"
        old, new = _resolve(old, self.before), _resolve(new, self.after)
        yield from _types(old, new, where=where, is_request=is_request)
        yield from (_limits if is_request else _nothing)(old, new, where=where)
        yield from self._fields(old, new, where=where, is_request=is_request)
        if "items" in old and "items" in new:
            yield from self._schema(old["items"], new["items"], where=f"{where}[]", is_request=is_request)
        for one, other in zip(_some(old, self.before), _some(new, self.after), strict=False):
            yield from self._schema(one, other, where=where, is_request=is_request)

    def _fields(self, old: Schema, new: Schema, *, where: str, is_request: bool) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        for name, field in before.items():
            if name not in after:
                yield f"{where}.{name} is gone"
            else:
                yield from self._schema(field, after[name], where=f"{where}.{name}", is_request=is_request)
        needed, given = set(old.get("required", [])), set(new.get("required", []))
        word = "is required now" if is_request else "may be left out now"
        for name in sorted((given - needed) if is_request else (needed - given) & after.keys()):
            yield f"{where}.{name} {word}"


def _resolve(schema: Schema, document: Schema) -> Schema:
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    return _resolve(document["components"]["schemas"][name], document) if name else schema


def _some(schema: Schema, document: Schema) -> list[Schema]:
    """Return the options that are objects: of several the first is compared with the first."""
    return [option for option in schema.get("anyOf", []) if _types_of(_resolve(option, document)) == {"object"}]


def _types_of(schema: Schema) -> set[str]:
    if "anyOf" in schema:
        return {kind for option in schema["anyOf"] for kind in ({"object"} if "$ref" in option else _types_of(option))}
    kind = schema.get("type", [])
    return {kind} if isinstance(kind, str) else set(kind)


def _types(old: Schema, new: Schema, *, where: str, is_request: bool) -> Iterator[str]:
    before, after = _types_of(old), _types_of(new)
    lost = (before - after) if is_request else (after - before)
    if lost and before and after:
        kinds = " or ".join(sorted(lost))
        yield f"{where} takes no {kinds} any more" if is_request else f"{where} may be {kinds} now"
    if old.get("format") != new.get("format"):
        yield f"{where} has the format {new.get('format')}, not {old.get('format')}"
    if "enum" in old and is_request:
        yield from (
            f"{where} takes no {value} any more" for value in old["enum"] if value not in new.get("enum", [value])
        )


def _limits(old: Schema, new: Schema, *, where: str) -> Iterator[str]:
    """Yield what a request has to keep to now and had not before."""
    for names, is_narrower in ((_LOWER, int.__lt__), (_HIGHER, int.__gt__)):
        for name in names:
            known = old.get(name)
            if name in new and (known is None or is_narrower(new[name], known)):
                yield f"{where} has {name} {new[name]}, not {known}"
    if "pattern" in new and new["pattern"] != old.get("pattern"):
        yield f"{where} has to be of another form"


def _nothing(old: Schema, new: Schema, *, where: str) -> Iterator[str]:
    yield from ()
