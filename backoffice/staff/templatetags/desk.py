"""What staff pages need in templates: icons, chips, money, times."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import npgettext_lazy, pgettext

from backoffice.amounts import money
from backoffice.sight import may_see_payments, may_see_personal_data, may_see_purchase_prices, payment, personal
from backoffice.text.translatable import gettext
from backoffice.vendors.registry import vendor_title

if TYPE_CHECKING:  # the package of the staff pages loads all of them, and they load this
    from backoffice.states import Chip

register = template.Library()
# After "ago" and "in", where other languages inflect the unit.
_RELATIVE: dict[str, Any] = {
    "year": npgettext_lazy("relative time", "%(num)d year", "%(num)d years", "num"),
    "month": npgettext_lazy("relative time", "%(num)d month", "%(num)d months", "num"),
    "week": npgettext_lazy("relative time", "%(num)d week", "%(num)d weeks", "num"),
    "day": npgettext_lazy("relative time", "%(num)d day", "%(num)d days", "num"),
    "hour": npgettext_lazy("relative time", "%(num)d hour", "%(num)d hours", "num"),
    "minute": npgettext_lazy("relative time", "%(num)d minute", "%(num)d minutes", "num"),
}
register.filter(money)
register.filter(personal)
register.filter(payment)
# "{% may_see_purchase_prices as sees_costs %}": what stands in it then is left out for who may not.
for _asked in (may_see_personal_data, may_see_purchase_prices, may_see_payments):
    register.simple_tag(_asked)

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


@register.filter
def chips(values: "Iterable[Chip]") -> SafeString:
    """Render several chips, side by side."""
    return format_html_join("", "{}", ((show_chip(one),) for one in values))


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
def percent(value: Any) -> str:
    """Return a number of percent, or the text of one, as its reader writes it: "12.5%", "12,5 %"."""
    number = value if isinstance(value, str) else number_format(value, use_l10n=True)
    return pgettext("percent", "%(number)s%%") % {"number": number}


@register.filter
def ago(when: datetime | None) -> SafeString:
    """Return how long ago (or how soon), the exact time on hover."""
    if when is None:
        return NOTHING
    now = timezone.now()
    if abs((now - when).total_seconds()) < 60:
        label = gettext("just now")
    elif when <= now:
        label = gettext("%(time)s ago") % {"time": timesince(when, now, time_strings=_RELATIVE, depth=1)}
    else:
        label = gettext("in %(time)s") % {"time": timeuntil(when, now, time_strings=_RELATIVE, depth=1)}
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
        gettext("%(time)s ago") % {"time": timesince(when, time_strings=_RELATIVE, depth=2)},
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
