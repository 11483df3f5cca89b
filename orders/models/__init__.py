"""The order lifecycle: what customers bought, who makes which part of it, and all that happened."""

from orders.models.address import Address, AddressRole
from orders.models.design import CustomerEditor, Design, DesignState
from orders.models.document import OrderDocument
from orders.models.enquiry import Enquiry
from orders.models.event import OrderEvent
from orders.models.hold import Hold, HoldReason, OrderAlarm
from orders.models.line import OrderLine
from orders.models.order import Order, OrderState, ProductionState, ShipmentState
from orders.models.part_upload import PartUpload, UploadedPart
from orders.models.search_word import SearchWord
from orders.models.stored_file import ShopFile, SuppliedLabel
from orders.models.stray_order import StrayOrder, StrayState
from orders.models.vendor_order import VendorOrder, VendorOrderLine, VendorOrderState

__all__ = [
    "Address",
    "AddressRole",
    "CustomerEditor",
    "Design",
    "DesignState",
    "Enquiry",
    "Hold",
    "HoldReason",
    "Order",
    "OrderAlarm",
    "OrderDocument",
    "OrderEvent",
    "OrderLine",
    "OrderState",
    "PartUpload",
    "ProductionState",
    "SearchWord",
    "ShipmentState",
    "ShopFile",
    "StrayOrder",
    "StrayState",
    "SuppliedLabel",
    "UploadedPart",
    "VendorOrder",
    "VendorOrderLine",
    "VendorOrderState",
]
