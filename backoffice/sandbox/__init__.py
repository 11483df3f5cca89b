"""The vendors, replayed locally over real HTTP on loopback, from their API documents.

    with running_sandbox(manual_clock=True) as sandbox:
        requests.post(sandbox.url + "oauth/token", json={...})
        sandbox.clock.advance(60)
        assert len(sandbox.ledger.physical_orders()) == 1

`manage.py sandbox` runs the same in the foreground, with `/_sandbox/` to steer it (see `control`).

The merchant account is client id `1`, secret `sandbox-merchant-secret`; see `options` for the others.

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
late (`late_every`). Orders created with `fake_shipment` false stay in production: shipping is the fulfiller's part.
"""

from backoffice.sandbox.options import Options
from backoffice.sandbox.running import Sandbox, running_sandbox

__all__ = ["Options", "Sandbox", "running_sandbox"]
