"""Guaranteed Reviews (Société des Avis Garantis): asks customers for reviews by e-mail, and publishes them.

Where to look: `client.py` speaks their words, `schemas.py` has the shapes of what is sent and answered, `meaning.py`
the table of what an answer means, `keys.py` which key belongs to whom, `payloads.py` and `ratings.py` translate.
`adapter.py` is what the rest of the project gets. Where each call is used: docs/vendors/guaranteed-reviews.md.
The source is the vendor's page "Private API: orders"
(https://www.guaranteed-reviews.com/settings/private-api-orders/) unless something else is named.

Surprises
- The 10 days until a customer is asked count from the day the order is received, not from `order_date`: orders are sent
  once they have shipped.
- There is no update, no cancel and no delete. A wrong order can only be fixed by hand in the vendor's own back office.
- `success` is 1 when one order of many was imported, and the answer does not say which: all are sent once more, each
  by itself, and those that were imported are "already sent" then.
- The private key travels in the body, and in the query of the private list of reviews (known from public code only).
- `orders` is JSON text inside of a form. The vendor's own modules send JSON to the same address: a switch,
  `GUARANTEED_REVIEWS_ENCODING`.
- The prose calls the first key of a duplicate `order_id`, the field is `id_order`.
- The example sends numbers as text (`'100'`, `'1'`, `'25.90'`), the list of fields wants integers and floats; numbers
  are sent.
- Their PrestaShop module sends prices without tax, the document says tax included. The document wins.
- The product's id has to be an integer, so no SKU: our own number of the product is sent, and the SKU in `sku`.
- Published reviews, the public and the private list, are not in the document above but on the vendor's page of its
  public API and in public code. Reading them is never needed for telling orders.

Assumptions, documented nowhere
- `order_date` is the shop's local time (`Shop.time_zone`). (`payloads.order_date`)
- Names and texts have room for 255 characters; longer ones are cut. (`payloads.LONGEST`)
- 50 orders a request. (`GUARANTEED_REVIEWS_BATCH_SIZE`)
- A private key reads `site/language/secret` (from the vendor's WooCommerce plugin), so it speaks one language. No
  order is sent in another unless the settings say so. (`keys.py`)
- The body decides, the status second: an API on WordPress may answer problems as `{code, message, data: {status}}`,
  under any status. (`meaning.py`)
- "Already sent", "missing fields" and complaints about the key are told apart by words, in the languages the vendor
  has brands in. (`meaning.py`)
- An answer that speaks of the key, a 401 or a 403 stops the vendor's queue, and so does an address that is not there.
- Any other refusal of several orders is not taken for all of them: each is sent by itself.
- Addresses by which marketplaces relay e-mail are left out. (`GUARANTEED_REVIEWS_RELAY_ADDRESSES`)
- Our order number is sent as `reference`, not the shop's: two shops may share a key, and the vendor drops an order
  silently whose reference it knows.
- Slashes in a public key are sent as they are. A product without reviews may be a 404.
"""
