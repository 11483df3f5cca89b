"""Addresses below /api/v1/."""

from django.urls import path

from fulfillment.api.views import Carriers, Countries, States

urlpatterns = [
    path("countries/", Countries.as_view(), name="api-countries"),
    path("states/", States.as_view(), name="api-states"),
    path("carriers/", Carriers.as_view(), name="api-carriers"),
]
