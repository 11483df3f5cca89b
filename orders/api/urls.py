"""Addresses below /api/v1/."""

from django.urls import path

from orders.api.views import OrderCancellation, OrderDetail, Orders, OrderTimeline

urlpatterns = [
    path("orders/", Orders.as_view(), name="api-orders"),
    path("orders/<int:pk>/", OrderDetail.as_view(), name="api-order"),
    path("orders/<int:pk>/timeline/", OrderTimeline.as_view(), name="api-order-timeline"),
    path("orders/<int:pk>/cancel/", OrderCancellation.as_view(), name="api-order-cancel"),
]
