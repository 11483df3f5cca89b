"""Addresses below /api/v1/."""

from django.urls import path

from orders.api.bulk import BulkOrdersView
from orders.api.designs import DesignDetail, DesignPreview, DesignSubmission, DesignsView
from orders.api.files import FilesView
from orders.api.finding import OrderByNumber, OrderByReference
from orders.api.regrouping import OrderMerge, OrderSplit
from orders.api.uploads import UploadCompletion, UploadDetail, UploadPart, UploadsView
from orders.api.validation import OrderValidation
from orders.api.views import OrderCancellation, OrderDetail, OrdersView, OrderTimeline

urlpatterns = [
    path("orders/", OrdersView.as_view(), name="api-orders"),
    path("orders/bulk/", BulkOrdersView.as_view(), name="api-orders-bulk"),
    path("orders/validate/", OrderValidation.as_view(), name="api-order-validation"),
    # References may have slashes, as SKUs may.
    path("orders/by-reference/<sku:reference>/", OrderByReference.as_view(), name="api-order-by-reference"),
    path("orders/by-number/<code:number>/", OrderByNumber.as_view(), name="api-order-by-number"),
    path("orders/<int:pk>/", OrderDetail.as_view(), name="api-order"),
    path("orders/<int:pk>/timeline/", OrderTimeline.as_view(), name="api-order-timeline"),
    path("orders/<int:pk>/cancel/", OrderCancellation.as_view(), name="api-order-cancel"),
    path("orders/<int:pk>/split/", OrderSplit.as_view(), name="api-order-split"),
    path("orders/<int:pk>/merge/", OrderMerge.as_view(), name="api-order-merge"),
    path("designs/", DesignsView.as_view(), name="api-designs"),
    path("designs/<code:public_id>/", DesignDetail.as_view(), name="api-design"),
    path("designs/<code:public_id>/preview/", DesignPreview.as_view(), name="api-design-preview"),
    path("designs/<code:public_id>/submit/", DesignSubmission.as_view(), name="api-design-submit"),
    path("files/", FilesView.as_view(), name="api-files"),
    path("uploads/", UploadsView.as_view(), name="api-uploads"),
    path("uploads/<code:public_id>/", UploadDetail.as_view(), name="api-upload"),
    path("uploads/<code:public_id>/parts/<int:number>/", UploadPart.as_view(), name="api-upload-part"),
    path("uploads/<code:public_id>/complete/", UploadCompletion.as_view(), name="api-upload-complete"),
]
