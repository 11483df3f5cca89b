"""Accounts in the admin: added, changed and removed by who has lately shown who they are."""

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from backoffice.engine.services.vendor_status import check_vendor
from backoffice.errors import DomainError, InvalidInput
from backoffice.staff.base import actor
from backoffice.staff.pages import PagesAdmin, View, act, find_or_404
from backoffice.staff.recent_sign_in import fresh_identity_required
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import join_sentences
from backoffice.vendor_accounts.admin.forms import VendorAccountForm
from backoffice.vendor_accounts.models import VendorAccount
from backoffice.vendor_accounts.services import accounts
from backoffice.vendor_accounts.services.checking import fields_of
from backoffice.vendors.abilities import CallsSecretAddresses
from backoffice.vendors.kept_accounts import FieldKind
from backoffice.vendors.registry import (
    UnknownVendor,
    has_ability,
    is_for_tests,
    test_names,
    vendor_names,
    vendor_title,
)

_ADD, _CHANGE, _REMOVE = "add_vendoraccount", "change_vendoraccount", "delete_vendoraccount"


@admin.register(VendorAccount)
class VendorAccountAdmin(PagesAdmin):
    """They are listed on the page of integrations; only what is changed has pages of its own."""

    def pages(self) -> list[tuple[str, str, View]]:
        return [
            ("new/<slug:vendor>/", "new", self.new),
            ("<int:pk>/edit/", "edit", self.edit),
            ("<int:pk>/renew-secret/", "renew_secret", self.renew_secret),
            ("<int:pk>/remove/", "remove", self.remove),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        self.require_view(request)
        return HttpResponseRedirect(_url())

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self.require_view(request)
        return HttpResponseRedirect(_url(find_or_404(VendorAccount, object_id)))

    @method_decorator(sensitive_post_parameters())
    @method_decorator(never_cache)
    @fresh_identity_required
    def new(self, request: HttpRequest, vendor: str) -> HttpResponse:
        """Add an account, and ask the vendor at once whether it lets us in."""
        self.require(request, _ADD)
        _ensure_known(vendor)
        form = VendorAccountForm(request.POST or None, vendor=vendor)
        if request.method == "POST" and form.is_valid():
            try:
                account = accounts.add_account(vendor, form.values, actor=actor(request))
            except DomainError as error:
                _add_errors(form, error)
            else:
                _test(request, account)
                return HttpResponseRedirect(_url(account))
        title = _("New account at %(vendor)s") % {"vendor": vendor_title(vendor)}
        return self._show(request, form, title=title, is_test=is_for_tests(vendor))

    @method_decorator(sensitive_post_parameters())
    @method_decorator(never_cache)
    @fresh_identity_required
    def edit(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Change it; new credentials are tried at once."""
        self.require(request, _CHANGE)
        account = _present(pk)
        form = VendorAccountForm(request.POST or None, vendor=account.vendor, account=account)
        if request.method == "POST" and form.is_valid():
            try:
                changed = accounts.change_account(account, form.values, actor=actor(request))
            except DomainError as error:
                _add_errors(form, error)
            else:
                messages.success(request, _("Saved."))
                if changed.version != account.version:
                    _test(request, changed)
                return HttpResponseRedirect(_url(account))
        return self._show(
            request,
            form,
            title=str(account),
            account=account,
            is_test=is_for_tests(account.vendor),
            may_remove=self.may(request, _REMOVE),
            removable=accounts.can_remove_account(account),
            has_secret=has_ability(account.vendor, CallsSecretAddresses) and _makes_secret(account.vendor),
        )

    @fresh_identity_required
    def renew_secret(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, _CHANGE)
        account = _present(pk)

        def do() -> str:
            accounts.renew_callback_secret(account, actor=actor(request))
            return _("A new secret was created. The previous one stays valid until the next change.")

        return act(request, do, to=reverse("admin:vendor_accounts_vendoraccount_edit", args=[pk]))

    @fresh_identity_required
    def remove(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, _REMOVE)
        account = _present(pk)

        def do() -> str:
            accounts.remove_account(account, actor=actor(request))
            return _("%(account)s was removed. What was sent from it is kept.") % {"account": account}

        # A refusal is shown where the reason can be dealt with.
        to = _url() if accounts.can_remove_account(account) else _url(account)
        return act(request, do, to=to)

    def _show(self, request: HttpRequest, form: VendorAccountForm, *, title: str, **context: Any) -> HttpResponse:
        return self.render(request, "vendor_accounts/form.html", title=title, form=form, back=_url(), **context)


def _test(request: HttpRequest, account: VendorAccount) -> None:
    """Say whether the vendor lets the account in. It is kept whatever comes of it, and can be mended."""
    check = check_vendor(account.name)
    name = {"account": account}
    if check.is_ok and check.is_asked:
        messages.success(request, _("%(account)s answered: %(text)s") % (name | {"text": check.text}))
    elif check.is_ok:
        messages.info(request, join_sentences(_("%(account)s was not contacted.") % name, check.text))
    else:
        saved = _("%(account)s is saved but does not work yet.") % name
        messages.error(request, join_sentences(saved, check.text, check.remedy))


def _makes_secret(vendor: str) -> bool:
    return any(field.kind == FieldKind.MADE for field in fields_of(vendor))


def _present(pk: int) -> VendorAccount:
    account = find_or_404(VendorAccount, pk)
    if account.retired_at is not None:
        raise Http404
    return account


def _ensure_known(vendor: str) -> None:
    """Raise Http404 for a vendor that is not known, or that has one account only."""
    try:
        fields = fields_of(vendor)
    except UnknownVendor:
        raise Http404 from None
    if not fields or vendor not in (*vendor_names(), *test_names()):
        raise Http404


def _add_errors(form: VendorAccountForm, error: DomainError) -> None:
    if not isinstance(error, InvalidInput):
        form.add_error(None, error.text)
        return
    for name, texts in error.errors.items():
        form.add_error(name if name in form.fields else None, texts)


def _url(account: VendorAccount | None = None) -> str:
    anchor = f"#{account.name}" if account else ""
    return f"{reverse('admin:engine_integration_changelist')}{anchor}"
