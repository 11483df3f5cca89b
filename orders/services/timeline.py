"""The words of the timeline: one whole sentence per kind of event, translated; names and texts are put in as they are.

An event says who (`actor`) beside it, so most sentences need no subject.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.vendors.registry import vendor_title
from orders.models import AddressRole, HoldReason, OrderEvent
from orders.services.hooks import event_words

# kind -> (icon, sentence). Icons are names of Material Symbols, which the admin draws.
SENTENCES: dict[str, tuple[str, Promise | str]] = {
    "order.received": ("add_shopping_cart", gettext_lazy("The order came in.")),
    "order.new": ("radio_button_unchecked", gettext_lazy("The order waits to be released.")),
    "order.held": ("pause_circle", gettext_lazy("The order is held.")),
    "order.released": ("play_circle", gettext_lazy("The order was released to production.")),
    "order.cancelled": ("cancel", gettext_lazy("The order is cancelled.")),
    "order.closed": ("task_alt", gettext_lazy("The order is closed.")),
    "order.late": ("schedule", gettext_lazy("The order is late.")),
    "order.cancel_requested": ("cancel_schedule_send", gettext_lazy("Cancellation was asked for: %(reason)s")),
    "order.cancel_refused": ("block", gettext_lazy("The cancellation was refused. %(text)s")),
    "order.cancel_by_hand": (
        "call",
        gettext_lazy("%(vendor)s takes no cancellations over its interface: somebody has to tell it of %(reference)s."),
    ),
    "line.remark": ("info", "%(text)s"),
    "order.remark": ("info", "%(text)s"),
    "order.assigned": ("person", gettext_lazy("The order was given to %(to)s.")),
    "order.unassigned": ("person_off", gettext_lazy("The order is nobody's any more.")),
    "order.tagged": ("sell", gettext_lazy("Tags: %(tags)s")),
    "order.noted": ("sticky_note_2", gettext_lazy("Note: %(note)s")),
    "order.address_corrected": ("edit_location", gettext_lazy("The address was corrected (%(role)s).")),
    "hold.placed": ("pause_circle", gettext_lazy("On hold, %(reason)s. %(text)s")),
    "hold.changed": ("pause_circle", gettext_lazy("Still on hold, %(reason)s. %(text)s")),
    "hold.released": ("play_arrow", gettext_lazy("The hold “%(reason)s” was released. %(note)s")),
    "alarm.raised": ("notification_important", gettext_lazy("Alarm, %(reason)s. %(text)s")),
    "alarm.settled": ("check_circle", gettext_lazy("The alarm “%(reason)s” was settled. %(note)s")),
    "production.none": ("factory", gettext_lazy("Nothing is in production.")),
    "production.sent": ("factory", gettext_lazy("The order is at the vendor.")),
    "production.in_production": ("precision_manufacturing", gettext_lazy("Production has begun.")),
    "production.done": ("inventory", gettext_lazy("All is produced.")),
    "production.failed": ("error", gettext_lazy("Production failed.")),
    "shipment.none": ("local_shipping", gettext_lazy("Nothing is shipped.")),
    "shipment.partial": ("local_shipping", gettext_lazy("A part of the order is shipped.")),
    "shipment.shipped": ("local_shipping", gettext_lazy("All is shipped.")),
    "shipment.delivered": ("home_pin", gettext_lazy("All is delivered.")),
    "shipment.sent": ("package_2", gettext_lazy("A parcel left with %(carrier)s, tracking code %(tracking_code)s.")),
    "shipment.arrived": ("home_pin", gettext_lazy("The parcel %(tracking_code)s of %(carrier)s was delivered.")),
    "vendor.draft": ("edit_note", gettext_lazy("%(vendor)s has a draft of %(reference)s, number %(vendor_id)s.")),
    "vendor.submitted": ("send", gettext_lazy("%(reference)s was submitted to %(vendor)s.")),
    "vendor.checked": ("fact_check", gettext_lazy("%(vendor)s has checked %(reference)s.")),
    "vendor.in_production": ("precision_manufacturing", gettext_lazy("%(vendor)s is producing %(reference)s.")),
    "vendor.done": ("inventory", gettext_lazy("%(vendor)s has finished %(reference)s.")),
    "vendor.cancelled": ("cancel", gettext_lazy("%(vendor)s has cancelled %(reference)s as asked.")),
    "vendor.cancelled_unasked": ("error", gettext_lazy("%(vendor)s cancelled %(reference)s: %(cause)s")),
    "vendor.refused": ("block", gettext_lazy("%(vendor)s refused %(reference)s: %(said)s")),
    "vendor.unknown": ("help", gettext_lazy("%(vendor)s has %(reference)s in a state we do not know.")),
    "vendor.unknown_word": ("help", gettext_lazy("%(vendor)s calls the state of %(reference)s “%(word)s”: unknown.")),
    "vendor.adopted": ("link", gettext_lazy("%(reference)s was found at %(vendor)s as %(vendor_id)s.")),
    "vendor.found_again": (
        "link",
        gettext_lazy("After a restore from a backup %(vendor)s had %(reference)s already, number %(vendor_id)s."),
    ),
    "order.adopted": (
        "move_to_inbox",
        gettext_lazy(
            "The order was brought in from %(vendor)s, which alone knew it. What the customer paid is known once the "
            "shop sends the order again."
        ),
    ),
    "order.completed": (
        "add_shopping_cart",
        gettext_lazy("The shop sent the order again: customer and prices are its."),
    ),
    "vendor.draft_differs": (
        "difference",
        gettext_lazy("The draft of %(reference)s differed and was given up: %(differences)s"),
    ),
    "vendor.duplicate": (
        "content_copy",
        gettext_lazy("%(vendor)s holds a second order for %(reference)s: %(other)s beside %(ours)s."),
    ),
    "vendor.history": ("history", "%(text)s"),
    "vendor.answer_differs": (
        "difference",
        gettext_lazy("The answer of %(vendor)s to %(reference)s differs from what was sent: %(differences)s"),
    ),
    "files.checked": ("fact_check", gettext_lazy("The print files of %(reference)s can be used (%(checked)s).")),
    "files.checked_in_part": (
        "rule",
        gettext_lazy("Print files of %(reference)s: %(checked)s can be used, %(unseen)s (sftp) were not looked at."),
    ),
    "files.accepted": ("gavel", gettext_lazy("The print files go as they are. %(text)s")),
    "files.exchanged": ("swap_horiz", gettext_lazy("A print file of line %(line)s was exchanged for %(name)s.")),
    "label.supplied": (
        "label",
        gettext_lazy("A label for %(reference)s was supplied: %(carrier)s, tracking code %(tracking_code)s."),
    ),
    "label.answered": ("outbound", gettext_lazy("%(vendor)s asked for the label of %(reference)s and got it.")),
    "rule.ran": ("rule", gettext_lazy("The rule “%(rule)s” ran: %(actions)s.")),
    "rule.idle": ("rule", gettext_lazy("The rule “%(rule)s” applied and had nothing to do: %(actions)s.")),
    "rule.failed": ("error", gettext_lazy("The rule “%(rule)s” failed. %(text)s")),
    "export.waiting": ("outgoing_mail", gettext_lazy("%(vendor)s is to be told of the order.")),
    "export.changed": ("outgoing_mail", gettext_lazy("%(vendor)s is to be told of what has changed.")),
    "export.sent": ("mark_email_read", gettext_lazy("%(vendor)s was told of the order. %(text)s")),
    "export.corrected": ("mark_email_read", gettext_lazy("%(vendor)s was told of what has changed. %(text)s")),
    "export.known": ("mark_email_read", gettext_lazy("%(vendor)s knows of the order already. %(text)s")),
    "export.refused": ("block", gettext_lazy("%(vendor)s did not take the order: %(text)s")),
    "export.skipped": ("unsubscribe", gettext_lazy("%(vendor)s is not told of the order: %(text)s")),
    "export.excluded": ("unsubscribe", gettext_lazy("%(vendor)s is not to be told of the order: %(text)s")),
    "export.opted_out": ("unsubscribe", gettext_lazy("The customer wants no more of it (%(consent)s): %(text)s")),
    "push.needs_person": (
        "person_alert",
        gettext_lazy("It is unknown whether %(vendor)s has %(reference)s: somebody has to decide."),
    ),
    "push.decided": ("gavel", gettext_lazy("Somebody decided what became of a lost request about %(reference)s.")),
}
_UNKNOWN = ("radio_button_unchecked", "")


class _Words(dict[str, str]):
    """What an event of an earlier release left out stays empty instead of breaking the page."""

    def __missing__(self, key: str) -> str:
        return ""


def describe(event: OrderEvent) -> str:
    """The event as a sentence in the active language: plain text, not yet escaped for HTML."""
    sentence = str(SENTENCES.get(event.kind, _UNKNOWN)[1])
    if not sentence:
        return event.params.get("text") or event.kind
    if moment := parse_datetime(event.params.get("vendor_time") or ""):
        words = {"text": event.params.get("text", ""), "time": date_format(localtime(moment), "SHORT_DATETIME_FORMAT")}
        return _("%(text)s (by the vendor's clock: %(time)s)") % words
    note = event.params.get("note")
    text = (sentence % _Words(_words(event.params))).strip()
    if note and "%(note)s" not in sentence:
        return f"{text} {_NOTES.get(note, note)}"
    return text


def icon(event: OrderEvent) -> str:
    """The name of the event's icon."""
    return SENTENCES.get(event.kind, _UNKNOWN)[0]


_NOTES: Mapping[str, Promise] = {"silent": gettext_lazy("Nothing was heard of its delivery for long.")}


def _words(params: Mapping[str, Any]) -> dict[str, str]:
    words = {key: _plain(value) for key, value in params.items()}
    if "vendor" in params:
        words["vendor"] = vendor_title(words["vendor"])
    for find in event_words:
        words |= find(params)
    if params.get("reason") in HoldReason.values:
        words["reason"] = str(HoldReason(params["reason"]).label)
    if params.get("role") in AddressRole.values:
        words["role"] = str(AddressRole(params["role"]).label)
    if "carrier" in params and not words["carrier"]:
        words["carrier"] = _("an unnamed carrier")
    if "tracking_code" in params and not words["tracking_code"]:
        words["tracking_code"] = _("none")
    return words


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(str(item) for item in value)
    return "" if value is None else str(value)
