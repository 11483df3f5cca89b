"""Guaranteed Reviews, replayed from its documents.

Each key belongs to one site and one language and reads `site/language/secret`. The private ones tell orders and read
the private list, the public ones read what is published (see `options.GuaranteedReviewsOptions` for the keys that are
there from the beginning). An order is known by `id_order` or by `reference`, per site. Ten days after it was received
its customer is invited, by the sandbox's clock: `ledger.of_kind("invitation")`.

| control | does |
|---|---|
| GET `orders` | all that was imported |
| POST `reviews` `{"site", "rating", "text", "product", "order", "name", "reply", "date"}` | publish a review |
| DELETE `reviews` | take all back |
"""
