"""The buttons of one change set: each calls one service and goes back to the set's page."""

from collections.abc import Callable

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import ngettext

from backoffice.errors import Unavailable
from backoffice.staff.base import actor, staff_user
from backoffice.staff.pages import act
from backoffice.staff.text_fields import posted_text
from backoffice.text.structs import Text
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import join_sentences
from backoffice.vendors.errors import VendorError
from backoffice.vendors.explaining import explain
from backoffice.vendors.registry import vendor_title
from catalog.labels import account_label, describe_values
from catalog.models import ChangeSet
from catalog.services.change_sets.approval import approve_change_set
from catalog.services.change_sets.checking import check_change_set
from catalog.services.change_sets.editing import confirm_removals, discard_change_set, remove_changes, reopen_change_set
from catalog.services.change_sets.restoring import restore
from catalog.services.pushing.starting import push_change_set, schedule_change_set, unschedule_change_set
from catalog.services.pushing.verifying import read_back_again
from catalog.tasks import check_changes

# More would keep the browser waiting for the vendor's whole list.
CHECKED_AT_ONCE = 200


class ScheduleForm(forms.Form):
    """When, in the reader's zone."""

    at = forms.DateTimeField()


def page_of_set(change_set: ChangeSet) -> str:
    return reverse("admin:catalog_changeset_change", args=[change_set.pk])


def perform(name: str, request: HttpRequest, change_set: ChangeSet) -> HttpResponse:
    """Do what the button says, one of NAMES."""
    page = page_of_set(change_set)
    if name == "restore":
        text = _("Draft created: it restores what %(vendor)s had before, %(account)s.")
        text %= {"vendor": vendor_title(change_set.vendor), "account": account_label(change_set.kind)}
        return act_and_open(request, lambda: restore(change_set, actor=actor(request)), text=text, back=page)
    to = f"{page}?rows=losses#rows" if name == "tick" else page
    return act(request, lambda: _ACTIONS[name](request, change_set), to=to)


def act_and_open(request: HttpRequest, make: Callable[[], ChangeSet], *, text: str, back: str) -> HttpResponse:
    """Make a change set and go to its page; a refusal is shown on the page `back`."""
    made: list[ChangeSet] = []

    def do() -> str:
        made.append(make())
        return text

    response = act(request, do, to=back)
    if made:
        response["Location"] = page_of_set(made[0])
    return response


def _check(request: HttpRequest, change_set: ChangeSet) -> str:
    """Compare with what the vendor holds; large sets in the background."""
    if change_set.changes.count() > CHECKED_AT_ONCE:
        check_changes.delay(change_set.pk, actor(request))
        return _("Comparing with the vendor. The differences will appear on this page.")
    try:
        checked = check_change_set(change_set, actor=actor(request))
    except VendorError as error:
        cause = explain(change_set.vendor, error.text).line
        raise Unavailable(join_sentences(_("The values could not be read from the vendor."), cause)) from error
    return _("Compared with the vendor. What would change: %(values)s.") % {"values": describe_values(checked)}


def _approve(request: HttpRequest, change_set: ChangeSet) -> str:
    reason = posted_text(request.POST, "reason", kind=Text.PARAGRAPH)
    seen = request.POST.get("revision", "")
    approve_change_set(change_set, user=staff_user(request), override_reason=reason, revision=seen)
    return _("Approved. Nothing has been sent yet.")


def _push(request: HttpRequest, change_set: ChangeSet) -> str:
    push_change_set(change_set, user=staff_user(request))
    params = {"values": describe_values(change_set), "vendor": vendor_title(change_set.vendor)}
    return _("Sending %(values)s to %(vendor)s.") % params


def _schedule(request: HttpRequest, change_set: ChangeSet) -> str:
    form = ScheduleForm(request.POST)
    if not form.is_valid():
        raise Unavailable(_("Enter a valid date and time."), code="invalid")
    schedule_change_set(change_set, at=form.cleaned_data["at"], user=staff_user(request))
    return _("It will be sent at the scheduled time.")


def _unschedule(request: HttpRequest, change_set: ChangeSet) -> str:
    unschedule_change_set(change_set, actor=actor(request))
    return _("No longer scheduled.")


def _reopen(request: HttpRequest, change_set: ChangeSet) -> str:
    reopen_change_set(change_set, actor=actor(request))
    return _("Open for editing again; the approval was removed.")


def _discard(request: HttpRequest, change_set: ChangeSet) -> str:
    discard_change_set(change_set, actor=actor(request))
    return _("Discarded: nothing will be sent.")


def _confirm_removals(request: HttpRequest, change_set: ChangeSet) -> str:
    """Confirm exactly the boxes of one SKU that are ticked."""
    keys = request.POST.getlist("key")
    change = confirm_removals(change_set, sku=_sku(request, change_set), keys=keys, actor=actor(request))
    text = ngettext("%(sku)s: %(count)d deletion confirmed.", "%(sku)s: %(count)d deletions confirmed.", len(keys))
    return text % {"sku": change.sku, "count": len(keys)}


def _remove(request: HttpRequest, change_set: ChangeSet) -> str:
    sku = _sku(request, change_set)
    remove_changes(change_set, skus=[sku], actor=actor(request))
    return _("%s was removed from the change set. Compare again before approving.") % sku


def _read_back(request: HttpRequest, change_set: ChangeSet) -> str:
    read_back_again(change_set, actor=actor(request))
    return _("The values that differed are being read back again.")


def _sku(request: HttpRequest, change_set: ChangeSet) -> str:
    """Return the row's SKU. Raises Unavailable for one that is not in the set (any more)."""
    sku = posted_text(request.POST, "sku", kind=Text.CODE)
    if not change_set.changes.filter(sku=sku).exists():
        raise Unavailable(_("This SKU is no longer in the change set."), code="gone")
    return sku


_ACTIONS: dict[str, Callable[[HttpRequest, ChangeSet], str]] = {
    "check": _check,
    "approve": _approve,
    "push": _push,
    "schedule": _schedule,
    "unschedule": _unschedule,
    "reopen": _reopen,
    "discard": _discard,
    "tick": _confirm_removals,
    "remove": _remove,
    "read_back": _read_back,
}
NAMES = (*_ACTIONS, "restore")
# What is not named needs the right to change change sets.
PERMISSIONS = {"approve": "approve_changeset", "push": "push_changeset", "schedule": "push_changeset"}
