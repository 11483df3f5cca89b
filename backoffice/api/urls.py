"""Everything below /api/. The apps' own addresses are included by name: `backoffice` does not know them."""

from csp.decorators import csp_update
from django.conf import settings
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularSwaggerSplitView

from backoffice.api.me import Me
from backoffice.api.schema import Document
from backoffice.api.views import NoSuchAddress, ProblemPage

document_page = SpectacularSwaggerSplitView.as_view(url_name="api-schema")
DOCS = [
    path("schema/", Document.as_view(), name="api-schema"),
    # Swagger UI has styles in its page.
    path("docs/", csp_update({"style-src": "'unsafe-inline'"})(document_page), name="api-docs"),
]
urlpatterns = [
    path("v1/me/", Me.as_view(), name="api-me"),
    path("v1/", include("orders.api.urls")),
    path("v1/", include("orders.complaints.api.urls")),
    path("v1/", include("orders.drafts.api.urls")),
    path("v1/", include("catalog.api.urls")),
    path("v1/", include("backoffice.webhooks.api.urls")),
    path("v1/", include("fulfillment.api.urls")),
    *(DOCS if settings.API_DOCS else ()),
    path("problems/<slug:code>/", ProblemPage.as_view(), name="api-problem"),
    re_path(r"", NoSuchAddress.as_view()),
]
