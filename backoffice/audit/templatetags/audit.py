"""The way from a thing's page to its changes."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.apps import apps
from django.urls import reverse

register = template.Library()
# Pages that have a way of their own, or are no thing that staff change.
_WITHOUT = ("orders.order", "audit.auditentry")


@register.simple_tag(takes_context=True)
def changes_url(context: dict[str, Any]) -> str:
    """Return the address of the changes of what the page is about; empty where it is about no watched thing, or its
    reader may not see them. No query.
    """
    from backoffice.audit.services.coverage import DECIDED, LEFT_OUT

    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    if match is None or not match.url_name or not match.url_name.endswith("_change"):
        return ""
    label = _label(match.url_name.removesuffix("_change"))
    key = match.kwargs.get("object_id")
    if not label or not key or (label in LEFT_OUT and label not in DECIDED) or label in _WITHOUT:
        return ""
    if not request.user.has_perm("audit.view_auditentry"):  # type: ignore[union-attr]
        return ""
    return f"{reverse('admin:audit_auditentry_changelist')}?{urlencode({'of': f'{label}:{key}'})}"


def _label(name: str) -> str:
    app, _line, model = name.partition("_")
    try:
        return apps.get_model(app, model)._meta.label_lower
    except LookupError:
        return ""
