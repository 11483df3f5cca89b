"""The forms that hold an order and say on what terms: why, who takes care of it, and until when."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from backoffice.errors import InvalidInput
from backoffice.staff.base import actor
from backoffice.staff.pages import act, get_visible_or_404
from backoffice.staff.text_fields import ParagraphField
from backoffice.text.translatable import gettext as _
from orders.admin.order_page.frame import Pages, find_order, order_url
from orders.models import Hold
from orders.services.hold_terms import change_terms
from orders.services.holds import HoldTerms

LONGEST_REASON = 1000


class TermsForm(forms.Form):
    """Who takes care of the hold, and until when it lasts; both may be left open."""

    until = forms.DateTimeField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("Released automatically then. Empty: until it is released by hand."),
    )
    owner = forms.ModelChoiceField(
        label=gettext_lazy("Assigned to"),
        queryset=User.objects.filter(is_staff=True, is_active=True).order_by("first_name", "username"),
        required=False,
        empty_label=gettext_lazy("unassigned"),
    )

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["owner"].label_from_instance = lambda user: user.get_full_name() or user.get_username()  # type: ignore[attr-defined]

    @property
    def terms(self) -> HoldTerms:
        until: datetime | None = self.cleaned_data["until"]
        return HoldTerms(self.cleaned_data["owner"], until)


class HoldForm(TermsForm):
    """Why the order waits; kept in the timeline."""

    reason = ParagraphField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 3, "autofocus": True}),
    )
    field_order = ("reason", "until", "owner")


def terms_form(hold: Hold, data: Any = None) -> TermsForm:
    return TermsForm(data, initial={"until": hold.until, "owner": hold.owner_id}, auto_id=f"hold-{hold.pk}-%s")


@require_POST
def terms(request: HttpRequest, pk: int, hold_pk: int) -> HttpResponse:
    """Save who takes care of a hold, and until when it lasts."""
    order = find_order(request, pk)
    hold = get_visible_or_404(Hold, pk=hold_pk, order=order)
    form = terms_form(hold, request.POST)

    def do() -> str:
        if not form.is_valid():
            texts = [str(text) for some in form.errors.values() for text in some]
            raise InvalidInput(" ".join(texts), errors={})
        change_terms(hold, terms=form.terms, actor=actor(request))
        return _("Saved.")

    return act(request, do, to=order_url(pk))


PAGES: Pages = [("<int:pk>/holds/<int:hold_pk>/terms/", "terms", terms)]
