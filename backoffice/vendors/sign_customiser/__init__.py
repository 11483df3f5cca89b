"""Sign Customiser: an embedded configurator for custom signs, and the workshop that makes them.

Where to look: `client.py` speaks their words, one method per route; `schemas.py` has the shapes of what they send,
`payloads.py` what we send, `limits.py` what we check before; `adapter.py` is what the rest of the project gets.
`callbacks.py` knows who may call us and reads what is said. Where each call is used: docs/vendors/sign-customiser.md.
The source is their page "Create an order" (https://www.signcustomiser.com/help/api/post-create-an-order) unless
something else is named; "help" is the rest of https://www.signcustomiser.com/help/.

Surprises
- `product:created` is no notice but a question: a shopper waits while we make the product, and its `external_id` in
  our answer is what later orders name (help).
- An order is made by one call. It has no draft, no idempotency key, and there is no route to read, find, change or
  cancel one: after a lost answer only the callback `order:created` can tell, or a person.
- Success is 200, not 201.
- Amounts are whole numbers of the smallest unit (2999); the older order call, which we do not use, had decimals (help).
- The example's answer names another product (`product-987654321`) than was sent (`your-product-id-123`): a difference
  is noted and nothing more.
- A part of a country is `province` where we send it and `state` where they call us; countries are codes here and full
  names there (help).
- `order_number` is a number, `external_order_number` and `external_id` are texts. Times come as `...000000Z` and as
  `...+00:00` (help).
- There are two kinds of secrets: the integration's signs `product:created`, a webhook's own signs what it was
  subscribed for (help). Neither opens the other's door.
- Addresses of pictures, HTML and texts are the shopper's or theirs: nothing of them is trusted.

Assumptions, documented nowhere
- What is signed: lower-case hex of HMAC-SHA256 over `timestamp + "." + body`. Their API pages say that the time takes
  part, their guide calls it an HMAC of the payload: `SIGN_CUSTOMISER_SIGNATURE_FORMAT` knows the alternatives. A
  leading `sha256=` is accepted. Times may be off by 300 s either way (`SIGN_CUSTOMISER_SIGNATURE_TOLERANCE`).
- `price` is for one unit, gross as charged; decimal places by ISO 4217 (none for JPY, three for KWD).
- `address_2` and `phone` may be empty, and `province` where a country has none; all else has to be there.
- Refusals look like Laravel's: 401 and 404 with `message`, 422 with `errors` by field, 429 with `Retry-After`.
- An `external_id` that an order has may be refused as taken (409, or 422 at that field), or make another order: it is
  never sent again but by a person's decision, and taken then means that the earlier one arrived.
- Callbacks may come again, so each is known by `product_id`, `order_id` or `submission_number`.
- No more than 60 requests a minute (`SIGN_CUSTOMISER_REQUESTS_PER_MINUTE`).
- The list of webhooks is whole: it names no pages.
"""
