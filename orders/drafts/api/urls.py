"""Addresses below /api/v1/."""

from django.urls import path

from orders.drafts.api.views import DraftOrderDetail, DraftOrderPlacing, DraftOrdersView

urlpatterns = [
    path("draft-orders/", DraftOrdersView.as_view(), name="api-draft-orders"),
    path("draft-orders/<int:pk>/", DraftOrderDetail.as_view(), name="api-draft-order"),
    path("draft-orders/<int:pk>/place/", DraftOrderPlacing.as_view(), name="api-draft-order-place"),
]
