"""Registers what all staff pages share, and the site that they are on."""

from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig
from django.utils.translation import gettext_lazy


class StaffConfig(AppConfig):
    name = "backoffice.staff"
    verbose_name = gettext_lazy("Staff pages")
    default = True


class StaffSiteConfig(SimpleAdminConfig):
    """Django's admin with our site; the pages themselves are loaded by `urls.py`."""

    default_site = "backoffice.staff.site.StaffSite"
    default = False
