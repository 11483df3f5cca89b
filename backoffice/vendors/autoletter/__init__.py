"""AutoLetter: letter campaigns to past customers. It gets our orders; what it prints and posts is decided there.

Where to look: `payloads.py` writes their orders, `streets.py` divides a street, `answers.py` reads what became of each
order, `client.py` speaks HTTP, `adapter.py` is what the rest of the project gets. Where each call is used:
docs/vendors/autoletter.md.
The source is their help article "Using the API Integration for Custom Systems"
(https://www.autoletter.help/en/integrations/api-integration) unless something else is named.

Surprises
- One address, shown whole when the integration is saved, so the setting is the whole address, its query included.
- New orders are a bare array; with updates it is an object `{"allowUpdates": true, "orders": [...]}`. An object with
  `allowUpdates: false` is documented nowhere and never sent. The switch is for a whole request, not for an order.
- Without updates an `OrderId` that exists is "rejected", which to us is success: so it is safe to send again what was
  not answered.
- An order can be used by a campaign at once, so sending one may print and post a letter that is paid for. There is no
  call to take one back.
- Nothing can be read: no orders, letters, campaigns, and no call that would test the connection without sending.
- The article's table of status codes is missing, and the fields `Address` and `Products` are torn from their
  descriptions.
- "Name" is required of an address, but there is no such field: `FirstName` and `LastName`.

Assumptions, documented nowhere
- Any 2xx means accepted, but its body is looked through for errors; 400 and 422 name what is invalid; 409, or words
  like "already exists", mean a duplicate; 413 means too many at once; 404 and 405 mean that the address is wrong.
- Errors stand in a list or an object under `errors`, `orders`, `details` or the like, each naming its order by
  `OrderId`, number or place. Where none is named, each order is sent by itself (`answers.py`).
- After a refusal, orders that are not named may or may not have been taken: they are sent again.
- 100 orders a request (AUTOLETTER_BATCH_SIZE), one request a second (AUTOLETTER_REQUESTS_PER_MINUTE).
- Totals are gross and in one currency (AUTOLETTER_CURRENCY); orders in another are not sent.
- `Country` is ISO 3166 alpha-2 in upper case. `Date` is sent in UTC with `Z`, in whole seconds.
- A company without a person stands in `LastName`; `Company` is known from their CSV import only
  (https://www.autoletter.help/en/integrations/csv-import) and sent with AUTOLETTER_SEND_COMPANY.
- Products are `{Sku, Name, Quantity, Price}`, sent with AUTOLETTER_SEND_PRODUCTS only.
- "c/o" goes before the street; department, district and state have no field and stay here.
- Letters go to `Address`, the delivery address; with AUTOLETTER_LETTERS_TO_INVOICE they go to who pays, where that is
  another address.
- Erasing a person there is a request by hand.
"""
