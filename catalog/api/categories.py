"""The categories of the catalogue over REST."""

from collections.abc import Iterable
from typing import Annotated

import msgspec
from drf_spectacular.utils import extend_schema
from msgspec import Meta
from rest_framework.request import Request
from rest_framework.response import Response

from backoffice.api.caching import HEADERS, NOT_MODIFIED, revalidated
from backoffice.api.schema import describe_problems
from backoffice.api.validation import NoQuery, read_query
from catalog.api.examples import show_answer
from catalog.api.views import CatalogView
from catalog.services.categories import CategoryNode, read_tree
from catalog.services.orderable import orderable_vendors


class CategoryResponse(msgspec.Struct):
    """A category: `path` is what `products/?category=` takes, `products` counts those in it and below it."""

    path: Annotated[str, Meta(examples=["Office/Pens"])]
    name: Annotated[str, Meta(examples=["Pens"])]
    products: int
    children: list["CategoryResponse"]


class CategoryTree(msgspec.Struct):
    """The categories without one above, in the order of their paths."""

    results: list[CategoryResponse]


_OFFICE = CategoryResponse("Office", "Office", 17, [CategoryResponse("Office/Pens", "Pens", 9, [])])


@revalidated
class Categories(CatalogView):
    """All categories that have products."""

    @extend_schema(
        operation_id="list_categories",
        summary="The categories as a tree",
        tags=["catalog"],
        parameters=HEADERS,
        examples=[show_answer("Two of them", CategoryTree([_OFFICE]))],
        responses={200: CategoryTree, **NOT_MODIFIED, **describe_problems()},
    )
    def get(self, request: Request) -> Response:
        read_query(request.GET, NoQuery)
        return Response(CategoryTree(_responses(read_tree(orderable_vendors()))))


def _responses(nodes: Iterable[CategoryNode]) -> list[CategoryResponse]:
    return [CategoryResponse(node.path, node.name, node.products, _responses(node.children)) for node in nodes]
