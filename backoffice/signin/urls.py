"""The addresses of the door, named as the library wants them. What is not here cannot be reached: no account is opened
from outside, and nobody changes their e-mail address or links accounts by themselves.
"""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from django.urls import path, re_path
from django.views.generic import RedirectView

from backoffice.signin import views
from backoffice.signin.pages import framed

_MINE = RedirectView.as_view(pattern_name="admin:my_sign_in")

urlpatterns = [
    path("login/", RedirectView.as_view(pattern_name="admin:login", query_string=True), name="account_login"),
    path("logout/", views.sign_out, name="account_logout"),
    path("closed/", framed(account.account_inactive), name="account_inactive"),
    path("signup/", views.closed, name="account_signup"),
    path("again/", views.sign_in_again, name="signin_again"),
    path("again/password/", framed(account.reauthenticate), name="account_reauthenticate"),
    path("again/code/", framed(factors.reauthenticate), name="mfa_reauthenticate"),
    path("again/passkey/", framed(keys.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("password/change/", framed(account.password_change), name="account_change_password"),
    path("password/set/", framed(account.password_set), name="account_set_password"),
    path("password/lost/", framed(account.password_reset), name="account_reset_password"),
    path("password/lost/sent/", framed(account.password_reset_done), name="account_reset_password_done"),
    path(
        "password/new/done/", framed(account.password_reset_from_key_done), name="account_reset_password_from_key_done"
    ),
    re_path(
        r"^password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        framed(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("second-factor/", views.choose_factor, name="signin_choose_factor"),
    path("second-factor/mine/", _MINE, name="mfa_index"),
    path("second-factor/show/", framed(factors.authenticate), name="mfa_authenticate"),
    path("second-factor/app/", framed(totp.activate_totp), name="mfa_activate_totp"),
    path("second-factor/app/remove/", framed(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("second-factor/codes/", framed(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("second-factor/codes/new/", framed(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("second-factor/codes/download/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("passkeys/", _MINE, name="mfa_list_webauthn"),
    path("passkeys/login/", framed(keys.login_webauthn), name="mfa_login_webauthn"),
    path("passkeys/add/", framed(keys.add_webauthn), name="mfa_add_webauthn"),
    path("passkeys/<int:pk>/", framed(keys.edit_webauthn), name="mfa_edit_webauthn"),
    path("passkeys/<int:pk>/remove/", framed(keys.remove_webauthn), name="mfa_remove_webauthn"),
    path("sessions/", _MINE, name="usersessions_list"),
    path("provider/cancelled/", views.cancelled, name="socialaccount_login_cancelled"),
    path("provider/failed/", views.provider_failed, name="socialaccount_login_error"),
    path("provider/signup/", views.closed, name="socialaccount_signup"),
    path("provider/mine/", _MINE, name="socialaccount_connections"),
    path("<slug:provider_id>/login/", views.oidc_login, name="openid_connect_login"),
    path("<slug:provider_id>/callback/", views.oidc_callback, name="openid_connect_callback"),
]
