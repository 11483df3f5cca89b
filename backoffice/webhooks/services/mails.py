"""The mail to staff about an endpoint that takes nothing: once for each time that it fails."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.services.visibility import sees_shop
from backoffice.mail.models import Mail
from backoffice.mail.services.choices import staff_who_want
from backoffice.mail.services.kinds import Audience, MailKind, Variable, mail_kind
from backoffice.mail.services.queueing import queue_mails
from backoffice.text.datetimes import in_utc
from backoffice.text.translatable import gettext
from backoffice.visibility import visible
from backoffice.webhooks.models import WebhookEndpoint

_KIND = "staff.webhook_endpoint"
_EXAMPLE = "https://backoffice.example.com/admin/"


@mail_kind(_KIND)
class EndpointMail(MailKind):
    """Sent while the endpoint still takes nothing."""

    audience = Audience.STAFF
    title = _("A storefront does not accept webhooks")
    hint = _("Once per interruption. The endpoint is tried again automatically.")
    variables = {
        "shop": Variable(_("name of the shop"), _("Example shop")),
        "address": Variable(_("address of the endpoint"), "https://shop.example.com/webhooks"),
        "since": Variable(_("start of the interruption"), "2026-11-20 10:30"),
        "cause": Variable(_("the endpoint’s answer"), _("The address answers with HTTP 500.")),
        "link": Variable(_("link to the page"), _EXAMPLE, is_link=True),
    }
    subject_line = _("{{ shop }} does not accept webhooks")
    body = _(
        "{{ address }} has accepted nothing since {{ since }}: {{ cause }}\n\nEvents are tried again for three "
        "days. After that you can send them again from the endpoint’s page.\n\n{{ link }}"
    )

    def still_wanted(self, mail: Mail) -> str:
        if mail.user is None or not mail.user.is_active:
            return gettext("The account no longer exists.")
        if not visible(WebhookEndpoint.objects.filter(pk=mail.subject_id, needs_attention=True)).exists():
            return gettext("The endpoint accepts webhooks again.")
        return ""

    def context(self, mail: Mail) -> Mapping[str, Any]:
        endpoint = WebhookEndpoint.objects.select_related("shop").get(pk=mail.subject_id)
        since = endpoint.failing_since
        return {
            "shop": endpoint.shop.name,
            "address": endpoint.url,
            "since": f"{in_utc(since):%Y-%m-%d %H:%M} UTC" if since else "",
            "cause": str(endpoint.last_failure),
            "link": settings.PUBLIC_URL + reverse("admin:webhooks_webhookendpoint_change", args=[endpoint.pk]),
        }


def queue_endpoint_mails() -> None:
    """Queue a mail about each endpoint that needs attention; one about the same interruption is there already."""
    failing = list(WebhookEndpoint.objects.filter(needs_attention=True).select_related("shop").defer("secrets"))
    if not failing or not (wanting := staff_who_want(_KIND)):
        return
    queue_mails(
        Mail(
            kind=_KIND,
            subject_type=WebhookEndpoint._meta.label_lower,
            subject_id=endpoint.pk,
            occasion=f"since:{int(endpoint.failing_since.timestamp()) if endpoint.failing_since else 0}",
            recipient=row.user.email,
            user=row.user,
            language=row.language,
            created_by="system",
        )
        for endpoint in failing
        for row in wanting
        if sees_shop(row.user, endpoint.shop_id)
    )
