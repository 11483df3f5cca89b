"""What pages show of the engine: the banner while something stands still, and labels of pushes."""

from typing import Any

from django import template
from django.urls import reverse

from backoffice.engine.models import Push
from backoffice.engine.services.alerts import current_alerts
from backoffice.engine.services.push_errors import explain_push
from backoffice.vendors.explaining import Explanation

register = template.Library()


@register.inclusion_tag("engine/alerts.html", takes_context=True)
def alert_banner(context: dict[str, Any]) -> dict[str, Any]:
    """Show nothing to those who are not signed in, and links only to those who may follow them."""
    user = getattr(context.get("request"), "user", None)
    if user is None or not user.is_active or not user.is_staff or context.get("is_popup"):
        return {"alerts": []}
    may_look = user.has_perm("engine.view_integration")
    url = reverse("admin:engine_integration_changelist") if may_look else ""
    return {"alerts": current_alerts(), "url": url}


@register.filter
def refusal(push: Push) -> Explanation:
    """Return what a vendor refused it for, in the reader's language."""
    return explain_push(push).main


@register.filter
def push_kind(kind: str) -> str:
    """Return the label of a kind of push."""
    # The package of the pages loads all of them, and they load this.
    from backoffice.engine.admin.push_list import kind_label

    return kind_label(kind)
