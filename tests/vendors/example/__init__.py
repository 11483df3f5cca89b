"""Example Print: a print-on-demand vendor that does not exist, kept as the worked example of docs/adding-a-vendor.md.

Where to look: `client.py` speaks their words, one method per route; `schemas.py` has the shapes of what they send,
`payloads.py` what we send, `limits.py` what they refuse; `reports.py` and `catalog.py` translate into our words,
`callbacks.py` knows who may call us. `adapter.py` is what the rest of the project gets. `vendor_settings.py` is the
block that a real vendor has in the settings, `sandbox/` its other side, `contract.py` what the suite has to know of it.

The contract, which stands here since nobody publishes it. All below one address, JSON both ways, with a bearer token;
every answer is an object with `result`, refusals have `message` and `errors` by field.

| route | does |
|---|---|
| GET `store` | says who we are |
| GET `products?after=` | the catalogue, 20 rows a page; `paging` has `total` and `next`, the place to go on `after` |
| POST `orders` | a draft with all its items; `external_id` is ours and used once (409) |
| POST `orders/{id}/items` | adds an item to a draft |
| GET `orders/{id}`, `orders/@{external_id}` | one order |
| GET `orders?updated_from=&after=` | orders, oldest change first |
| POST `orders/{id}/confirm` | has a draft made: costs money; 409 unless it is a draft |
| DELETE `orders/{id}` | cancels; 409 once it is being made |
| GET, POST `webhooks`, GET, DELETE `webhooks/{id}` | subscriptions to `order_updated`, `package_shipped`; secrets |

Surprises
- A draft comes with all its items in one call; items can be added to it, and never changed or removed.
- Their `updated` has whole seconds; `revision` counts up with each change and tells two of the same second apart.
- A webhook's event carries the whole order, shipments included, whatever its type.
- While a secret is being changed the header has one signature for each, separated by commas.
- `external_id` of an order is ours, `external_id` of an item is ours too; a shipment names items by their ids only.

Assumptions
- Refused with 409, `external_id` stays that of the older order, which `find_orders` shows.
- A short or empty page is no last page: `next` decides. A list that leads in a circle, or has fewer rows than its
  `total` says, is not whole.
- Prices are net, for one piece.
"""
