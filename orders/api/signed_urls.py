"""Addresses that vendors call without a key of the API: what they may fetch is signed into the address."""

from django.urls import path

from orders.api.files import serve_file, serve_slip
from orders.api.labels import label_response

urlpatterns = [
    path("files/<str:token>/", serve_file, name="signed-file"),
    path("slips/<str:token>/", serve_slip, name="signed-slip"),
    path("labels/<str:token>/", label_response, name="signed-label"),
]
