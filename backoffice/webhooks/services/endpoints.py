"""Endpoints: made, changed, their secrets rotated, removed. Nothing but these switches one off."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.accounts.services.locking import lock_shop
from backoffice.errors import Conflict, Errors, IllegalTransition, InvalidInput, add_error
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import text_of
from backoffice.vendors.addresses import UnsafeUrl, check_public_url
from backoffice.webhooks.models import WebhookEndpoint
from backoffice.webhooks.models.endpoint import LONGEST_URL
from backoffice.webhooks.services.secrets import first_secrets, previous_until, rotated
from backoffice.webhooks.services.sweeping import give_up_removed
from backoffice.webhooks.topics import TOPICS

# More than any storefront has, and few enough to fan an event out to.
MOST_ENDPOINTS = 50


@dataclass(frozen=True)
class EndpointValues:
    """What can be chosen of an endpoint. Without topics it gets all."""

    url: str
    description: str = ""
    topics: tuple[str, ...] = ()
    api_version: str = "v1"
    active: bool = True


def values_of(endpoint: WebhookEndpoint, *, active: bool) -> EndpointValues:
    """Return what is chosen of it, switched on or off."""
    topics = tuple(endpoint.topics)
    return EndpointValues(endpoint.url, endpoint.description, topics, endpoint.api_version, active)


@transaction.atomic
def add_endpoint(shop: Shop, values: EndpointValues, *, actor: str) -> WebhookEndpoint:
    """Return a new endpoint of the shop, with its first secret. Raise InvalidInput; Conflict beyond MOST_ENDPOINTS."""
    check_values(values)
    lock_shop(shop.pk)
    if WebhookEndpoint.objects.filter(shop=shop, removed_at__isnull=True).count() >= MOST_ENDPOINTS:
        raise Conflict(_("A shop can have at most %(count)d webhook endpoints.") % {"count": MOST_ENDPOINTS})
    endpoint = WebhookEndpoint(shop=shop, secrets=first_secrets(), created_by=actor)
    _set(endpoint, values)
    endpoint.save(force_insert=True)
    return endpoint


@transaction.atomic
def change_endpoint(endpoint: WebhookEndpoint, values: EndpointValues) -> WebhookEndpoint:
    """Change what was chosen. What waits goes to the new address; it is tried at once where that differs.

    Raise InvalidInput; IllegalTransition for one that was removed.
    """
    check_values(values)
    endpoint = _locked(endpoint)
    if values.url != endpoint.url or (values.active and not endpoint.active):
        endpoint.retry_at, endpoint.failures = None, 0
        endpoint.failing_since, endpoint.needs_attention = None, False
    _set(endpoint, values)
    if not endpoint.active:  # nothing is tried, so there is nothing to look after
        endpoint.needs_attention = False
    endpoint.save()
    return endpoint


@transaction.atomic
def change_some(endpoint: WebhookEndpoint, **changes: Any) -> WebhookEndpoint:
    """Change these alone (fields of `EndpointValues`): what another has changed meanwhile stays. Raise as
    `change_endpoint` does.
    """
    now = _locked(endpoint)
    return change_endpoint(now, replace(values_of(now, active=now.active), **changes))


@transaction.atomic
def rotate_secret(endpoint: WebhookEndpoint, *, hours: float | None = None) -> WebhookEndpoint:
    """Give the endpoint a new secret; the one before it signs too for so many hours (0: not at all).

    Raise Conflict while two are valid: a third would end one that may be in use.
    """
    endpoint = _locked(endpoint)
    if previous_until(endpoint) is not None:
        raise Conflict(_("Two secrets are already valid. End the previous one first."))
    kept_hours = settings.WEBHOOK_ROTATION_HOURS if hours is None else hours
    endpoint.secrets = rotated(endpoint.secrets or [], hours=kept_hours)
    endpoint.save(update_fields=["secrets", "updated_at"])
    return endpoint


@transaction.atomic
def end_previous_secret(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    """Let only the newest secret sign. Raise Conflict where it is the only one."""
    endpoint = _locked(endpoint)
    if previous_until(endpoint) is None:
        raise Conflict(_("Only one secret is valid."))
    endpoint.secrets = [kept for kept in endpoint.secrets or [] if kept["until"] is None]
    endpoint.save(update_fields=["secrets", "updated_at"])
    return endpoint


def remove_endpoint(endpoint: WebhookEndpoint) -> None:
    """Remove it for good: what waits for it is given up, the rest of very much by the next sweep; its log stays. Raise
    IllegalTransition when it is removed.
    """
    with transaction.atomic():
        endpoint = _locked(endpoint)
        endpoint.removed_at, endpoint.active, endpoint.needs_attention = _now(), False, False
        endpoint.secrets = None
        endpoint.save()
    give_up_removed()


def check_values(values: EndpointValues) -> None:
    """Raise InvalidInput with all that stands against these values, by field."""
    errors: Errors = {}
    for text in _url_errors(values.url):
        add_error(errors, "url", text)
    for topic in _unknown(values.topics):
        add_error(errors, "topics", _("Unknown topic: %(topic)s.") % {"topic": topic[:50]})
    if errors:
        raise InvalidInput(_("The endpoint data is invalid."), errors=errors)


def _url_errors(url: str) -> Iterable[str]:
    if len(url) > LONGEST_URL:
        yield _("The address has %(length)d characters; at most %(most)d are allowed.") % {
            "length": len(url),
            "most": LONGEST_URL,
        }
        return
    try:
        check_public_url(url, schemes=("https",), allow_private=settings.WEBHOOK_PRIVATE_NETWORKS)
    except UnsafeUrl as error:
        yield text_of(error)


def _unknown(topics: Iterable[str]) -> list[str]:
    return [topic for topic in topics if topic not in TOPICS]


def _set(endpoint: WebhookEndpoint, values: EndpointValues) -> None:
    endpoint.url, endpoint.description = values.url, values.description
    endpoint.topics = [topic for topic in TOPICS if topic in values.topics]
    endpoint.api_version, endpoint.active = values.api_version, values.active


def _now() -> datetime:
    return timezone.now()


def _locked(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    row = WebhookEndpoint.objects.select_for_update(of=("self",)).select_related("shop").get(pk=endpoint.pk)
    if row.removed_at is not None:
        raise IllegalTransition(_("The endpoint was removed."))
    return row
