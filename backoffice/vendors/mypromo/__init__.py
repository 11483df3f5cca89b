"""mypromo Connect: a print-on-demand marketplace between merchants and fulfillers; one may be either or both.

Where to look: `client.py` speaks their words, one method per route; `*schemas.py` have the shapes of their answers,
`*payloads.py` and `*reports.py` translate, `limits.py` knows what they refuse. `adapter.py` is what the rest of the
project gets: `MyPromo` speaks for the merchant's account, `MyPromoFulfiller` for the fulfiller's, each with its own
token and rate limit; what they can do stands in `orders.py`, `designs.py`, `production.py` and so on. Where each call
is used: docs/vendors/mypromo.md.
The source is mypromo's API document (https://docs.api.mypromo.com/) unless something else is named.

Surprises
- A fresh order already is `PENDING`, and so is a submitted one: only a history text such as "Order submitted." (or our
  own record) tells them apart; and where none is understood, the refusal of a second submit ("processed order").
- Nothing is idempotent and no key can be sent. Orders are found again by `reference`, which stands in the example
  address of the list only, not among its filters: a server that ignores it answers with everything.
- Items can be neither changed nor removed. A draft that is wrong is cancelled and made again.
- One file that cannot be fetched cancels the whole order; the reason stands in the history only.
- Three of five pieces shipped, and the order is `FINISHED` all the same: state and shipments are read apart.
- Callbacks carry no signature, event id or time. What protects them are the credentials we hand over with an order;
  what they are about shows by their keys, as a client may have one address for all of them.
- `shipping_late`, `delivered` and `delivery_late` are false, null or 0. `meta.per_page` is text or a number.
- A 401 is a wrong token, a 403 a role that the client lacks: it refuses that one request, and is not repeated.
- `errors` is a list of objects in one place and an object of lists in another.
- Ids of countries and states contradict each other from route to route: they are keyed by ISO code here, carriers
  by their key in lower case (`UPS` and `ups` both occur).
- A commercial register entry is `commercial_registry_entry` in the list of limits, `commercial_register_entry`
  wherever data is sent or shown. The latter is used.
- A purchase price is `purchase_prices` where a fulfiller or a product shows it, `buying_prices` where a merchant reads
  or a fulfiller writes it; a sales price is `sales_prices` where it is read and `retail_prices` where it is written.
- A fulfiller's price batch replaces everything: quantities left out are gone for good.
- "`sku` or `sku_fulfiller`, not both" stands above an example that sends both. One is sent.
- Prices are refused as "not a float": whole ones are sent with a decimal point.
- A batch is answered with `queue_id`, jobs have `job_id`; a job may be 404 for a while, and an empty list of jobs is a
  404 as well. Success is spelled SUCCESSS in the prose.
- Asking for a generic label has the merchant make one, and downloading any label announces its parcel: both are GET
  and both are treated as writes.
- A parcel has `tracking_code` where it is added, `tracking_id` where it is read.
- Links lead to other hosts in all examples (`dev.api...`): our token goes to the configured base address only.
- A design's SKU changes when the shopper picks another variant; the address for frames is a new secret at each reading.

Conflicts with mypromo's public PHP SDK (github.com/MyPromoConnect/connect-sdk): cancel is PATCH here and PUT there,
submit is POST here and PATCH on a branch there. The document goes first, and after a 405, which is certain not to
have acted, the other verb is tried once; the same goes for submitting a design. Where a 422 misses `tracking_id` a
parcel is sent with both names. Lists are turned by `page` as in `links` and in the SDK; where that is ignored, by
`from` as an offset, and such a list counts as whole only when it adds up to the total it names.

Assumptions, documented nowhere: `reference` and `reference2` of an order and the reference of an item have room for
50 characters, and one of an item may have a single one (where that is refused it is sent as "01"); custom properties
for 255; sizes are cm and g; prices are net; a list without `meta` and `links` is whole when it repeats itself and is
not just as long as a page; a 404 "Not found." for a list is an empty one; a file shown by a link below our base
address is mypromo's copy of ours; a header credential is sent as it is given; a callback about a package carries the
order like all others; a batch refused with 400 is not done in any part, a job that ends as ERROR may be; `queue_id`
and `job_id` are one number; a job's report is an Excel workbook or CSV with a head; states of production orders other
than FINISHED are named like those of orders; a design's `qty` is known from the SDK only.

Not offered: updating an order (PATCH v1/orders/{id}, "not supported yet") and items from Amazon Custom ("not available
yet", see `MYPROMO_AMAZON_CUSTOM`).
"""
