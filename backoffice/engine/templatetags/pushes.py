"""What pages show of pushes."""

from django import template

register = template.Library()


@register.filter
def push_kind(kind: str) -> str:
    """Return the label of a kind of push."""
    # The package of the pages loads all of them, and they load this.
    from backoffice.engine.admin.machine_chips import kind_label

    return kind_label(kind)
