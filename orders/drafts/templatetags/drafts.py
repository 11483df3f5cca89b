"""What the pages of drafts need in templates."""

from typing import TYPE_CHECKING

from django import template

if TYPE_CHECKING:  # the package of the staff pages loads all of them, and they load this
    from orders.drafts.admin.context import DraftPage

register = template.Library()


@register.simple_tag
def errors_of(page: "DraftPage", *name: str) -> str:
    """Return what is wrong with the field of that name, which may be given in parts."""
    return " ".join(page.problems.beside.get("".join(name), ()))
