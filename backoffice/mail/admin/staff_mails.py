"""Which mails a member of staff wants: a small page for each."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy

from backoffice.mail.models import StaffMail
from backoffice.mail.services.choices import choose_for_staff
from backoffice.mail.services.kinds import Audience, kinds_for
from backoffice.mail.services.sending import is_set_up
from backoffice.staff.base import staff_user
from backoffice.staff.pages import PagesAdmin
from backoffice.text.translatable import gettext as _


def _staff_kinds() -> list[tuple[str, Any]]:
    return [(kind.name, kind.title) for kind in kinds_for(Audience.STAFF)]


class StaffMailForm(forms.Form):
    """What to be told of by mail, and in which language."""

    kinds = forms.MultipleChoiceField(choices=_staff_kinds, required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)


@admin.register(StaffMail)
class StaffMailAdmin(PagesAdmin):
    """Everybody chooses for themselves, and sees nobody else's choice."""

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.is_active and staff_user(request).is_staff

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        self.require_view(request)
        user = staff_user(request)
        chosen = StaffMail.objects.filter(user=user).first()
        language = chosen.language if chosen else (get_language() or "en")[:2]
        form = StaffMailForm(request.POST if request.method == "POST" else None, initial={"language": language})
        if request.method == "POST" and form.is_valid():
            choose_for_staff(user, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(request.path)
        on = set(chosen.kinds if chosen else ())
        return self.render(
            request,
            "mail/staff.html",
            title=_("My e-mails"),
            form=form,
            rows=[(kind, kind.name in on) for kind in kinds_for(Audience.STAFF)],
            address=user.email,
            is_set_up=is_set_up(),
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:mail_staffmail_changelist"))
