"""What goes on by itself while an outcome is unknown, in sentences by the kind of the push."""

from django.conf import settings
from django.utils.translation import ngettext

from backoffice.engine.models import Push
from backoffice.engine.services.handlers import PUSH_HANDLERS, Recovery, handler_of
from backoffice.engine.services.reconcile import ABSENCES_NEEDED
from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import vendor_title

SEARCHED = (Recovery.SEARCH, Recovery.ASK_ANEW)


def recovery_of(push: Push) -> Recovery:
    """Return the recovery of its kind; of one that nobody has registered (any more) a person."""
    return handler_of(push).recovery(push) if push.kind in PUSH_HANDLERS else Recovery.PERSON


def unknown_situation(push: Push) -> str:
    """Return where it stands and what happens next."""
    recovery = recovery_of(push)
    if push.needs_attention and recovery in SEARCHED:
        text = _("It may or may not have happened at %(vendor)s, and searching has not settled it: decide.")
    elif push.needs_attention and recovery is Recovery.REPEAT:
        text = _("%(vendor)s was sent it several times, and no answer could be read: decide.")
    elif push.needs_attention:
        text = _("It may or may not have happened at %(vendor)s, and only a person can find out: decide.")
    elif recovery is Recovery.REPEAT:
        text = _("It may or may not have happened at %(vendor)s. It is sent again: twice counts once there.")
    elif recovery in SEARCHED:
        text = _("It may or may not have happened at %(vendor)s. We go on searching and send nothing meanwhile.")
    else:
        text = _("It may or may not have happened at %(vendor)s. Nothing is sent until a person has decided.")
    return text % {"vendor": vendor_title(push.vendor)}


def what_goes_on(push: Push) -> str:
    """Return what the product does about it by itself."""
    params = {"vendor": vendor_title(push.vendor), "searches": _searches(push), "needed": ABSENCES_NEEDED}
    match recovery_of(push):
        case Recovery.SEARCH:
            text = _(
                "%(searches)s It is sent again by itself after %(needed)d such proofs, the last one after the settle "
                "time."
            )
        case Recovery.ASK_ANEW:
            text = _("%(searches)s It is never sent again by itself: after such proofs a person is asked anew.")
        case Recovery.REPEAT:
            text = _("%(vendor)s counts it once however often it is sent, so it is sent again by itself.")
        case Recovery.CALLBACK:
            text = _(
                "%(vendor)s cannot be searched: a webhook may show it until the settle time is over. Nothing is sent "
                "again by itself."
            )
        case _:
            text = _("%(vendor)s shows nothing that could be searched for. Nothing is sent again by itself.")
    return text % params


def when_staff_are_asked(push: Push) -> str:
    """Return until when it goes on so."""
    if push.needs_attention and recovery_of(push) in SEARCHED:
        return _("It has been handed to a person; the search goes on meanwhile.")
    if push.needs_attention:
        return _("It has been handed to a person.")
    if recovery_of(push) in SEARCHED:
        text = _("After %(hours)g hours without a proof it is handed to a person.")
        return text % {"hours": settings.PUSH_UNKNOWN_HOURS}
    if recovery_of(push) is Recovery.REPEAT:
        return ""
    return _("It is handed to a person once the settle time is over.")


def _searches(push: Push) -> str:
    text = ngettext(
        "%(looks)d search so far, %(absences)d of them proved that it is not there.",
        "%(looks)d searches so far, %(absences)d of them proved that it is not there.",
        push.looks,
    )
    return text % {"looks": push.looks, "absences": push.absences}
