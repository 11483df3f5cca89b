"""Addresses below /api/v1/."""

from django.urls import path

from orders.complaints.api.views import OrderComplaintsView

urlpatterns = [path("orders/<int:pk>/complaints/", OrderComplaintsView.as_view(), name="api-order-complaints")]
