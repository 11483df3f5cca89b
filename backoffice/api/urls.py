"""Everything below /api/. The apps' own addresses are included by name: `backoffice` does not know them."""

from django.conf import settings
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularSwaggerSplitView

from backoffice.api.schema import Document
from backoffice.api.views import NoSuchAddress, ProblemPage

DOCS = [
    path("schema/", Document.as_view(), name="api-schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
]
urlpatterns = [
    path("v1/", include("orders.api.urls")),
    path("v1/", include("orders.complaints.api.urls")),
    path("v1/", include("catalog.api.urls")),
    *(DOCS if settings.API_DOCS else ()),
    path("problems/<slug:code>/", ProblemPage.as_view(), name="api-problem"),
    re_path(r"", NoSuchAddress.as_view()),
]
