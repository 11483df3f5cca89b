"""Addresses below /api/v1/."""

from django.urls import path

from orders.api.designs import DesignDetail, DesignPreview, DesignSubmission, DesignsView
from orders.api.files import FilesView
from orders.api.views import OrderCancellation, OrderDetail, OrdersView, OrderTimeline

urlpatterns = [
    path("orders/", OrdersView.as_view(), name="api-orders"),
    path("orders/<int:pk>/", OrderDetail.as_view(), name="api-order"),
    path("orders/<int:pk>/timeline/", OrderTimeline.as_view(), name="api-order-timeline"),
    path("orders/<int:pk>/cancel/", OrderCancellation.as_view(), name="api-order-cancel"),
    path("designs/", DesignsView.as_view(), name="api-designs"),
    path("designs/<code:public_id>/", DesignDetail.as_view(), name="api-design"),
    path("designs/<code:public_id>/preview/", DesignPreview.as_view(), name="api-design-preview"),
    path("designs/<code:public_id>/submit/", DesignSubmission.as_view(), name="api-design-submit"),
    path("files/", FilesView.as_view(), name="api-files"),
]
