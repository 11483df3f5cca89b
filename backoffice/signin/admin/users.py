"""Staff: the list, the page of each, and what lets them in and out.

Nobody gives or takes what they do not hold: `accounts/services/staff_rights.py` and `services/people.py` decide.
"""

from typing import Any

from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from unfold.forms import AdminPasswordChangeForm

from backoffice.accounts.services.staff_rights import can_lose_superuser, grantable_groups, holds_no_more
from backoffice.accounts.services.visibility import set_shops
from backoffice.errors import DomainError, InvalidInput
from backoffice.mail.services.sending import is_set_up
from backoffice.signin.admin.person_page import PersonForm, RolesField, ShopsForm, person_context, title_of
from backoffice.signin.admin.staff_list import StaffList
from backoffice.signin.services import accounts, blocks, people
from backoffice.staff.base import staff_user
from backoffice.staff.pages import PagesAdmin, View, act, find_or_404
from backoffice.staff.recent_sign_in import GuardsForms, fresh_identity_required, require_fresh_identity
from backoffice.staff.text_fields import EmailCodeField, LineField
from backoffice.text.translatable import gettext as _


class InvitationForm(forms.Form):
    """Who is invited, and as what."""

    email = EmailCodeField(label=gettext_lazy("E-mail address"), max_length=254)
    first_name = LineField(label=gettext_lazy("First name"), max_length=150, required=False)
    last_name = LineField(label=gettext_lazy("Last name"), max_length=150, required=False)
    groups = RolesField(Group.objects.none(), label=gettext_lazy("Roles"))

    def __init__(self, *args: Any, actor: User, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["groups"]
        field.queryset = grantable_groups(actor).order_by("name")


admin.site.unregister(User)


@admin.register(User)
class StaffPeopleAdmin(GuardsForms, PagesAdmin, DjangoUserAdmin):
    """Its changing pages are for who manages accounts, and reach only accounts that hold no more than they."""

    list_page = StaffList
    change_password_form = AdminPasswordChangeForm

    def pages(self) -> list[tuple[str, str, View]]:
        return [
            ("add/", "add", self.invite),
            ("invite/", "invite", self.invite),
            ("<int:pk>/shops/", "shops", self.choose_shops),
            ("<int:pk>/active/", "active", self.switch),
            ("<int:pk>/clear-rights/", "clear_rights", self.clear_rights),
            ("<int:pk>/send-link/", "send_link", self.send_link),
            ("<int:pk>/remove-factors/", "remove_factors", self.remove_factors),
            ("<int:pk>/end-sessions/", "end_sessions", self.end_sessions),
            ("<int:pk>/lift-block/", "lift_block", self.lift_block),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show what somebody may do and change who they are; not renewed by itself, since it is a form."""
        self.require_view(request)
        person = find_or_404(User, object_id)
        require_fresh_identity(request)
        actor = staff_user(request)
        form = PersonForm(request.POST if request.method == "POST" else None, person=person, actor=actor)
        if request.method == "POST":
            self._require_change(request, person)
            if form.is_valid() and self._keep(request, form, person):
                return HttpResponseRedirect(_url(person.pk))
        shops = ShopsForm(owner=person, actor=actor)
        return self._person_page(request, person, form=form, shops=shops)

    @fresh_identity_required
    def choose_shops(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Keep which shops somebody sees."""
        person = self._changeable(request, pk)
        form = ShopsForm(request.POST or None, owner=person, actor=staff_user(request))

        def do() -> str:
            if not form.is_valid():
                raise InvalidInput(_("Choose shops from the list."), errors={})
            set_shops(person, form.chosen, actor=staff_user(request))
            return _("Saved.")

        return act(request, do, to=_url(pk))

    @fresh_identity_required
    def switch(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Deactivate an account, or activate it again."""
        person = self._changeable(request, pk)
        active = request.POST.get("active") == "1"

        def do() -> str:
            people.set_active(person, active=active, actor=staff_user(request))
            return _("The account is active.") if active else _("The account is deactivated and signed out everywhere.")

        return act(request, do, to=_url(pk))

    @fresh_identity_required
    def clear_rights(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take away what somebody may do beside their roles."""
        person = self._changeable(request, pk)

        def do() -> str:
            people.clear_direct_rights(person, actor=staff_user(request))
            return _("All rights now come from roles.")

        return act(request, do, to=_url(pk))

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:
        """Set a password; one's own begins the session under another key, which can be ended as the one before."""
        require_fresh_identity(request)
        before = request.session.session_key
        response = super().user_change_password(request, id, form_url)
        if request.session.session_key != before:
            UserSession.objects.create_from_request(request)
        return response

    @method_decorator(never_cache)
    @fresh_identity_required
    def invite(self, request: HttpRequest) -> HttpResponse:
        """Make an account, and send the link that sets its password."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = InvitationForm(request.POST if request.method == "POST" else None, actor=staff_user(request))
        if request.method == "POST" and form.is_valid():
            try:
                user, link = accounts.invite(**form.cleaned_data, actor=staff_user(request))
            except DomainError as error:
                form.add_error("email" if error.code == "email_taken" else "groups", error.text)
            else:
                text = _("%(email)s was invited.") % {"email": user.email}
                return self._after_link(request, user, link, text=text, to=reverse("admin:auth_user_changelist"))
        title = _("Invite a colleague")
        return self.render(request, "signin/invite.html", title=title, form=form, has_mail=is_set_up())

    @method_decorator(never_cache)
    @fresh_identity_required
    def send_link(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send a link to set a new password."""
        user = self._changeable(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            link = accounts.send_link(user, actor=staff_user(request))
        except DomainError as error:
            messages.error(request, error.text)
            return HttpResponseRedirect(_url(pk))
        text = _("A link to set a password was sent to %(email)s.") % {"email": user.email}
        return self._after_link(request, user, link, text=text, to=_url(pk))

    @fresh_identity_required
    def remove_factors(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let somebody in without the second factor that they lost."""
        user = self._changeable(request, pk)

        def do() -> str:
            accounts.remove_factors(user, actor=staff_user(request))
            return _("The second factor was removed, and open sessions were signed out.")

        return act(request, do, to=_url(pk))

    @fresh_identity_required
    def end_sessions(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End what is open of somebody."""
        user = self._changeable(request, pk)

        def do() -> str:
            accounts.end_sessions(user, but=str(request.session.session_key))
            return _("All open sessions of this account were signed out.")

        return act(request, do, to=_url(pk))

    @fresh_identity_required
    def lift_block(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let somebody try again who is blocked after wrong passwords."""
        user = self._changeable(request, pk)

        def do() -> str:
            blocks.lift_block(user, actor=staff_user(request))
            self.log_change(request, user, "Sign-in unblocked.")
            return _("They can sign in again.")

        return act(request, do, to=_url(pk))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("auth.add_user")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("auth.change_user") and _may_manage(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        may = request.user.has_perm("auth.delete_user") and _may_manage(request, obj)
        return may and (not isinstance(obj, User) or (obj.pk != request.user.pk and bool(can_lose_superuser(obj))))

    def _keep(self, request: HttpRequest, form: PersonForm, person: User) -> bool:
        """Return whether the form's values were kept; what is refused stands at its fields."""
        try:
            people.change_person(person, form.values, actor=staff_user(request))
        except InvalidInput as error:
            for field, texts in error.errors.items():
                form.add_error(field, texts)
        except DomainError as error:
            form.add_error(None, error.text)
        else:
            messages.success(request, _("Saved."))
            return True
        return False

    def _person_page(self, request: HttpRequest, person: User, **forms_of: forms.Form) -> HttpResponse:
        context = person_context(person.pk, actor=staff_user(request)) | forms_of
        may_change = self.has_change_permission(request, person)
        may_delete = self.has_delete_permission(request, person)
        return self.render(
            request,
            "people/person.html",
            title=title_of(person),
            may_change=may_change,
            may_delete=may_delete,
            **context,
        )

    def _require_change(self, request: HttpRequest, person: User) -> None:
        if not self.has_change_permission(request, person):
            raise PermissionDenied

    def _changeable(self, request: HttpRequest, pk: int) -> User:
        if not self.has_change_permission(request):
            raise PermissionDenied
        user = find_or_404(User, pk)
        self._require_change(request, user)
        return user

    def _after_link(self, request: HttpRequest, user: User, link: str, *, text: str, to: str) -> HttpResponse:
        """Say that a mail brings it; where none can, show the link in this answer alone."""
        if link:
            title = _("Link for %s") % user
            return self.render(request, "signin/link.html", title=title, link=link, back=to, person=user)
        messages.success(request, text)
        return HttpResponseRedirect(to)


def _may_manage(request: HttpRequest, obj: Model | None) -> bool:
    return not isinstance(obj, User) or holds_no_more(obj, than=staff_user(request))


def _url(pk: int) -> str:
    return reverse("admin:auth_user_change", args=[pk])
