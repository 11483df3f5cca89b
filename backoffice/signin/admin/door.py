"""The admin's own doors are those of allauth; what allauth would list in the admin is left out."""

from importlib import import_module
from typing import Any

from allauth.account.views import password_change
from django.contrib import admin

from backoffice.signin.pages import framed
from backoffice.signin.views import sign_in, sign_out

site: Any = admin.site
site.login = sign_in
site.logout = sign_out
site.password_change = framed(password_change)

# Secrets, keys of sessions and claims are for nobody to read; what may be done with them has pages of its own.
for _app in ("account", "mfa", "socialaccount", "usersessions"):
    import_module(f"allauth.{_app}.admin")
    for _model in [model for model in site._registry if model._meta.app_label == _app]:
        site.unregister(_model)
