"""What the catalogue's pages need in templates: vendors' HTML and addresses made harmless, durations."""

from datetime import timedelta
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from backoffice.text.translatable import gettext as _
from catalog.chips import change_chip, change_lines, kind_chips, offer_chip, picture_chip, variant_chip
from catalog.labels import account_label, describe_event, run_label
from catalog.services.vendor_html import clean_html

register = template.Library()
for _shown in (change_chip, change_lines, offer_chip, variant_chip, kind_chips, picture_chip, describe_event):
    register.filter(_shown)
register.filter("account", account_label)
register.filter("run_kind", run_label)


@register.filter
def vendor_html(text: str) -> SafeString:
    """Return a vendor's description without anything that could act or load."""
    return mark_safe(clean_html(text))  # noqa: S308  # just cleaned


@register.filter
def web_address(url: Any) -> str:
    """Return the address when it is one of the web, else nothing: vendors' addresses go into src and href."""
    text = str(url or "").strip()
    return text if text.lower().startswith(("https://", "http://")) else ""


@register.filter
def file_name(url: str) -> str:
    """Return the last part of an address, without the query."""
    return str(url).split("?", 1)[0].rstrip("/").rsplit("/", 1)[-1]


@register.filter
def as_value(value: Any) -> str:
    """Return a property's value: flags as words, the rest as it is."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "–" if value in (None, "") else str(value)


@register.filter
def as_duration(duration: timedelta) -> str:
    """Return hours, minutes and seconds, the larger two that matter."""
    seconds = int(duration.total_seconds())
    if seconds < 60:
        return _("%(seconds)d s") % {"seconds": seconds}
    if seconds < 3600:
        return _("%(minutes)d min %(seconds)d s") % {"minutes": seconds // 60, "seconds": seconds % 60}
    return _("%(hours)d h %(minutes)d min") % {"hours": seconds // 3600, "minutes": seconds % 3600 // 60}
