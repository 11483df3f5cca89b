"""Who must have a second factor, and how sign-in is set up; one page."""

from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import Group, User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy

from backoffice.mail.services.sending import is_set_up
from backoffice.signin.admin.person_page import RolesField
from backoffice.signin.models import FactorRequirement
from backoffice.signin.services.requirement import FACTORS, require_factor, would_ask
from backoffice.signin.services.single_sign_on import is_single_sign_on, provider
from backoffice.staff.base import actor, staff_user
from backoffice.staff.pages import PagesAdmin
from backoffice.staff.recent_sign_in import require_fresh_identity
from backoffice.text.translatable import gettext as _

# People without a second factor that the page names.
_NAMED = 30


class FactorRulesForm(forms.Form):
    """Of whom a second factor is wanted."""

    everybody = forms.BooleanField(label=gettext_lazy("Everyone"), required=False)
    groups = RolesField(
        Group.objects.order_by("name"), label=gettext_lazy("Everyone with one of these roles"), required=False
    )


@admin.register(FactorRequirement)
class FactorRequirementAdmin(PagesAdmin):
    """Rules for all groups at once: who reads them sees who is missing."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        self.require_view(request)
        may_change = self.may(request, "change_factorrequirement")
        if request.method == "POST":
            self.require(request, "change_factorrequirement")
            require_fresh_identity(request)
        kept = set(FactorRequirement.objects.values_list("group", flat=True))
        initial = {"everybody": None in kept, "groups": [pk for pk in kept if pk]}
        form = FactorRulesForm(request.POST if request.method == "POST" else None, initial=initial)
        hits_reader = False
        if request.method == "POST" and form.is_valid():
            hits_reader = would_ask(staff_user(request), **form.cleaned_data)
            if not hits_reader or request.POST.get("confirmed"):
                return self._save(request, form)
        title = _("Sign-in rules")
        context = {"form": form, "may_change": may_change, "hits_reader": hits_reader, **_situation()}
        return self.render(request, "signin/rules.html", title=title, **context)

    def _save(self, request: HttpRequest, form: FactorRulesForm) -> HttpResponse:
        require_factor(**form.cleaned_data, actor=actor(request))
        messages.success(request, _("Saved. Anyone without a second factor is asked to set one up on their next page."))
        return HttpResponseRedirect(request.path)

    def detail_view(self, request: HttpRequest, rule: FactorRequirement) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:signin_factorrequirement_changelist"))


def _situation() -> dict[str, Any]:
    secured = Authenticator.objects.filter(type__in=FACTORS).values("user")
    staff = User.objects.filter(is_active=True, is_staff=True)
    without = staff.exclude(pk__in=secured)
    return {
        "by_setting": settings.SECOND_FACTOR,
        "people": staff.count(),
        "missing": without.count(),
        "without": without.order_by("-is_superuser", "username")[:_NAMED],
        "has_mail": is_set_up(),
        "has_provider": is_single_sign_on(),
        "provider": provider()["name"],
        "mapped": sorted(provider()["groups"].items()),
    }
