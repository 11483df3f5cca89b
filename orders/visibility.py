"""Whose rows of orders are whose."""

from django.db.models import Model

from backoffice.visibility import register, register_shared, register_subjects
from orders.models import (
    Address,
    CustomerEditor,
    Design,
    Enquiry,
    Hold,
    Order,
    OrderAlarm,
    OrderDocument,
    OrderEvent,
    OrderLine,
    PartUpload,
    SearchWord,
    ShopFile,
    StrayOrder,
    SuppliedLabel,
    UploadedPart,
    VendorOrder,
    VendorOrderLine,
)

_PATHS: dict[str, tuple[type[Model], ...]] = {
    # An enquiry of an address that names no shop is seen by who sees all.
    "shop": (Order, CustomerEditor, Design, Enquiry, PartUpload, ShopFile, StrayOrder),
    "order__shop": (Address, Hold, OrderAlarm, OrderDocument, OrderEvent, OrderLine, VendorOrder),
    "vendor_order__order__shop": (SuppliedLabel, VendorOrderLine),
    "upload__shop": (UploadedPart,),
}
for _path, _models in _PATHS.items():
    for _model in _models:
        register(_model, _path)
register_shared(SearchWord, reason="Words without whose they are; what a search finds by them is narrowed.")
register_subjects(Order, VendorOrder, Enquiry)
