"""The vendors, replayed locally over real HTTP on loopback, from their API documents.

    with running_sandbox(manual_clock=True) as sandbox:
        requests.post(sandbox.url + "oauth/token", json={...})
        sandbox.clock.advance(60)
        assert len(sandbox.ledger.physical_orders()) == 1

`manage.py sandbox` runs the same in the foreground, with `/_sandbox/` to steer it (see `control`).

mypromo is at `sandbox.url`. The others are found beside it (`apps.find_apps`), each at the `public_url` of its
attribute, as `sandbox.sign_customiser`, with a ledger and options of its own (`/_sandbox/<vendor>/`).

Of mypromo:

There are three accounts: merchant `1`, secret `sandbox-merchant-secret`; fulfiller `2`, secret
`sandbox-fulfiller-secret`, who makes the documented products and most others; and `3`, secret `sandbox-both-secret`,
who is both. Where a token of account 3 carries both scopes, the request decides: it speaks for the fulfiller when it
has something that only a fulfiller sends (see `mypromo.batches` and `mypromo.catalog_routes`).

Prices, stock and SEO texts are written in batches and applied by jobs (`mypromo.jobs`); how jobs go wrong is set by
the options `job_…`. Fulfillers find production orders of what merchants ordered with `fake_shipment` false, and of
made-up orders: `POST /_sandbox/production_orders` (`mypromo.production_examples`).

`ledger` counts what would cost money or move parcels: `physical_orders()`, `shipments()`, `label_downloads()` and
`generic_labels()`; its events tell of each price, stock and text that was applied.

Some SKUs lead orders a special way:

| SKU | what happens |
|---|---|
| `SANDBOX-NO-CONTRACT` | the item is refused: 400, no contract |
| `SANDBOX-NO-FILE` | cancelled in preflight: its first file cannot be downloaded |
| `SANDBOX-TRANSFER-ERROR` | cancelled while READY: could not be handed to production |
| `SANDBOX-TWO-PARCELS` | two shipments, half the quantity each |
| `SANDBOX-SHORT` | three fifths are shipped, yet the order is FINISHED |
| `SANDBOX-LATE` | its last shipping day lies in the past: `shipping_late` |
| `SANDBOX-FINISH-FIRST` | FINISHED before its parcel is delivered |
| `SANDBOX-UNDELIVERED` | FINISHED, and its parcel is never delivered |
| `SANDBOX-STUCK` | stays in production for good |

A print file or document whose host ends in `.invalid` cancels its order in preflight as well. Each twentieth order is
late (`late_every`). Orders created with `fake_shipment` false stay in production until their fulfillers report parcels.
"""

from backoffice.sandbox.options import Options
from backoffice.sandbox.running import Sandbox, running_sandbox

__all__ = ["Options", "Sandbox", "running_sandbox"]
