"""The OpenAPI document: structs describe themselves, so that what is checked and what is promised are the same."""

from functools import lru_cache
from typing import Any

import msgspec
from django.utils.translation import get_language
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import Direction, OpenApiParameter, OpenApiResponse
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request

from backoffice.api.errors import MEDIA_TYPE
from backoffice.api.responses import Problem
from backoffice.api.schema_parts import ENUM_NAME, REF, complete_struct, drop_defaults, find_structs

WORDS = {
    400: "Not of the documented shape; `errors` names the fields.",
    401: "No key, or one that is not accepted.",
    403: "The key lacks the scope.",
    404: "No such thing, or not of this shop.",
    406: "Answers are JSON.",
    409: "Not possible in this state, or somebody else was first.",
    412: "Somebody else has changed it since the revision named in `If-Match`: read it again.",
    413: "The body is too large.",
    415: "A type or a compression of the body that this address does not take.",
    422: "Understood, but it breaks limits; `errors` names the fields.",
    428: "The header `If-Match` is missing; nothing was changed.",
    429: "Too many requests for this key; see `Retry-After`.",
    500: "An error of ours. It has been reported.",
    503: "Not available for the moment; see `Retry-After`.",
    507: "No room for files at the moment, which is no fault of the request; see `Retry-After`.",
}
LOCATION = OpenApiParameter(
    name="Location",
    location=OpenApiParameter.HEADER,
    type={"type": "string", "examples": ["/api/v1/orders/4711/"]},
    description="The address of what was made.",
    response=[201],
)
ALWAYS = (400, 401, 403, 404, 406, 429, 500, 503)


class KeptGenerator(SchemaGenerator):
    """Makes the document once in a process and language: it takes a second, and nothing of it changes meanwhile."""

    def get_schema(self, request: Request | None = None, public: bool = False) -> dict[str, Any]:
        return _make_document(get_language())


# Bounded: anybody may ask for any language.
@lru_cache(maxsize=8)
def _make_document(language: str | None) -> dict[str, Any]:
    document: dict[str, Any] = SchemaGenerator().get_schema(public=True)
    return document


class Document(SpectacularAPIView):
    """The document, of which there is one version."""

    generator_class = KeptGenerator

    def _get_version_parameter(self, request: Request) -> None:
        """Leave the parameter out: the library would put any value into a header, line ends and all."""


class StructSchema(OpenApiSerializerExtension):
    """Lets a struct be named as request or response."""

    target_class = "msgspec.Struct"
    match_subclasses = True

    def get_name(self, auto_schema: AutoSchema, direction: Direction) -> str:
        return str(self.target.__name__)

    def get_identity(self, auto_schema: AutoSchema, direction: Direction) -> str:
        """Return one identity for a struct, met alone or as part of another."""
        return str(self.target.__name__)

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        parts = _components(self.target, sent=direction == "response")
        for part in parts.values():
            drop_defaults(part)
        own = parts.pop(self.target.__name__)
        for name, schema in parts.items():
            auto_schema.registry.register_on_missing(
                ResolvedComponent(name=name, type=ResolvedComponent.SCHEMA, schema=schema, object=name)
            )
        return own


class BearerKey(OpenApiAuthenticationExtension):
    target_class = "backoffice.api.authentication.ApiKeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "A shop's key, made by the merchant."}


def describe_problems(*further: int) -> dict[Any, Any]:
    """Return responses for all statuses that any operation may give, and the further ones of this one."""
    return {
        (status, MEDIA_TYPE): OpenApiResponse(Problem, description=WORDS[status])
        for status in sorted({*ALWAYS, *further})
    }


def describe_query(kind: type[msgspec.Struct]) -> list[OpenApiParameter]:
    """Return a query struct's fields as parameters."""
    parts = _components(kind)
    own = parts[kind.__name__]
    return [
        OpenApiParameter(
            name=name,
            type=_inlined(schema, parts),
            description=str(schema.get("description", "")),
            required=name in own["required"],
        )
        for name, schema in own["properties"].items()
    ]


def _components(kind: type[msgspec.Struct], *, sent: bool = False) -> dict[str, dict[str, Any]]:
    """Return the schemas of a struct and of all that it is made of, by name; of what is `sent` no field is missing."""
    _refs, parts = msgspec.json.schema_components((kind,), ref_template=REF)
    for struct in find_structs(msgspec.inspect.type_info(kind)):
        complete_struct(parts[struct.cls.__name__], struct, sent=sent)
    return parts


def _inlined(schema: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    """Return the schema without references and null: a parameter is given or left out."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return parts[name] | ({ENUM_NAME: name} if "enum" in parts[name] else {})
    if "anyOf" in schema:
        return _inlined(next(option for option in schema["anyOf"] if option.get("type") != "null"), parts)
    # The description belongs to the parameter; an empty default is no default.
    inlined = {key: value for key, value in schema.items() if key != "description" and (key != "default" or value)}
    if "items" in schema:
        inlined["items"] = _inlined(schema["items"], parts)
    return inlined
