"""mypromo Connect: a print-on-demand marketplace, seen here from the merchant's side.

Where to look: `client.py` speaks their words, `schemas.py` has the shapes of their answers, `payloads.py` and
`reports.py` translate, `limits.py` knows what they refuse, `adapter.py` is what the rest of the project gets.
The source is mypromo's API document (https://docs.api.mypromo.com/) unless something else is named.

Surprises
- A fresh order already is `PENDING`, and so is a submitted one: only the history text "Order submitted." (or our
  own record) tells them apart.
- Nothing is idempotent and no key can be sent. Orders are found again by `reference`, which stands in the example
  address of the list only, not among its filters: a server that ignores it answers with everything.
- Items can be neither changed nor removed. A draft that is wrong is cancelled and made again.
- One file that cannot be fetched cancels the whole order; the reason stands in the history only.
- Three of five pieces shipped, and the order is `FINISHED` all the same: state and shipments are read apart.
- Callbacks carry no signature, event id or time. What protects them are the credentials we hand over with an order.
- `shipping_late`, `delivered` and `delivery_late` are false, null or 0. `meta.per_page` is text or a number.
- `errors` is a list of objects in one place and an object of lists in another.
- Ids of countries and states contradict each other from route to route: they are keyed by ISO code here, carriers
  by their key in lower case (`UPS` and `ups` both occur).
- A commercial register entry is `commercial_registry_entry` in the list of limits, `commercial_register_entry`
  wherever data is sent or shown. The latter is used.

Conflicts with mypromo's public PHP SDK (github.com/MyPromoConnect/connect-sdk): cancel is PATCH here and PUT there,
submit is POST here and PATCH on a branch there. The document goes first, and after a 405, which is certain not to
have acted, the other verb is tried once. Lists are turned by `page` as in `links` and in the SDK, not by `from`.

Assumptions, documented nowhere: `reference` and `reference2` of an order and the reference of an item have room for
50 characters, custom properties for 255; sizes are cm and g; prices are net; a list without `meta` and `links` is
whole when it is shorter than a page; a header credential is sent as it is given; a callback about a package carries
the order like all others.
"""
