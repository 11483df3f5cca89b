"""The kinds of mail that members of staff can switch on for themselves."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.mail.models import Mail
from backoffice.mail.services.kinds import Audience, MailKind, Variable, mail_kind
from backoffice.sight import personal
from backoffice.text.translatable import gettext
from backoffice.vendors.registry import vendor_title
from backoffice.visibility import visible
from orders.conversation.models import Mention
from orders.conversation.services.digest import digest_text
from orders.conversation.services.troubles import describe_failures, failures_between, read_window
from orders.models import Order

_EXAMPLE = "https://backoffice.example.com/admin/"
_LINK = Variable(_("link to the page"), _EXAMPLE, is_link=True)


class StaffMailKind(MailKind):
    """A mail to a member of staff."""

    audience = Audience.STAFF

    def still_wanted(self, mail: Mail) -> str:
        if mail.user is None or not mail.user.is_active:
            return gettext("The account no longer exists.")
        return ""


@mail_kind("staff.mention")
class MentionMail(StaffMailKind):
    title = _("Someone mentions me in a comment")
    hint = _("Immediately, unless you have already read it.")
    variables = {
        "author": Variable(_("author of the comment"), "Mara"),
        "number": Variable(_("order number"), "WEB-100042"),
        "text": Variable(_("the comment"), _("@tom Can you call the customer?")),
        "link": _LINK,
    }
    subject_line = _("{{ author }} mentioned you: {{ number }}")
    body = _("{{ author }} wrote about {{ number }}:\n\n{{ text }}\n\n{{ link }}")

    def still_wanted(self, mail: Mail) -> str:
        if (mention := self._mention(mail)) is None or mention.read_at:
            return gettext("It has already been read.")
        return super().still_wanted(mail)

    def context(self, mail: Mail) -> Mapping[str, Any]:
        mention = self._mention(mail)
        if mention is None:
            return {}
        comment = mention.comment
        author = comment.author.get_full_name() if comment.author else ""
        return {
            "author": author or comment.author_name,
            "number": comment.order.number,
            "text": comment.text,
            "link": page_url("orders_order_change", comment.order_id),
        }

    def _mention(self, mail: Mail) -> Mention | None:
        rows = visible(Mention.objects.select_related("comment__order", "comment__author"))
        return rows.filter(pk=mail.occasion.removeprefix("mention:")).first()


@mail_kind("staff.assigned")
class AssignedMail(StaffMailKind):
    title = _("An order is assigned to me")
    hint = _("Immediately, when someone else or a rule assigns it.")
    variables = {
        "actor": Variable(_("who assigned it"), "Mara"),
        "number": Variable(_("order number"), "WEB-100042"),
        "customer": Variable(_("name of the customer"), "Jana Größer"),
        "link": _LINK,
    }
    subject_line = _("Assigned to you: {{ number }}")
    body = _("{{ actor }} assigned order {{ number }} of {{ customer }} to you.\n\n{{ link }}")

    def still_wanted(self, mail: Mail) -> str:
        if not visible(Order.objects.filter(pk=mail.subject_id, assignee=mail.user_id)).exists():
            return gettext("The order is no longer assigned to this user.")
        return super().still_wanted(mail)

    def context(self, mail: Mail) -> Mapping[str, Any]:
        order = Order.objects.defer("search").get(pk=mail.subject_id)
        return {
            "actor": mail.created_by,
            "number": order.number,
            "customer": personal(order.customer_name) or "–",
            "link": page_url("orders_order_change", order.pk),
        }


@mail_kind("staff.failures")
class FailuresMail(StaffMailKind):
    title = _("Something was rejected, or its outcome is unknown")
    hint = _("At most every ten minutes, grouped by cause.")
    variables = {
        "count": Variable(_("number of failures"), "28"),
        "failures": Variable(_("a line for each vendor and cause"), _("28 × Example vendor: The street is too long.")),
        "link": _LINK,
    }
    subject_line = _("Needs attention: {{ count }}")
    body = _("These failed and need attention:\n\n{{ failures }}\n\n{{ link }}")

    def still_wanted(self, mail: Mail) -> str:
        if not failures_between(*read_window(mail)).exists():
            return gettext("All of these have been resolved in the meantime.")
        return super().still_wanted(mail)

    def context(self, mail: Mail) -> Mapping[str, Any]:
        count, lines = describe_failures(*read_window(mail))
        query = "?needs_attention=1"
        return {"count": count, "failures": lines, "link": page_url("engine_push_changelist") + query}


@mail_kind("staff.outage")
class OutageMail(StaffMailKind):
    title = _("A vendor is not responding, or processing has stopped")
    hint = _("Once for each outage.")
    variables = {
        "what": Variable(_("what has stopped"), _("Example vendor rejects our credentials.")),
        "remedy": Variable(_("what to do"), _("Correct the credentials in the settings.")),
        "vendor": Variable(_("vendor"), _("Example vendor")),
        "link": _LINK,
    }
    subject_line = _("Outage: {{ what }}")
    body = _("{{ what }}\n\n{{ remedy }}\n\n{{ link }}")

    def context(self, mail: Mail) -> Mapping[str, Any]:
        params = mail.params
        vendor = vendor_title(params["vendor"]) if params.get("vendor") else ""
        link = page_url("engine_integration_changelist")
        return {"what": params.get("text", ""), "remedy": params.get("remedy", ""), "vendor": vendor, "link": link}


@mail_kind("staff.digest")
class DigestMail(StaffMailKind):
    title = _("Needs attention, every morning")
    hint = _("Once a day; not sent when nothing needs attention.")
    variables = {
        "name": Variable(_("your first name"), "Mara"),
        "lines": Variable(_("a line for each kind, with its count"), _("3 × Outcome unknown\n12 × Held")),
        "link": _LINK,
    }
    subject_line = _("Needs attention today")
    body = _("Good morning {{ name }},\n\n{{ lines }}\n\n{{ link }}")

    def still_wanted(self, mail: Mail) -> str:
        if refusal := super().still_wanted(mail):
            return refusal
        return "" if digest_text(mail.user) else gettext("Nothing needs attention.")

    def context(self, mail: Mail) -> Mapping[str, Any]:
        name = mail.user.first_name or mail.user.get_username() if mail.user else ""
        return {"name": name, "lines": digest_text(mail.user), "link": page_url("index")}


def page_url(name: str, *arguments: Any) -> str:
    """Return the whole address of a staff page."""
    return settings.PUBLIC_URL + reverse(f"admin:{name}", args=arguments)
