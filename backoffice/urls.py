"""All addresses of the project."""

from django.contrib import admin
from django.urls import include, path, register_converter
from django.views.generic import RedirectView

from backoffice.api.converters import CodeConverter, SkuConverter
from backoffice.engine.api import callbacks, health
from backoffice.staff.policy_reports import receive_report

# For the addresses of all apps, which are loaded below.
register_converter(CodeConverter, "code")
register_converter(SkuConverter, "sku")
admin.autodiscover()

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("account/", include("backoffice.signin.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/", include("backoffice.api.urls")),
    # Before the addresses of vendors, which look alike.
    path("", include("orders.connectors.woocommerce.api.urls")),
    # The last part is unguessable where the vendor does not sign what it sends.
    path("callbacks/<slug:vendor>/<slug:topic>/", callbacks.receive, name="callback"),
    path("callbacks/<slug:vendor>/<slug:topic>/<str:token>/", callbacks.receive, name="callback-secret"),
    path("", include("orders.api.signed_urls")),
    path("csp-reports/", receive_report),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
]

handler400 = "backoffice.web.problems.bad_request"
handler403 = "backoffice.web.problems.not_allowed"
handler404 = "backoffice.web.problems.not_found"
handler500 = "backoffice.web.problems.failed"
