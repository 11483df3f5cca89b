"""Addresses of the inbox in its templates."""

from typing import Any

from django import template
from django.urls import reverse

register = template.Library()


@register.simple_tag(takes_context=True)
def inbox_url(context: dict[str, Any], **changes: Any) -> str:
    """Return the address of the view that is shown with something else in it."""
    address: str = context["view"].address(**changes)
    return address


@register.simple_tag
def inbox_act(name: str, kind: str, key: int) -> str:
    """Return where an action on the item is posted to."""
    return reverse(f"admin:inbox_{name}", args=[kind, key])
