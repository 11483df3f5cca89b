"""The buttons below a list with which the same is done with many of its rows."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.apps import apps
from django.urls import reverse

from backoffice.jobs.services.kinds import JobKind, kinds_of

register = template.Library()


@register.filter
def named_by(path: str, kind: JobKind) -> str:
    """Return what people call the field of that path, of a row of that kind of job."""
    return kind.name_field(path)


@register.inclusion_tag("jobs/buttons.html", takes_context=True)
def job_buttons(context: dict[str, Any], model: str, parts: Sequence[Any] = ()) -> dict[str, Any]:
    """Buttons for the kinds of jobs that the reader may begin with rows of that model ("orders.order"), and what other
    apps offer for marked rows. No query.
    """
    request = context["request"]
    kinds = [kind for kind in kinds_of(apps.get_model(model)) if kind.may_be_used(request.user.has_perm)]
    if not request.user.has_perm("jobs.view_job"):
        kinds = []
    page = context["page"]
    query = request.GET.urlencode()
    return {
        "common": [kind for kind in kinds if kind.is_common],
        "others": [kind for kind in kinds if not kind.is_common],
        "parts": parts,
        "has_more": bool(page.newer or page.older),
        "found_url": f"{reverse('admin:jobs_job_found')}?list={model}&{query}",
    }
