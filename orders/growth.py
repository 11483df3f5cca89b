"""Why orders are kept, and what of them is not."""

from backoffice.engine.services.retention import bounded_elsewhere, keep

keep(
    "orders.Order", "orders.Address", "orders.OrderLine", "orders.OrderDocument", "orders.OrderEvent", "orders.Hold",
    "orders.OrderAlarm", "orders.VendorOrder", "orders.VendorOrderLine", "orders.SuppliedLabel",
    because="orders are the merchant's books; what is personal of them goes by the shop's retention: see privacy",
)  # fmt: skip
keep("orders.ShopFile", because="as long as an order names it; files that none names are cleared away")
keep("orders.Design", "orders.CustomerEditor", "orders.Enquiry", because="a customer's own; see privacy")
keep("orders.StrayOrder", because="only what was found after a restore")
keep("orders.SearchWord", because="the words in names and streets: new ones become rare")
_UPLOADS = "deleted by `keep_uploads`"
bounded_elsewhere("orders.PartUpload", kept="`UPLOAD_HOURS` hours", by=_UPLOADS)
bounded_elsewhere("orders.UploadedPart", kept="as long as the upload", by=_UPLOADS)
