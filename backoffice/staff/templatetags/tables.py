"""Tables of staff pages: a column is written once, with its title and what stands in its cells.

<table>{% columns of=rows %}
  {% column _("State") "cell-state" %}{% chip row.chip %}{% endcolumn %}
{% endcolumns %}</table>
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django import template
from django.template import Context, Node, NodeList
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from backoffice.staff.list_page import SortLink

register = template.Library()

# Classes of a cell that its column's title has too.
SHARED = ("mark", "number", "picture", "if-wide")


class ColumnsNode(Node):
    """The head and the body of a table: what is inside is rendered once for the titles, then for each `row`."""

    child_nodelists = ("inside",)

    def __init__(self, rows: FilterExpression, inside: NodeList) -> None:
        self.rows, self.inside = rows, inside

    def render(self, context: Context) -> SafeString:
        page = context.get("list")
        hidden = frozenset(page.setting.hidden_columns) if page else frozenset()
        with context.push(hidden_columns=hidden, sort_link=page.sort_link if page else lambda name: None):
            with context.push(in_head=True):
                head = self.inside.render(context)
            body = format_html_join("", "<tr data-row>{}</tr>", self._cells(context))
        return format_html("<thead><tr>{}</tr></thead><tbody>{}</tbody>", head, body)

    def _cells(self, context: Context) -> Iterator[tuple[SafeString]]:
        for row in self.rows.resolve(context):
            with context.push(in_head=False, row=row):
                yield (self.inside.render(context),)


class ColumnNode(Node):
    """The title of a column or one of its cells.

    On a narrow page a cell says what it is by its `label`. Titles of pictures are only read aloud.
    """

    child_nodelists = ("cell",)

    def __init__(
        self, title: FilterExpression, css: FilterExpression | None, label: FilterExpression | None, cell: NodeList
    ) -> None:
        self.title, self.cell = title, cell
        # Written in the template, and the same in each of its rows.
        self.classes: list[str] = str(css.resolve(Context())).split() if css else []
        self.css = _class(self.classes)
        self.label = label or (title if "number" in self.classes else None)

    def render(self, context: Context) -> SafeString:
        if not context["hidden_columns"].isdisjoint(self.classes):
            return SafeString("")
        if context["in_head"]:
            link = next(filter(None, map(context["sort_link"], self.classes)), None)
            return _head(self.title.resolve(context), [name for name in self.classes if name in SHARED], link)
        named = format_html(' data-label="{}"', self.label.resolve(context)) if self.label else ""
        # Both are escaped, and what is in the cell was rendered.
        return SafeString(f"<td{self.css}{named}>{self.cell.render(context)}</td>")


def _head(title: Any, classes: list[str], link: "SortLink | None") -> SafeString:
    if link:
        heading = format_html('<a class="sort" href="{}">{}</a>', link.query, title)
        return format_html('<th{} aria-sort="{}">{}</th>', _class(classes), link.direction, heading)
    if "picture" in classes:
        title = format_html('<span class="visually-hidden">{}</span>', title)
    return format_html("<th{}>{}</th>", _class(classes), title)


def _class(names: list[str]) -> SafeString | str:
    return format_html(' class="{}"', " ".join(names)) if names else ""


@register.tag
def columns(parser: Parser, token: Token) -> ColumnsNode:
    """Render `{% columns of=rows %}`."""
    options = token_kwargs(token.split_contents()[1:], parser)
    inside = parser.parse(("endcolumns",))
    parser.delete_first_token()
    return ColumnsNode(options["of"], inside)


@register.tag
def column(parser: Parser, token: Token) -> ColumnNode:
    """Render `{% column title "classes" label=… %}`; a number and what is `labelled` show the title."""
    _name, title, *rest = token.split_contents()
    heading = parser.compile_filter(title)
    css = parser.compile_filter(rest.pop(0)) if rest and rest[0][0] in "\"'" else None
    label = heading if "labelled" in rest else token_kwargs(rest, parser).get("label")
    cell = parser.parse(("endcolumn",))
    parser.delete_first_token()
    return ColumnNode(heading, css, label, cell)
