"""The banner that every staff page carries while something stands still."""

from typing import Any

from django import template
from django.urls import reverse

from backoffice.engine.services.alerts import current_alerts

register = template.Library()


@register.inclusion_tag("engine/alerts.html", takes_context=True)
def alert_banner(context: dict[str, Any]) -> dict[str, Any]:
    """Show nothing to those who are not signed in, and links only to those who may follow them."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if user is None or not user.is_active or not user.is_staff or context.get("is_popup"):
        return {"alerts": []}
    may_look = user.has_perm("engine.view_integration")
    url = reverse("admin:engine_integration_changelist") if may_look else ""
    return {"alerts": current_alerts(), "url": url}
