"""The banner that every staff page carries while something stands still."""

from typing import Any

from django import template
from django.urls import reverse

from backoffice.services.alerts import current_alerts

register = template.Library()


@register.inclusion_tag("backoffice/alerts.html", takes_context=True)
def alert_banner(context: dict[str, Any]) -> dict[str, Any]:
    """Nothing for those who are not signed in; links only for those who may follow them."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if user is None or not user.is_active or not user.is_staff or context.get("is_popup"):
        return {"alerts": []}
    may_look = user.has_perm("backoffice.view_integration")
    url = reverse("admin:backoffice_integration_changelist") if may_look else ""
    return {"alerts": current_alerts(), "url": url}
