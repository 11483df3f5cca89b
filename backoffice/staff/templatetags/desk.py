"""What staff pages need in templates: icons, chips, money, times."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince, timeuntil

from backoffice.amounts import money
from backoffice.text.translatable import gettext
from backoffice.vendors.registry import vendor_title

if TYPE_CHECKING:  # the package of the staff pages loads all of them, and they load this
    from backoffice.states import Chip

register = template.Library()
register.filter(money)

NOTHING = mark_safe('<span class="nothing">–</span>')


@register.filter
def who(actor: str) -> str:
    """Return a label for who did it."""
    from backoffice.staff.actors import actor_label

    return actor_label(actor)


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """Return a Material Symbol, for the eye only: the label beside it is what is read aloud."""
    return format_html(
        '<span class="material-symbols-outlined {}" aria-hidden="true" translate="no">{}</span>', extra, name
    )


@register.simple_tag(name="chip")
def show_chip(value: "Chip") -> SafeString:
    """Render a chip: icon, label and tone."""
    return _chip(value.tone, value.icon, str(value.word), str(value.hint))


# A list shows the same few chips a hundred times.
@lru_cache(maxsize=512)
def _chip(tone: str, name: str, word: str, hint: str) -> SafeString:
    return format_html(
        '<span class="chip tone-{}"{}>{}<span class="chip-word">{}</span></span>',
        tone,
        format_html(' title="{}"', hint) if hint else "",
        icon(name),
        word,
    )


@register.filter
def number_of(value: Any) -> str:
    """Return a number that was kept as a text ("44.0") as its reader writes it; all else as it is."""
    try:
        return number_format(Decimal(str(value)), use_l10n=True)
    except InvalidOperation:
        return str(value)


@register.filter
def ago(when: datetime | None) -> SafeString:
    """Return how long ago (or how soon), the exact time on hover."""
    if when is None:
        return NOTHING
    now = timezone.now()
    if abs((now - when).total_seconds()) < 60:
        label = gettext("just now")
    elif when <= now:
        label = gettext("%(time)s ago") % {"time": timesince(when, now, depth=1)}
    else:
        label = gettext("in %(time)s") % {"time": timeuntil(when, now, depth=1)}
    return _time(when, label)


@register.filter
def age(when: datetime | None) -> SafeString:
    """Return how long something has lasted, the exact time on hover."""
    if when is None:
        return NOTHING
    return _time(when, timesince(when, depth=1))


@register.filter
def exact(when: datetime | None) -> SafeString:
    """Return date and time in the reader's zone, how long ago on hover."""
    if when is None:
        return NOTHING
    local = timezone.localtime(when)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        when.isoformat(timespec="seconds"),
        gettext("%(time)s ago") % {"time": timesince(when, depth=2)},
        date_format(local, "SHORT_DATETIME_FORMAT"),
    )


def _time(when: datetime, label: str) -> SafeString:
    """Return a time element; the page's script adds the exact time in the browser's zone, to be read on hover."""
    return format_html('<time datetime="{}" data-exact>{}</time>', when.isoformat(timespec="seconds"), label)


@register.filter
def vendor_name(vendor: str) -> str:
    """Return the vendor's title, by the name under which rows keep it."""
    return vendor_title(vendor)


@register.filter
def initials(name: str) -> str:
    """Return up to two letters for a round badge."""
    parts = str(name).split()
    return "".join(part[0] for part in (parts[:1] + parts[-1:] if len(parts) > 1 else parts[:1])).upper()


@register.filter
def item(mapping: dict[Any, Any], key: Any) -> Any:
    """Return `mapping[key]`, None when it is not there."""
    return mapping.get(key)


@register.simple_tag(takes_context=True)
def without(context: dict[str, Any], name: str) -> str:
    """Return the page's own address less one filter, from the first page on."""
    parameters = context["request"].GET.copy()
    for gone in (name, "older", "newer", "end", "after"):
        parameters.pop(gone, None)
    return f"?{parameters.urlencode()}"
