"""Addresses below /api/v1/."""

from django.urls import path

from orders.api.designs import DesignDetail, DesignPreview, Designs, DesignSubmission
from orders.api.files import Files
from orders.api.views import OrderCancellation, OrderDetail, Orders, OrderTimeline

urlpatterns = [
    path("orders/", Orders.as_view(), name="api-orders"),
    path("orders/<int:pk>/", OrderDetail.as_view(), name="api-order"),
    path("orders/<int:pk>/timeline/", OrderTimeline.as_view(), name="api-order-timeline"),
    path("orders/<int:pk>/cancel/", OrderCancellation.as_view(), name="api-order-cancel"),
    path("designs/", Designs.as_view(), name="api-designs"),
    path("designs/<code:public_id>/", DesignDetail.as_view(), name="api-design"),
    path("designs/<code:public_id>/preview/", DesignPreview.as_view(), name="api-design-preview"),
    path("designs/<code:public_id>/submit/", DesignSubmission.as_view(), name="api-design-submit"),
    path("files/", Files.as_view(), name="api-files"),
]
