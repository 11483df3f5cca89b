"""WooCommerce as a storefront of ours: its orders come in, tracking and status go out.

What it does, and where that is written:

- REST API v3 below `/wp-json/wc/v3/`, with Basic authentication by consumer key and secret over https
  (https://woocommerce.github.io/woocommerce-rest-api-docs/, "Authentication over HTTPS"). Lists have at most 100 rows a
  page; `modified_after` with `dates_are_gmt`, `orderby=modified` and `offset` are parameters of the list of orders.
- Webhooks (same document, "Webhooks"; plugins/woocommerce/includes/class-wc-webhook.php in woocommerce/woocommerce):
  the body is the order as the API gives it, its signature, in X-WC-Webhook-Signature, base64 of HMAC-SHA256 over the
  raw body. When a webhook is saved, an unsigned form `webhook_id=<id>` is posted to try the address. Nothing is
  delivered twice by intention, nothing is repeated after a failure, and after five failures in a row the webhook is
  disabled: what was missed has to be pulled.
- X-WC-Webhook-Delivery-ID is a hash of the webhook's id and the time in whole seconds (`get_new_delivery_id`): two
  orders of the same second have the same one. So a delivery is known again by that id and the digest of its body.
- `date_modified_gmt` is in UTC without saying so, in whole seconds; `date_modified` is in the shop's own zone and is
  never read.
- Amounts are texts. Those of lines, shipping, fees and discounts are net whatever `prices_include_tax` says;
  `subtotal` of a line is before, `total` after coupons; the order's `total` is gross.
- Products (same document, "Products", "Product variations"; Controllers/Version3 of the plug-in's includes/rest-api):
  `products/batch` and `products/<id>/variations/batch` take at most 100 entries, fewer where the filter
  `woocommerce_rest_batch_items_limit` says so, and answer 413 to more; each entry succeeds or fails for itself, under
  `error` of its answer. `stock_quantity` is taken only with `manage_stock`, and that only while the shop counts stock
  at all (Settings, Products, Inventory): else the answer has `manage_stock` false. A batch with nothing in it changes
  nothing, and still needs a key that may write: 401, `woocommerce_rest_authentication_error`, where it may only read
  (`check_permissions` of includes/class-wc-rest-authentication.php).
- `date_paid_gmt` and `date_completed_gmt` say when an order was paid and completed; what is edited later keeps them.
- Shipment tracking plug-ins (WooCommerce Shipment Tracking, https://woocommerce.com/document/shipment-tracking, and
  Advanced Shipment Tracking by Zorem) read the order's meta `_wc_shipment_tracking_items`: a list with tracking_number,
  custom_tracking_provider, custom_tracking_link, date_shipped (seconds since 1970) and tracking_id.

Why WooCommerce is no "vendor" of the engine: a vendor makes our orders, has one account, contracts, abilities and an
epoch of what it holds; a shop system has one connection for each shop and makes nothing. So what leaves for it has a
small outbox of its own with the same guarantees (`services/sending.py`): rows written in the transaction of what they
are about, sent after it, tried again, once in effect because each try reads first what is there already.
"""
