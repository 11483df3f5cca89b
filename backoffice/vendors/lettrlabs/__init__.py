"""LettrLabs: handwritten cards and printed mail to addresses in the US.

Where to look: `client.py` speaks their words, one method per route; `envelope.py` opens what every answer comes in,
`schemas.py` has the shapes inside, `reading.py` reads single values, `payloads.py` writes what we send. `adapter.py`
is what the rest of the project gets. Where each call is used: docs/vendors/lettrlabs.md.

Sources: the page "Order of operations" (https://docs.lettrlabs.com/order-of-operations) goes first. Other pages below
https://docs.lettrlabs.com/ are named "docs", the repository github.com/lettrlabs/LettrLabs.PublicApiMcp with its
captured description "mcp". None of it could be tried against the live service, which has no sandbox for customers.

Surprises
- Every POST of an order makes a further order, and an order carries no reference of ours: after a lost answer, drafts
  that we do not know are compared with those from before, and in doubt a person links one (docs).
- Recipients are appended: the same request twice is two letters each. The page calls it "attach (or replace)" and
  shows a bare array, docs and mcp an object `{"recipients": [...]}` that appends. The object is sent, and the bare
  array where that is refused (`payloads.recipients_bodies`); which one was understood is kept
  (`adapter._send_recipients`). Everything else is written so that appending does no harm; where they are replaced, a
  draft of more than one request is noticed before it is paid.
- An incomplete address is left out with a 2xx: what was submitted is compared with what was accepted (docs, mcp).
- `hasErrors` may be true on a 2xx (mcp). With a payload beside it the outcome of a write counts as unknown.
- A refused key is a 401 whose body may be a bare text instead of the envelope (mcp).
- The page checks out without a body; docs and mcp want one. It is always sent first; where it is refused, and not for
  want of money, the checkout goes without one if nothing was chosen that a body-less one is assumed not to do
  (`payloads.WITHOUT_CHOICES`) and that costs the same. That it was taken so once is never a reason to leave out the
  choices of another campaign.
- Payment is settled after the answer: the order is "Payment Needed" for a while, and a Draft again when it failed
  (docs).
- A checkout cannot be undone. Only a Draft can be paid, changed or deleted.
- Recipients are nested where they are written, flat where orders show them, and one guide says `zip` for `zipCode`.
- `recipientsIds`, `Id` beside `id`, `InShipping` beside `In Production`; a recipient's `totalScans` is a text.
- `pageNumber` begins at 0. The list of orders has only those made by this API.
- An outdated guide puts the key into `Authorization`; the page and the current guide say `X-API-KEY`.
- The page says that no endpoint lists templates; mcp has GET /v1/templates. It is tried, and where it answers 404 or
  405 the number is typed in.

Assumptions, documented nowhere: amounts are US dollars; the `total` of a price's line is without its `tax`, and
credits lower only what is charged (`CardPrice.total` takes none off); 404 is an unknown or deleted order; words of a
status differ only in case and spaces; the order of recipients is not kept; a proof is a PDF as bytes, as base64 text,
as a JSON string or inside the envelope; a checkout without a body mails at once, as Standard and Normal, and is paid
from the prepaid balance; two requests a second are few enough (LETTRLABS_REQUESTS_PER_MINUTE); where a
checkout names no `pollAfterSeconds`, half a minute (LETTRLABS_POLL_AFTER); recipients carry our e-mail address
nowhere. The bodies of delivery statuses and of scan statistics are read by names that occur elsewhere in the API.

Not offered: fonts, address book and integration orders, which belong to their own automations; there are no
callbacks.
"""
