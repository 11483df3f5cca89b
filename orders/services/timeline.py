"""The texts of the timeline: one whole sentence per kind of event, translated; names and texts are put in as they are.

An event says who (`actor`) beside it, so most sentences need no subject.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from backoffice.sight import personal
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _t
from backoffice.timeline import UNKNOWN, Sentence, fill
from backoffice.vendors.registry import vendor_title
from orders.models import HoldReason, OrderEvent
from orders.services.change_labels import describe_changes
from orders.services.hooks import describe_event

SENTENCES: dict[str, Sentence] = {
    "order.received": ("add_shopping_cart", Tone.GREY, _("The order was received.")),
    "order.new": ("radio_button_unchecked", Tone.GREY, _("The order is waiting to be released.")),
    "order.held": ("pause_circle", Tone.GREY, _("The order is held.")),
    "order.released": ("play_circle", Tone.BLUE, _("The order was released to production.")),
    "order.cancelled": ("cancel", Tone.AMBER, _("The order is cancelled.")),
    "order.closed": ("task_alt", Tone.GREEN, _("The order is closed.")),
    "order.late": ("schedule", Tone.AMBER, _("The order is late.")),
    "order.cancel_requested": ("cancel_schedule_send", Tone.AMBER, _("Cancellation was requested: %(reason)s")),
    "order.cancel_refused": ("block", Tone.AMBER, _("The cancellation was rejected. %(text)s")),
    "order.cancel_by_hand": (
        "call",
        Tone.AMBER,
        _("%(vendor)s does not accept cancellations through its API: %(reference)s must be cancelled there manually."),
    ),
    "line.remark": ("info", Tone.GREY, "%(text)s"),
    "order.remark": ("info", Tone.GREY, "%(text)s"),
    "order.assigned": ("person", Tone.GREY, _("The order was assigned to %(to)s.")),
    "order.unassigned": ("person_off", Tone.GREY, _("The order is no longer assigned.")),
    "order.tagged": ("sell", Tone.GREY, _("Tags: %(tags)s")),
    "comment.written": ("chat_bubble", Tone.BLUE, "%(text)s"),
    "mail.sent": ("mark_email_read", Tone.GREEN, _("%(mail_kind)s: e-mail sent to %(to)s. %(text)s")),
    "mail.skipped": ("unsubscribe", Tone.GREY, _("%(mail_kind)s: no e-mail was sent. %(text)s")),
    "mail.failed": ("block", Tone.RED, _("%(mail_kind)s: the e-mail to %(to)s was rejected. %(text)s")),
    "mail.unknown": (
        "help",
        Tone.AMBER,
        _("%(mail_kind)s: it is unknown whether the e-mail to %(to)s was sent. %(text)s"),
    ),
    "order.edited": ("edit", Tone.GREY, _("The order was edited. %(edited)s")),
    "order.split": ("call_split", Tone.BLUE, _("Split: %(lines)s moved to order %(number)s.")),
    "order.split_off": ("call_split", Tone.BLUE, _("Split from order %(number)s: %(lines)s.")),
    "order.merged": ("call_merge", Tone.AMBER, _("Merged into order %(number)s. Nothing is made under this number.")),
    "order.absorbed": ("call_merge", Tone.BLUE, _("Order %(number)s was merged into this one: %(lines)s.")),
    "hold.placed": ("pause_circle", Tone.AMBER, _("Held: %(reason)s. %(text)s")),
    "hold.changed": ("pause_circle", Tone.AMBER, _("Still held: %(reason)s. %(text)s")),
    "hold.postponed": ("event", Tone.GREY, _("The hold “%(reason)s” lasts until %(until)s.")),
    "hold.endless": ("event_busy", Tone.GREY, _("The hold “%(reason)s” lasts until it is released manually.")),
    "hold.owned": ("person", Tone.GREY, _("The hold “%(reason)s” was assigned to %(to)s.")),
    "hold.unowned": ("person_off", Tone.GREY, _("The hold “%(reason)s” is unassigned.")),
    "order.cooling_ended": ("send", Tone.BLUE, _("The cooling-off period was ended: the order is sent now.")),
    "hold.released": ("play_arrow", Tone.BLUE, _("The hold “%(reason)s” was released. %(note)s")),
    "alarm.raised": ("notification_important", Tone.RED, _("Alarm: %(reason)s. %(text)s")),
    "alarm.settled": ("check_circle", Tone.GREY, _("The alarm “%(reason)s” was settled. %(note)s")),
    "production.none": ("factory", Tone.BLUE, _("Nothing is in production.")),
    "production.sent": ("factory", Tone.BLUE, _("The order is at the vendor.")),
    "production.in_production": ("precision_manufacturing", Tone.BLUE, _("Production has begun.")),
    "production.done": ("inventory", Tone.GREEN, _("Everything has been produced.")),
    "production.failed": ("error", Tone.RED, _("Production failed.")),
    "shipment.none": ("local_shipping", Tone.BLUE, _("Nothing has been shipped.")),
    "shipment.partial": ("local_shipping", Tone.BLUE, _("Part of the order has been shipped.")),
    "shipment.shipped": ("local_shipping", Tone.BLUE, _("Everything has been shipped.")),
    "shipment.delivered": ("home_pin", Tone.GREEN, _("Everything has been delivered.")),
    "shipment.sent": ("package_2", Tone.BLUE, _("A parcel left with %(carrier)s, tracking code %(tracking_code)s.")),
    "shipment.arrived": ("home_pin", Tone.GREEN, _("Parcel %(tracking_code)s with %(carrier)s was delivered.")),
    "vendor.draft": ("edit_note", Tone.GREY, _("%(vendor)s has a draft of %(reference)s, number %(vendor_id)s.")),
    "vendor.submitted": ("send", Tone.GREY, _("%(reference)s was submitted to %(vendor)s.")),
    "vendor.checked": ("fact_check", Tone.GREY, _("%(vendor)s has checked %(reference)s.")),
    "vendor.in_production": ("precision_manufacturing", Tone.GREY, _("%(vendor)s is producing %(reference)s.")),
    "vendor.done": ("inventory", Tone.GREY, _("%(vendor)s has finished %(reference)s.")),
    "vendor.cancelled": ("cancel", Tone.GREY, _("%(vendor)s cancelled %(reference)s as requested.")),
    "vendor.take_back": (
        "undo",
        Tone.AMBER,
        _("A cancellation of %(reference)s was requested from %(vendor)s, so that it can be changed."),
    ),
    "vendor.cancelled_unasked": ("error", Tone.RED, _("%(vendor)s cancelled %(reference)s: %(cause)s")),
    "vendor.refused": ("block", Tone.RED, _("%(vendor)s rejected %(reference)s: %(said)s")),
    "vendor.silent": ("phonelink_ring", Tone.AMBER, _("No answer from %(vendor)s since %(since)s.")),
    "vendor.unreadable": (
        "phonelink_ring",
        Tone.AMBER,
        _("%(vendor)s did not return the current status of %(reference)s: %(text)s"),
    ),
    "vendor.unknown": ("help", Tone.AMBER, _("%(vendor)s reports an unknown status for %(reference)s.")),
    "vendor.unknown_word": (
        "help",
        Tone.AMBER,
        _("%(vendor)s reports for %(reference)s the unknown status “%(word)s”."),
    ),
    "vendor.adopted": ("link", Tone.GREY, _("%(reference)s was found at %(vendor)s as %(vendor_id)s.")),
    "vendor.found_again": (
        "link",
        Tone.GREY,
        _("After a restore from a backup, %(vendor)s already had %(reference)s, number %(vendor_id)s."),
    ),
    "order.adopted": (
        "move_to_inbox",
        Tone.GREY,
        _(
            "The order was known only to %(vendor)s and was brought in. What the customer paid is added when the "
            "shop sends the order again."
        ),
    ),
    "order.completed": (
        "add_shopping_cart",
        Tone.GREY,
        _("The shop sent the order again: customer and prices now come from the shop."),
    ),
    "vendor.draft_differs": (
        "difference",
        Tone.GREY,
        _("The draft of %(reference)s differed and was discarded: %(differences)s"),
    ),
    "vendor.duplicate": (
        "content_copy",
        Tone.RED,
        _("%(vendor)s has a second order for %(reference)s: %(other)s in addition to %(ours)s."),
    ),
    "vendor.history": ("history", Tone.GREY, "%(text)s"),
    "vendor.answer_differs": (
        "difference",
        Tone.GREY,
        _("The answer from %(vendor)s for %(reference)s differs from what was sent: %(differences)s"),
    ),
    "vendor.has_it": (
        "content_copy",
        Tone.AMBER,
        _(
            "%(vendor)s already has %(reference)s and did not accept it a second time (“%(text)s”). It counts as "
            "submitted. Compare it with the order at %(vendor)s."
        ),
    ),
    "files.checked": ("fact_check", Tone.GREY, _("The print files of %(reference)s can be used (%(checked)s).")),
    "files.checked_in_part": (
        "rule",
        Tone.GREY,
        _("Print files of %(reference)s: %(checked)s can be used, %(unseen)s (sftp) were not checked."),
    ),
    "files.accepted": ("gavel", Tone.GREY, _("The print files are sent unchanged. %(text)s")),
    "files.exchanged": ("swap_horiz", Tone.GREY, _("A print file of line %(line)s was replaced with %(name)s.")),
    "label.supplied": (
        "label",
        Tone.GREY,
        _("A label for %(reference)s was supplied: %(carrier)s, tracking code %(tracking_code)s."),
    ),
    "label.answered": ("outbound", Tone.GREY, _("%(vendor)s fetched the label of %(reference)s.")),
    "rule.ran": ("rule", Tone.GREY, _("The rule “%(rule)s” ran: %(actions)s.")),
    "rule.idle": ("rule", Tone.GREY, _("The rule “%(rule)s” matched but had nothing to do: %(actions)s.")),
    "rule.failed": ("error", Tone.RED, _("The rule “%(rule)s” failed. %(text)s")),
    "call.sent": ("call_made", Tone.GREY, _("%(host)s received the call from the rule “%(rule)s”.")),
    "call.failed": ("block", Tone.RED, _("The call from the rule “%(rule)s” to %(host)s was not received. %(text)s")),
    "call.dismissed": ("archive", Tone.GREY, _("The call from the rule “%(rule)s” to %(host)s was dismissed.")),
    "export.waiting": ("outgoing_mail", Tone.BLUE, _("The order will be sent to %(vendor)s.")),
    "export.changed": ("outgoing_mail", Tone.BLUE, _("The changes will be sent to %(vendor)s.")),
    "export.sent": ("mark_email_read", Tone.GREEN, _("The order was sent to %(vendor)s. %(text)s")),
    "export.corrected": ("mark_email_read", Tone.GREEN, _("The changes were sent to %(vendor)s. %(text)s")),
    "export.known": ("mark_email_read", Tone.GREEN, _("%(vendor)s already has the order. %(text)s")),
    "export.refused": ("block", Tone.RED, _("%(vendor)s did not accept the order: %(text)s")),
    "export.skipped": ("unsubscribe", Tone.GREY, _("The order is not sent to %(vendor)s: %(text)s")),
    "export.excluded": ("unsubscribe", Tone.GREY, _("The order should not be sent to %(vendor)s: %(text)s")),
    "export.opted_out": ("unsubscribe", Tone.GREY, _("The customer has opted out (%(consent)s): %(text)s")),
    "push.needs_attention": (
        "person_alert",
        Tone.RED,
        _("It is unknown whether %(vendor)s received %(reference)s: a decision is needed."),
    ),
    "push.decided": ("gavel", Tone.GREY, _("The outcome of a lost request about %(reference)s was set manually.")),
}

# Beginnings of the kinds that shops are not shown; apps above add theirs.
STAFF_ONLY = ["call.", "comment.", "mail.", "rule.", "vendor.silent", "vendor.unreadable"]


def describe(event: OrderEvent) -> str:
    """Return the event as a sentence in the active language: plain text, not yet escaped for HTML."""
    sentence = str(SENTENCES.get(event.kind, UNKNOWN)[2])
    if not sentence:
        return event.params.get("text") or event.kind
    if at := parse_datetime(event.params.get("vendor_time") or ""):
        params = {"text": event.params.get("text", ""), "time": date_format(localtime(at), "SHORT_DATETIME_FORMAT")}
        return _t("%(text)s (time at the vendor: %(time)s)") % params
    note = event.params.get("note")
    text = fill(sentence, _texts(event.params))
    if note and "%(note)s" not in sentence:
        return f"{text} {_NOTES.get(note, note)}"
    return text


_NOTES: Mapping[str, Promise] = {"silent": _("There has been no delivery update for a long time.")}


def _texts(params: Mapping[str, Any]) -> dict[str, str]:
    texts = {key: _plain(value) for key, value in params.items()}
    if "vendor" in params:
        texts["vendor"] = vendor_title(texts["vendor"])
    for describe_params in describe_event:
        texts |= describe_params(params)
    for name in ("since", "until"):
        if moment := parse_datetime(params.get(name) or ""):
            texts[name] = date_format(localtime(moment), "SHORT_DATETIME_FORMAT")
    if "to" in params and "mail_kind" in params:
        texts["to"] = personal(texts["to"])
    if "changes" in params:
        texts["edited"] = describe_changes(params["changes"])
    if params.get("reason") in HoldReason.values:
        texts["reason"] = str(HoldReason(params["reason"]).label)
    if "carrier" in params:
        # In capitals, as all pages write the carriers' keys.
        texts["carrier"] = texts["carrier"].upper() or _t("an unnamed carrier")
    if "tracking_code" in params and not texts["tracking_code"]:
        texts["tracking_code"] = _t("none")
    return texts


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(str(item) for item in value)
    return "" if value is None else str(value)
