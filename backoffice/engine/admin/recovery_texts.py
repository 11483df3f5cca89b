"""What goes on by itself while an outcome is unknown, in sentences by the kind of the push."""

from django.conf import settings
from django.utils.translation import ngettext

from backoffice.engine.models import Push
from backoffice.engine.services.handlers import PUSH_HANDLERS, Recovery, handler_of
from backoffice.engine.services.reconcile import ABSENCES_NEEDED
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import join_sentences
from backoffice.vendors.registry import vendor_title

SEARCHED = (Recovery.SEARCH, Recovery.ASK_ANEW)


def recovery_of(push: Push) -> Recovery:
    """Return the recovery of its kind; of one that nobody has registered (any more) a person."""
    return handler_of(push).recovery(push) if push.kind in PUSH_HANDLERS else Recovery.PERSON


def unknown_situation(push: Push) -> str:
    """Return where it stands and what happens next."""
    recovery = recovery_of(push)
    if push.needs_attention and recovery in SEARCHED:
        text = _("It may or may not have arrived at %(vendor)s, and searching has not settled it: decide.")
    elif push.needs_attention and recovery is Recovery.REPEAT:
        text = _("It was sent to %(vendor)s several times, and no answer could be read: decide.")
    elif push.needs_attention:
        text = _("It may or may not have arrived at %(vendor)s, and this cannot be settled automatically: decide.")
    elif recovery is Recovery.REPEAT:
        text = _("It may or may not have arrived at %(vendor)s. It is sent again: duplicates count once there.")
    elif recovery in SEARCHED:
        text = _("It may or may not have arrived at %(vendor)s. The search continues; nothing is sent in the meantime.")
    else:
        text = _("It may or may not have arrived at %(vendor)s. Nothing is sent until a decision is made.")
    return text % {"vendor": vendor_title(push.vendor)}


def what_goes_on(push: Push) -> str:
    """Return what the product does about it by itself."""
    params = {"vendor": vendor_title(push.vendor), "needed": ABSENCES_NEEDED}
    match recovery_of(push):
        case Recovery.SEARCH:
            text = _(
                "It is sent again automatically after %(needed)d searches without a match, the last one after the "
                "settle time."
            )
            return join_sentences(_searches(push), text % params)
        case Recovery.ASK_ANEW:
            text = _("It is never sent again automatically: after such results, another decision is needed.")
            return join_sentences(_searches(push), text)
        case Recovery.REPEAT:
            text = _("%(vendor)s counts it once however often it is sent, so it is sent again automatically.")
        case Recovery.CALLBACK:
            text = _(
                "%(vendor)s cannot be searched: until the settle time is over, an incoming webhook may show "
                "whether it arrived. Nothing is sent again automatically."
            )
        case _:
            text = _("%(vendor)s offers nothing to search for. Nothing is sent again automatically.")
    return text % params


def when_staff_are_asked(push: Push) -> str:
    """Return until when it goes on so."""
    if push.needs_attention and recovery_of(push) in SEARCHED:
        return _("A decision is needed; the search continues in the meantime.")
    if push.needs_attention:
        return _("A decision is needed.")
    if recovery_of(push) in SEARCHED:
        text = _("After %(hours)g hours without proof, a decision is needed.")
        return text % {"hours": settings.PUSH_UNKNOWN_HOURS}
    if recovery_of(push) is Recovery.REPEAT:
        return ""
    return _("A decision is needed once the settle time is over.")


def _searches(push: Push) -> str:
    text = ngettext(
        "%(looks)d search so far, %(absences)d without a match.",
        "%(looks)d searches so far, %(absences)d without a match.",
        push.looks,
    )
    return text % {"looks": push.looks, "absences": push.absences}
