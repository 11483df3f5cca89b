"""Fetching labels from their page: asked first, since the download announces the pick-up; and copies added by hand."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext_lazy

from backoffice.staff.base import actor
from backoffice.staff.pages import act, get_visible_or_404
from backoffice.text.translatable import gettext as _
from fulfillment.admin.production_page.guard import desk_page, order_url, require_dispatch
from fulfillment.models import Label
from fulfillment.models.label import FETCHABLE
from fulfillment.services.downloads import MAX_BYTES
from fulfillment.services.labels import fetch_label, keep_label_copy


class FetchForm(forms.Form):
    """The day that the page named: a page left open overnight must not fetch for another day."""

    dispatch_on = forms.DateField(widget=forms.HiddenInput)


class CopyForm(forms.Form):
    """A label that somebody got elsewhere."""

    file = forms.FileField(label=gettext_lazy("Label as PDF, PNG or JPEG"), max_length=200)


def fetch(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the label and what its download causes; on POST fetch it."""
    require_dispatch(request)
    label = _find(pk)
    back = order_url(label.production_order, "labels")
    if label.state not in FETCHABLE:
        messages.info(request, label.can_fetch().reason)
        return HttpResponseRedirect(back)
    form = FetchForm(request.POST or None, initial={"dispatch_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():

        def start() -> str:
            fetch_label(label, actor=actor(request), dispatch_on=form.cleaned_data["dispatch_on"])
            return _("The label is being fetched; it appears here in a moment.")

        return act(request, start, to=back)
    earliest = label.production_order.shipping_earliest
    return desk_page(
        request,
        "fulfillment/fetch_label.html",
        title=_("Fetch a label"),
        label=label,
        order=label.production_order,
        form=form,
        back=back,
        today=timezone.localdate(),
        too_early=earliest is not None and timezone.localtime(earliest).date() > timezone.localdate(),
    )


def add_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a copy of a label that was announced and lost."""
    require_dispatch(request)
    label = _find(pk)
    back = order_url(label.production_order, "labels")
    form = CopyForm(request.POST, request.FILES)
    if not form.is_valid() or form.cleaned_data["file"].size > MAX_BYTES:
        messages.error(request, _("Choose a PDF, PNG or JPEG of at most %(size)d MB.") % {"size": MAX_BYTES // 1024**2})
        return HttpResponseRedirect(back)

    def keep() -> str:
        keep_label_copy(label, form.cleaned_data["file"].read(), actor=actor(request))
        return _("The copy is saved and can be printed.")

    return act(request, keep, to=back)


def _find(pk: int) -> Label:
    return get_visible_or_404(Label.objects.select_related("production_order"), pk=pk)
