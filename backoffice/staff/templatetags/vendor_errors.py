"""Errors of vendors in templates: what they mean and what to do, the vendor's own words folded below."""

from typing import Any

from django import template

from backoffice.vendors.explaining import Explanation, explain

register = template.Library()


@register.filter
def explained(text: str, vendor: str) -> Explanation:
    """Return the error in the reader's language; rendered, it is its first sentence."""
    return explain(vendor, text or "")


@register.inclusion_tag("staff/explained.html")
def show_explained(shown: Explanation, vendor: str, field: str = "") -> dict[str, Any]:
    """Render what happened, what to do, and the original folded."""
    return {"shown": shown, "vendor": vendor, "field": field}
