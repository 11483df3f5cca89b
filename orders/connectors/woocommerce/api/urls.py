"""Where WooCommerce posts to."""

from django.urls import path

from orders.connectors.woocommerce.api import webhooks

urlpatterns = [path("callbacks/woocommerce/<uuid:key>/", webhooks.receive, name="woocommerce-webhook")]
